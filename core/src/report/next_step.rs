//! What to do after a failure, and how to go back, as one or two sentences. Empty where nothing failed.

use super::phrase::Phrase;
use super::{After, Report, State, TargetReport, failed};

const NOT_VERIFIED: &str = "find out why it answers so, and merge a fix.";
const ROLLED_BACK: &str =
    "Its pipeline does not deploy this commit again: the next merge does, with a fix or with the revert.";
const GO_ON: &str = "Run this job again: it goes on with the rollback.";

/// Returns the next step of the first failed target; none where each has its own.
pub(crate) fn next_step(report: &Report) -> Option<Phrase> {
    if failed::has_several(report) {
        return None;
    }
    let target = report.targets.iter().find(|target| target.state.is_failed())?;
    let help = help(&target.state);
    let step = if help.is_empty() { Phrase::default() } else { Phrase::read(help).sentence() };
    let step = match target.state.after() {
        Some(After::RolledBack { .. }) => then(step, ROLLED_BACK),
        Some(After::Failed { .. }) => then(step, GO_ON),
        Some(After::Kept | After::NotPossible { .. }) | None if can_go_back(target) => {
            step.then(or_go_back(report, help))
        }
        Some(After::Kept | After::NotPossible { .. }) | None => step,
    };
    (!step.is_empty()).then_some(step)
}

/// Returns how to undo a deploy that succeeded whole and changed something.
pub(crate) fn undo(report: &Report) -> Option<Phrase> {
    let done = |target: &TargetReport| matches!(target.state, State::Deployed { .. });
    let moved = |target: &TargetReport| target.plan.as_ref().is_some_and(|plan| plan.counts().moved() > 0);
    report.targets.first().filter(|target| moved(target) && can_go_back(target))?;
    report.targets.iter().all(done).then(|| Phrase::default().words("To undo: ").then(way_back(report)))
}

fn then(step: Phrase, more: &str) -> Phrase {
    if step.is_empty() { Phrase::read(more) } else { step.words(" ").then(Phrase::read(more)) }
}

fn help(state: &State) -> &str {
    match state {
        State::NotReady { causes, .. } => causes.first().map(|cause| cause.help.as_str()).unwrap_or_default(),
        State::NotVerified { .. } => NOT_VERIFIED,
        State::Failed { problem } => &problem.help,
        State::ApplyFailed { .. }
        | State::Planned { .. }
        | State::Held { .. }
        | State::Superseded { .. }
        | State::GaveWay { .. }
        | State::Deployed { .. }
        | State::NotStarted { .. } => "",
    }
}

/// Something was written, and something was there before it.
fn can_go_back(target: &TargetReport) -> bool {
    let wrote = !matches!(target.state, State::Failed { .. });
    wrote && target.plan.as_ref().is_some_and(|plan| plan.deployed.is_some())
}

fn or_go_back(report: &Report, help: &str) -> Phrase {
    let words = if help.is_empty() { "To go back: " } else { " Or go back: " };
    Phrase::default().words(words).then(way_back(report))
}

/// A shell names no branch: what it deployed may not be a merge.
fn way_back(report: &Report) -> Phrase {
    match report.subject.branch {
        Some(_) => Phrase::default().words("revert the merge."),
        None => Phrase::default().words("deploy the last good commit with ").name("--reason").words("."),
    }
}
