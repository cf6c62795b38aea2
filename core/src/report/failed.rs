//! Targets that could not be planned or deployed at all. What several of them failed of is one thing to mend.

use super::{Problem, Report, State, TargetReport};

/// A problem and every target that has it, in the order of the rules.
pub(crate) struct Failed<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) targets: Vec<&'a TargetReport>,
}

impl Failed<'_> {
    /// Whether a target is the first that has the problem.
    pub(crate) fn is_first(&self, target: &TargetReport) -> bool {
        self.targets.first().is_some_and(|first| first.target == target.target)
    }
}

/// Returns what a target failed of; nothing for one that did not, or that failed later.
pub(crate) fn of<'a>(report: &'a Report, target: &'a TargetReport) -> Option<Failed<'a>> {
    let problem = problem(target)?;
    let has_it = |other: &&TargetReport| self::problem(other).is_some_and(|other| is_same(problem, other));
    let targets = report.targets.iter().filter(has_it).collect();
    Some(Failed { problem, targets })
}

/// Whether there is more than one thing to mend, so that each needs its own next step.
pub(crate) fn has_several(report: &Report) -> bool {
    let mut problems = report.targets.iter().filter_map(problem);
    problems.next().is_some_and(|first| problems.any(|other| !is_same(first, other)))
}

/// Whether two problems are one thing to mend. The rules may name one missing file in a line for each environment.
fn is_same(one: &Problem, other: &Problem) -> bool {
    (&one.code, &one.help, without_line(&one.title)) == (&other.code, &other.help, without_line(&other.title))
        && (one.details == other.details || one.title != other.title)
}

/// Returns a title without the line and column that follow the path at its start.
fn without_line(title: &str) -> (&str, &str) {
    let Some((path, rest)) = title.split_once(':') else { return (title, "") };
    (path, rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ':'))
}

fn problem(target: &TargetReport) -> Option<&Problem> {
    if let State::Failed { problem } = &target.state { Some(problem) } else { None }
}
