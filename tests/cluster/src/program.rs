//! A program that stands beside the control plane, and ends with the test, however that ends.

use std::path::PathBuf;

use crate::binaries;
use crate::state::State;
use crate::supervisor::Supervisor;

/// A running program and its folder, which is removed when it ends.
pub struct Program {
    _supervisor: Supervisor,
    state: State,
}

impl Program {
    /// Starts a program. Its folder is made first, and handed over to say what the command is.
    pub fn start(command: impl FnOnce(&Folder) -> Vec<String>) -> Program {
        let state = State::create();
        let mut supervisor = Supervisor::start(&binaries::find().control_plane, &state);
        let command = command(&Folder { state: &state });
        supervisor.run(&command, &state.path("program.log"));
        Program { _supervisor: supervisor, state }
    }

    /// Returns everything that it printed.
    pub fn log(&self) -> String {
        self.state.read("program.log")
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }
}

/// The folder of a program that is about to start.
pub struct Folder<'a> {
    state: &'a State,
}

impl Folder<'_> {
    /// Returns the path of a name in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.state.path(name)
    }

    /// Writes a file and returns its path.
    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        self.state.write(name, content)
    }
}
