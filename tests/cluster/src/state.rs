//! The directory of one control plane: certificates, configuration, logs, etcd's data.
//!
//! The supervisor removes it, because it outlives a test process that was killed.

use std::fs;
use std::path::{Path, PathBuf};

/// What fits on a screen beside the other logs.
const LOG_LINES_MAX: usize = 8;
/// How the name of every program's log ends.
const LOG: &str = ".log";

pub(crate) struct State {
    directory: PathBuf,
}

impl State {
    pub(crate) fn create() -> State {
        let directory = tempfile::Builder::new()
            .prefix("landfall-control-plane-")
            .tempdir()
            .expect("the temporary directory is writable")
            .keep();
        State { directory }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Writes a file and returns its path as an argument for a command.
    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file is in the directory"))
            .expect("the state directory is writable");
        fs::write(&path, content).expect("the state directory is writable");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Returns the last lines of every log, for the message of a failed start.
    pub(crate) fn log_ends(&self) -> String {
        let files = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let mut names: Vec<String> = files.filter_map(|file| file.file_name().into_string().ok()).collect();
        names.retain(|name| name.ends_with(LOG));
        names.sort();
        names.iter().map(|name| self.log_end(name)).collect::<Vec<String>>().join("\n")
    }

    fn log_end(&self, name: &str) -> String {
        let log = self.read(name);
        let lines: Vec<&str> = log.lines().collect();
        let end = &lines[lines.len().saturating_sub(LOG_LINES_MAX)..];
        format!("{name}:\n{}", end.join("\n"))
    }
}
