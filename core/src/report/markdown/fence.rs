//! Fences that their content cannot leave, and differences within them. Does not choose what is shown.

use crate::diff::{Line, ObjectDiff};
use crate::report::escape;

/// Returns lines in a fence that is longer than any run of backticks in them.
pub(crate) fn fence(language: &str, lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escape::line(line)).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let ticks = "`".repeat(3.max(longest + 1));
    format!("{ticks}{language}\n{}\n{ticks}", lines.join("\n"))
}

/// Returns a difference as lines: a heading for each place, then its lines.
pub(crate) fn diff_lines(diff: &ObjectDiff) -> Vec<String> {
    let mut lines = Vec::new();
    for hunk in &diff.hunks {
        if !hunk.path.is_empty() {
            lines.push(format!("@@ {} @@", hunk.path));
        }
        lines.extend(hunk.lines.iter().map(diff_line));
    }
    lines
}

fn diff_line(line: &Line) -> String {
    match line {
        Line::Removed(text) => format!("- {text}"),
        Line::Added(text) => format!("+ {text}"),
        Line::Context(text) => format!("  {text}"),
        Line::Masked(text) => format!("! {text}"),
    }
}

fn longest_run(line: &str) -> usize {
    line.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
