//! The verdict of a plan. Does not look at deployments: `deployed` does.

use std::collections::BTreeSet;

use super::phrase::Phrase;
use super::title::{self, Title, lead};
use super::words::{Mark, count};
use super::{Problem, Report, State, TargetReport};
use crate::plan::Counts;

/// Returns the verdict of a plan.
pub(crate) fn title(report: &Report) -> Title {
    let counts = title::totals(report);
    if let Some((target, problem)) = report.targets.iter().find_map(failed) {
        return failure(target, problem);
    }
    if counts.blocked > 0 {
        let verb = if counts.blocked == 1 { "is" } else { "are" };
        let why = format!(" would fail: {} {verb} refused", count(counts.blocked, "object"));
        return Title::new(Mark::Bad, lead(report).words(why));
    }
    let holds = held(report);
    if counts.moved() == 0 {
        let what = if report.targets.is_empty() { " deploys nothing" } else { " changes nothing" };
        let why = if report.targets.is_empty() { title::shared_reason(report) } else { Phrase::default() };
        let mark = if holds.is_empty() { Mark::Quiet } else { Mark::Look };
        return Title::new(mark, lead(report).words(what).then(why).then(holds));
    }
    let look = counts.delete + counts.release + counts.unverified > 0 || has_drift(report) || !holds.is_empty();
    let mark = if look { Mark::Look } else { Mark::Good };
    Title::new(mark, lead(report).words(" ").then(ends(report)).then(moves(counts)).then(places(report)).then(holds))
}

/// Returns "ends `staging`: " where the rules say so.
fn ends(report: &Report) -> Phrase {
    let ending = title::ended(report);
    if ending.is_empty() { ending } else { Phrase::default().words("ends ").then(ending).words(": ") }
}

fn has_drift(report: &Report) -> bool {
    let plans = report.targets.iter().filter_map(|target| target.plan.as_ref());
    plans.flat_map(|plan| &plan.changes).any(|change| change.drift.is_some())
}

fn failed(target: &TargetReport) -> Option<(&TargetReport, &Problem)> {
    match &target.state {
        State::Failed { problem } => Some((target, problem)),
        State::Planned { .. }
        | State::Held { .. }
        | State::Superseded { .. }
        | State::GaveWay { .. }
        | State::Deployed { .. }
        | State::ApplyFailed { .. }
        | State::NotReady { .. }
        | State::NotVerified { .. }
        | State::NotStarted { .. } => None,
    }
}

fn failure(target: &TargetReport, problem: &Problem) -> Title {
    let place = Phrase::default().name(target.target.environment.as_str());
    let place = place.words(" cannot be planned on ").name(target.target.cluster.as_str()).words(": ");
    Title::new(Mark::Bad, place.then(Phrase::read(&problem.title)))
}

/// Returns "creates 1 object, changes 2 and deletes 1".
fn moves(counts: Counts) -> Phrase {
    let all = [
        ("creates", counts.create),
        ("changes", counts.change),
        ("sends unverified", counts.unverified),
        ("replaces", counts.replace),
        ("deletes", counts.delete),
        ("releases", counts.release),
    ];
    let some = all.into_iter().filter(|(_, number)| *number > 0);
    let words = some.enumerate().map(|(at, (verb, number))| match at {
        0 => format!("{verb} {}", count(number, "object")),
        _ => format!("{verb} {number}"),
    });
    Phrase::default().list(words.map(|words| Phrase::default().words(words)).collect())
}

/// Returns " on each of 2 targets" or " in 3 environments" where that adds something: of those where something moves.
fn places(report: &Report) -> Phrase {
    let moves = |target: &&TargetReport| target.plan.as_ref().is_some_and(|plan| plan.counts().moved() > 0);
    let moving: Vec<&TargetReport> = report.targets.iter().filter(moves).collect();
    let environments: BTreeSet<_> = moving.iter().map(|target| &target.target.environment).collect();
    let groups = super::group::groups(report).iter().filter(|group| moves(&group.first)).count();
    let clusters: BTreeSet<_> = moving.iter().map(|target| &target.target.cluster).collect();
    let words = match (clusters.len(), environments.len(), groups) {
        (1, 1, _) => return Phrase::default(),
        (clusters, 1, 1) => format!(" on each of {clusters} clusters"),
        (clusters, 1, _) => format!(" on {clusters} clusters"),
        (_, environments, _) => format!(" in {environments} environments"),
    };
    Phrase::default().words(words)
}

fn held(report: &Report) -> Phrase {
    let reasons: BTreeSet<&str> =
        report.targets.iter().flat_map(|target| title::holds(&target.state)).map(|hold| hold.why.as_str()).collect();
    let Some(first) = reasons.first() else { return Phrase::default() };
    let more = match reasons.len() {
        1 => String::new(),
        all => format!(", and {} more", all - 1),
    };
    Phrase::default().words(". Held: ").then(Phrase::read(first)).words(more)
}
