//! Keeps text that others wrote from commanding the runner, which reads every line of a job's log.

use super::escape;

/// Returns one clean line for a log, which no runner takes for a command.
pub fn plain_line(text: &str) -> String {
    disarmed(&escape::line(text))
}

/// Returns a line without the two marks of a command: `::` where it starts, spaces aside, and `##[` anywhere.
pub fn disarmed(line: &str) -> String {
    let line = line.replace("##[", "# #[");
    let start = line.len() - line.trim_start().len();
    match line[start..].strip_prefix("::") {
        Some(rest) => format!("{}: :{rest}", &line[..start]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command_to_the_runner() {
        assert_eq!(plain_line("  ::error::owned"), "  : :error::owned");
        assert_eq!(plain_line(":::add-mask::a"), ": ::add-mask::a");
        assert_eq!(plain_line("a ###[debug]b"), "a ## #[debug]b");
        assert_eq!(plain_line("a\n::stop-commands::b"), "a ::stop-commands::b");
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        assert_eq!(plain_line("std::fmt ## [a] #[b]"), "std::fmt ## [a] #[b]");
    }
}
