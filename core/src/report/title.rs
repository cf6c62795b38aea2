//! The verdict in one sentence: what every surface says first. Does not explain it: the surfaces do.

use super::phrase::Phrase;
use super::words::{self, Mark};
use super::{Action, Report, State, TargetReport, checked, deployed, group, planned};
use crate::plan::Counts;

/// The verdict.
pub(crate) struct Title {
    /// How it stands.
    pub(crate) mark: Mark,
    /// The sentence, without a full stop.
    pub(crate) phrase: Phrase,
}

impl Title {
    pub(crate) fn new(mark: Mark, phrase: Phrase) -> Self {
        Self { mark, phrase }
    }
}

/// Returns the verdict of a run.
pub(crate) fn title(report: &Report) -> Title {
    match (&report.problems[..], report.subject.action) {
        ([], Action::Plan) => planned::title(report),
        ([], Action::Deploy) => deployed::title(report),
        ([], Action::Check) => checked::title(report),
        ([], Action::Nothing) => nothing(report),
        ([problem], _) => Title::new(Mark::Bad, stopped(report).words(": ").then(Phrase::read(&problem.title))),
        (problems, _) => {
            let number = words::count(problems.len(), "problem");
            Title::new(Mark::Bad, stopped(report).words(format!(": {number} to mend")))
        }
    }
}

/// Returns "Merging into `main`", or what stands for it without a proposal.
pub(crate) fn lead(report: &Report) -> Phrase {
    match (report.subject.proposal, &report.subject.branch, &report.subject.commit) {
        (Some(_), Some(branch), _) => Phrase::default().words("Merging into ").name(branch),
        (_, _, Some(commit)) => Phrase::default().words("Deploying ").name(commit.short()),
        (_, _, None) => Phrase::default().words("A deploy"),
    }
}

/// Returns the environments of some targets, each once: "`staging` and `production`".
pub(crate) fn environments<'a>(targets: impl IntoIterator<Item = &'a TargetReport>) -> Phrase {
    let mut names: Vec<&str> = Vec::new();
    for target in targets {
        let name = target.target.environment.as_str();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Phrase::default().list(names.into_iter().map(|name| Phrase::default().name(name)).collect())
}

/// Returns ": why", from what the run passed over when it is all the same, or nothing.
pub(crate) fn shared_reason(report: &Report) -> Phrase {
    let Some(first) = report.skipped.first() else { return Phrase::default() };
    if report.skipped.iter().any(|skipped| skipped.why != first.why) {
        return Phrase::default();
    }
    let because = Phrase::default().words(": ");
    // "it follows `main`" is said of an environment, which a title has to name.
    match (first.why.strip_prefix("it "), &report.skipped[..]) {
        (Some(does), [one]) if !one.environment.is_empty() => {
            because.name(&one.environment).words(" ").then(Phrase::read(does))
        }
        (Some(does), _) => because.words("every environment ").then(Phrase::read(does)),
        (None, _) => because.then(Phrase::read(&first.why)),
    }
}

/// Returns how many distinct changes the plans have, and on how many targets.
pub(crate) fn totals(report: &Report) -> Counts {
    Counts::of(group::groups(report).iter().flat_map(|group| &group.plan.changes))
}

/// Returns the targets that end.
pub(crate) fn ending(report: &Report) -> impl Iterator<Item = &TargetReport> {
    report.targets.iter().filter(|target| target.plan.as_ref().is_some_and(|plan| plan.retired.is_some()))
}

/// Returns what ends: "`staging`", or "`production` on `us`" where it goes on elsewhere.
pub(crate) fn ended(report: &Report) -> Phrase {
    let goes_on = |ending: &TargetReport| {
        let is_it = |other: &TargetReport| other.target.environment == ending.target.environment;
        let goes_on = |other: &&TargetReport| other.plan.as_ref().is_some_and(|plan| plan.retired.is_none());
        report.targets.iter().filter(goes_on).any(is_it)
    };
    let mut names: Vec<Phrase> = Vec::new();
    for ending in ending(report) {
        let name = Phrase::default().name(ending.target.environment.as_str());
        let name = if goes_on(ending) { name.words(" on ").name(ending.target.cluster.as_str()) } else { name };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Phrase::default().list(names)
}

/// Returns the holds of a target, where it has any.
pub(crate) fn holds(state: &State) -> &[crate::gate::Hold] {
    match state {
        State::Planned { holds } | State::Held { holds } => holds,
        State::Superseded { .. }
        | State::GaveWay { .. }
        | State::Deployed { .. }
        | State::ApplyFailed { .. }
        | State::NotReady { .. }
        | State::NotVerified { .. }
        | State::Failed { .. }
        | State::NotStarted { .. } => &[],
    }
}

fn nothing(report: &Report) -> Title {
    Title::new(Mark::Quiet, Phrase::default().words("Nothing to do").then(shared_reason(report)))
}

fn stopped(report: &Report) -> Phrase {
    Phrase::default().words(match report.subject.action {
        Action::Plan => "Cannot plan",
        Action::Deploy => "Cannot deploy",
        Action::Check => "The check failed",
        Action::Nothing => "Stopped",
    })
}
