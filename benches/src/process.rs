//! Runs a program to its end, and says how long it took and when it said what.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A program with its arguments.
pub(crate) struct Program(Command);

/// A program that has ended as it should.
pub(crate) struct Run {
    pub(crate) took: Duration,
    pub(crate) stdout: String,
    /// The lines on standard error, each with the time since the start.
    said: Vec<(Duration, String)>,
}

impl Program {
    pub(crate) fn new(program: impl AsRef<OsStr>, arguments: &[&str]) -> Program {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Program(command)
    }

    pub(crate) fn inside(mut self, folder: &Path) -> Program {
        self.0.current_dir(folder);
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl AsRef<OsStr>) -> Program {
        self.0.env(name, value);
        self
    }
}

impl Run {
    /// Returns when a line with these words was said.
    pub(crate) fn said(&self, words: &str) -> Option<Duration> {
        self.said.iter().find(|(_, line)| line.contains(words)).map(|(after, _)| *after)
    }
}

/// Runs a program that must end with one of these exit codes.
pub(crate) fn run(mut program: Program, codes: &[i32]) -> Run {
    let started = Instant::now();
    let mut child = program.0.spawn().unwrap_or_else(|error| unreachable!("{:?} does not start: {error}", program.0));
    let stderr = child.stderr.take().expect("standard error is piped");
    let listener = std::thread::spawn(move || {
        let lines = BufReader::new(stderr).lines().map_while(Result::ok);
        lines.map(|line| (started.elapsed(), line)).collect::<Vec<_>>()
    });
    let mut stdout = String::new();
    let mut pipe = child.stdout.take().expect("standard output is piped");
    pipe.read_to_string(&mut stdout).expect("every measured program prints UTF-8");
    let status = child.wait().expect("a child can be waited for");
    let took = started.elapsed();
    let said = listener.join().expect("the listener only reads");
    let is_good = status.code().is_some_and(|code| codes.contains(&code));
    assert!(is_good, "{:?} ended with {status}:\n{stdout}\n{said:#?}", program.0);
    Run { took, stdout, said }
}
