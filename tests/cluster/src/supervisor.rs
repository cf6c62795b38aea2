//! The supervisor process that owns every other process of a control plane.
//!
//! It ends them when its standard input closes, so nothing survives a test process, however that ends.
//! The pipe is a plain one: a tokio runtime lasts as long as one test, a control plane longer.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::json;

use crate::state::State;

pub(crate) struct Supervisor {
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    started: Vec<u32>,
}

impl Supervisor {
    pub(crate) fn start(control_plane: &Path, state: &State) -> Supervisor {
        let mut process = Command::new(control_plane)
            .arg("supervise")
            .arg(state.directory())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // An interrupt from the terminal is for the test process; the closed pipe follows from it.
            .process_group(0)
            .spawn()
            .expect("build.sh built the control plane");
        let orders = process.stdin.take();
        let answers = process.stdout.take().expect("standard output is piped");
        Supervisor { process, orders, answers: BufReader::new(answers), started: Vec::new() }
    }

    /// Starts a program whose output goes to a log file, and returns the id of its process.
    pub(crate) fn run(&mut self, command: &[String], log: &Path) -> u32 {
        let mut order = json!({ "log": log, "command": command }).to_string();
        order.push('\n');
        let orders = self.orders.as_mut().expect("the pipe is open until the drop");
        orders.write_all(order.as_bytes()).expect("the supervisor reads its orders");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the supervisor answers each order");
        let Ok(process) = answer.trim().parse() else {
            unreachable!("{} did not start: {answer}", command.join(" "));
        };
        self.started.push(process);
        process
    }

    /// Returns the ids of the supervisor and of what it started.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let mut processes = vec![self.process.id()];
        processes.extend(&self.started);
        processes
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.process.wait();
    }
}
