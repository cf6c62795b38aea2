//! The report for machines: versioned, with the decision and its reasons first. Does not leave anything out.

use serde_json::{Value, json};

use super::{Action, After, Report, SCHEMA, State, TargetReport};
use crate::report::exit;

/// Returns the report as JSON.
pub fn json(report: &Report) -> Value {
    json!({
        "schema": SCHEMA,
        "decision": decision(report),
        "reason": reasons(report),
        "exit": exit(report).code(),
        "report": report,
    })
}

/// Returns what the run came to, in one word.
fn decision(report: &Report) -> &'static str {
    let any = |test: fn(&State) -> bool| report.targets.iter().any(|target| test(&target.state));
    if !report.problems.is_empty() || any(State::is_failed) {
        return "failed";
    }
    if any(|state| matches!(state, State::Held { .. })) {
        return "held";
    }
    match report.subject.action {
        _ if report.targets.is_empty() => "nothing",
        Action::Plan => "plan",
        Action::Check => "check",
        Action::Deploy if any(|state| matches!(state, State::Deployed { .. })) => "deploy",
        Action::Deploy | Action::Nothing => "nothing",
    }
}

/// Returns the stable codes behind the decision, each once, in order.
fn reasons(report: &Report) -> Vec<String> {
    let problems = report.problems.iter().map(|problem| problem.code.clone());
    let mut reasons: Vec<String> = problems.chain(report.targets.iter().flat_map(of_target)).collect();
    reasons.sort();
    reasons.dedup();
    reasons
}

fn of_target(target: &TargetReport) -> Vec<String> {
    let refused = target.plan.as_ref().is_some_and(|plan| plan.counts().blocked > 0);
    let refused = refused.then(|| "plan::refused".to_owned());
    of_state(&target.state).into_iter().chain(refused).collect()
}

fn of_state(state: &State) -> Vec<String> {
    match state {
        State::Planned { holds } | State::Held { holds } => {
            holds.iter().map(|hold| format!("gate::{}", hold.gate)).collect()
        }
        State::Superseded { .. } => vec!["superseded".to_owned()],
        State::GaveWay { .. } => vec!["gave_way".to_owned()],
        State::Deployed { .. } => Vec::new(),
        State::ApplyFailed { .. } => vec!["apply_failed".to_owned()],
        State::NotReady { causes, timed_out, after, .. } => {
            let timeout = timed_out.then(|| "ready::timeout".to_owned());
            let causes = causes.iter().map(|cause| format!("ready::{}", cause.code));
            causes.chain(timeout).chain(of_rollback(after)).collect()
        }
        State::NotVerified { failed, after } => {
            [format!("verify::{}", failed.code)].into_iter().chain(of_rollback(after)).collect()
        }
        State::Failed { problem } => vec![problem.code.clone()],
        State::NotStarted { .. } => vec!["not_started".to_owned()],
    }
}

fn of_rollback(after: &After) -> Option<String> {
    let outcome = match after {
        After::Kept => return None,
        After::NotPossible { .. } => "not_possible",
        After::RolledBack { .. } => "done",
        After::Failed { .. } => "failed",
    };
    Some(format!("rollback::{outcome}"))
}
