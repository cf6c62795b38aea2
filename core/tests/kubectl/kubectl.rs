//! kubectl's code as a process that reads files: `control-plane read`.

#![expect(clippy::disallowed_types, reason = "the process is what the reader is judged by")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

const BUILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/control-plane/build.sh");

pub(crate) struct Kubectl {
    process: Child,
    files: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What kubectl makes of one file.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct Reading {
    pub(crate) values: Vec<Value>,
    pub(crate) error: Option<String>,
}

impl Kubectl {
    pub(crate) fn start() -> Self {
        let mut command = Command::new(binary());
        command.arg("read").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let files = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Self { process, files, answers }
    }

    pub(crate) fn read(&mut self, file: &[u8]) -> Reading {
        writeln!(self.files, "{}", STANDARD.encode(file)).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Kubectl {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn binary() -> PathBuf {
    let output = Command::new(BUILD).arg("--print").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let path = PathBuf::from(printed.lines().find_map(|line| line.strip_prefix("CONTROL_PLANE=")).unwrap());
    if !path.exists() {
        assert!(Command::new(BUILD).arg("control-plane").status().unwrap().success());
    }
    path
}
