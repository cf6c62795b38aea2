//! The verdict of a deploy. Does not look at plans of proposals: `planned` does.

use std::collections::BTreeSet;

use super::phrase::Phrase;
use super::title::{self, Title, environments};
use super::words::{Mark, count};
use super::{Report, State, TargetReport, after};
use crate::ready::Cause;

/// Returns the verdict of a deploy: its worst target's.
pub(crate) fn title(report: &Report) -> Title {
    let Some(worst) = report.targets.iter().min_by_key(|target| rank(&target.state)) else {
        let phrase = Phrase::default().words("Nothing to deploy").then(title::shared_reason(report));
        return Title::new(Mark::Quiet, phrase);
    };
    match &worst.state {
        State::NotReady { .. } | State::NotVerified { .. } | State::ApplyFailed { .. } | State::Failed { .. } => {
            Title::new(Mark::Bad, failure(worst))
        }
        State::Held { .. } | State::Planned { .. } => Title::new(Mark::Look, done(report).then(held(worst))),
        State::Superseded { by } => {
            let phrase = environments([worst]).words(" was left alone: ").name(by.short()).words(" is newer");
            Title::new(Mark::Quiet, phrase)
        }
        State::GaveWay { to } => {
            let phrase = environments([worst]).words(" gave way to ").name(to.short());
            Title::new(Mark::Quiet, phrase.words(" before anybody knew whether it runs"))
        }
        State::NotStarted { why } => {
            Title::new(Mark::Look, environments([worst]).words(" was not started: ").then(Phrase::read(why)))
        }
        State::Deployed { .. } => Title::new(Mark::Good, success(report)),
    }
}

/// Which state a title is about, most telling first.
fn rank(state: &State) -> u8 {
    match state {
        State::NotReady { .. } => 0,
        State::NotVerified { .. } => 1,
        State::ApplyFailed { .. } => 2,
        State::Failed { .. } => 3,
        State::Held { .. } | State::Planned { .. } => 4,
        State::NotStarted { .. } => 5,
        State::GaveWay { .. } => 6,
        State::Superseded { .. } => 7,
        State::Deployed { .. } => 8,
    }
}

fn failure(target: &TargetReport) -> Phrase {
    let place = environments([target]);
    let cluster = target.target.cluster.as_str();
    match &target.state {
        State::NotReady { causes, timed_out, after, .. } => {
            let place =
                place.words(if *timed_out { " was not ready in time on " } else { " did not become ready on " });
            let place = place.name(cluster);
            let place = causes.first().map_or(place.clone(), |cause| place.words(": ").then(because(cause)));
            place.then(after::told(after))
        }
        State::NotVerified { failed, after } => {
            let what = place.words(" was not verified on ").name(cluster).words(": ");
            what.then(Phrase::read(&failed.what)).words(": ").then(Phrase::read(&failed.why)).then(after::told(after))
        }
        State::ApplyFailed { failures, .. } => {
            let what = format!(" refused {}", count(failures.len(), "object"));
            place.words(" is not fully deployed: ").name(cluster).words(what)
        }
        State::Failed { problem } => {
            place.words(" was not deployed to ").name(cluster).words(": ").then(Phrase::read(&problem.title))
        }
        State::Planned { .. }
        | State::Held { .. }
        | State::Superseded { .. }
        | State::GaveWay { .. }
        | State::Deployed { .. }
        | State::NotStarted { .. } => place,
    }
}

fn because(cause: &Cause) -> Phrase {
    let subject = Phrase::default().name(cause.id.to_string());
    let subject = match &cause.container {
        Some(container) => subject.words(" (container ").name(container).words(")"),
        None => subject,
    };
    subject.words(" ").then(Phrase::read(&cause.reason))
}

/// Returns "Deployed `8d41f02` to `staging`; " where a part of the run succeeded.
fn done(report: &Report) -> Phrase {
    let done: Vec<_> = report.targets.iter().filter(|target| is_deployed(target)).collect();
    if done.is_empty() { Phrase::default() } else { deployed(report, &done).words("; ") }
}

fn held(target: &TargetReport) -> Phrase {
    let place = environments([target]);
    match title::holds(&target.state) {
        [] => place.words(" was not deployed"),
        [hold] => place.words(" is held: ").then(Phrase::read(&hold.why)),
        [hold, more @ ..] => {
            let more = format!(", and {} more", more.len());
            place.words(" is held: ").then(Phrase::read(&hold.why)).words(more)
        }
    }
}

fn success(report: &Report) -> Phrase {
    let targets: Vec<_> = report.targets.iter().filter(|target| is_deployed(target)).collect();
    if title::totals(report).moved() == 0 {
        let already = environments(targets.iter().copied()).words(" already is what ");
        return match &report.subject.commit {
            Some(commit) => already.name(commit.short()).words(" says: nothing changed"),
            None => already.words("Git says: nothing changed"),
        };
    }
    if title::ending(report).count() == report.targets.len() {
        return ended(report, &targets);
    }
    deployed(report, &targets).words(": ").then(running(report, &targets))
}

/// Returns "Ended `staging`: 4 objects deleted".
fn ended(report: &Report, targets: &[&TargetReport]) -> Phrase {
    let counts = title::totals(report);
    let all = [(counts.delete, "deleted"), (counts.release, "left to others")];
    let some = all.into_iter().filter(|(number, _)| *number > 0);
    let words = some.map(|(number, word)| Phrase::default().words(format!("{} {word}", count(number, "object"))));
    let place = Phrase::default().words("Ended ").then(environments(targets.iter().copied())).words(": ");
    place.list(words.collect())
}

fn deployed(report: &Report, targets: &[&TargetReport]) -> Phrase {
    let verb = match &report.subject.commit {
        Some(commit) => Phrase::default().words("Deployed ").name(commit.short()).words(" to "),
        None => Phrase::default().words("Deployed to "),
    };
    verb.then(environments(targets.iter().copied()))
}

fn running(report: &Report, targets: &[&TargetReport]) -> Phrase {
    let clusters: BTreeSet<_> = targets.iter().map(|target| &target.target.cluster).collect();
    let clusters = match clusters.len() {
        1 => String::new(),
        many => format!(" on {many} clusters"),
    };
    let mut images: Vec<_> = report.targets.iter().flat_map(|target| &target.images).collect();
    images.sort();
    images.dedup();
    if let [image] = images[..] {
        return Phrase::default().name(&image.name).words(format!(" {} is running{clusters}", image.to));
    }
    let ready = report.targets.iter().map(|target| match target.state {
        State::Deployed { ready, .. } => ready,
        _ => 0,
    });
    Phrase::default().words(format!("{} ready{clusters}", count(ready.sum(), "object")))
}

fn is_deployed(target: &TargetReport) -> bool {
    matches!(target.state, State::Deployed { .. })
}
