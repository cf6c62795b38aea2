//! On what a table was measured: without it the figures mean nothing.

use std::path::Path;

use crate::process::{Program, run};

/// Returns cores, system, and the versions of what is measured.
pub(crate) fn describe(landfall: &Path) -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let version = first_line(Program::new(landfall, &["--version"]));
    let system = first_line(Program::new("uname", &["-srm"]));
    let git = first_line(Program::new("git", &["--version"]));
    let date = first_line(Program::new("date", &["-u", "+%Y-%m-%d"]));
    format!("{date}, {cores} cores, {system}, {version} (release build), {git}\n")
}

/// Returns what else the machine does: on a busy one only the ratios mean something.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let averages: Vec<&str> = text.split(' ').take(3).collect();
    format!("Load averages: {}\n", averages.join(", "))
}

fn first_line(program: Program) -> String {
    run(program, &[0]).stdout.lines().next().unwrap_or_default().to_owned()
}
