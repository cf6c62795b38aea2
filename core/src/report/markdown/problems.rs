//! What a person has to mend before anything can happen: each with its place and the next step.

use crate::report::phrase::Phrase;
use crate::report::{Problem, Report, escape};

use super::failure;

/// Most problems that are shown whole; the run's log has them all.
const PROBLEMS_MAX: usize = 10;

/// Returns each problem; the only one's title is already the heading.
pub(crate) fn problems(report: &Report) -> Vec<String> {
    let many = report.problems.len() > 1;
    let mut parts: Vec<String> =
        report.problems.iter().take(PROBLEMS_MAX).flat_map(|problem| one(problem, many)).collect();
    let more = report.problems.len().saturating_sub(PROBLEMS_MAX);
    if more > 0 {
        parts.push(format!("and {more} more, in the run's log"));
    }
    parts
}

fn one(problem: &Problem, titled: bool) -> Vec<String> {
    let mut parts = Vec::new();
    if titled {
        parts.push(format!("**{}** · {}", Phrase::read(&problem.title).markdown(), escape::code(&problem.code)));
    }
    parts.extend(failure::of_problem(problem));
    let code = if titled { String::new() } else { format!(" ({})", escape::code(&problem.code)) };
    if !problem.help.is_empty() {
        parts.push(format!("**Next step**: {}{code}", Phrase::read(&problem.help).sentence().markdown()));
    }
    parts
}
