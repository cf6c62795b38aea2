//! What can hurt, what holds it, and what should be looked at though it runs, as sentences. Does not repeat what is only large.

use super::group::groups;
use super::phrase::Phrase;
use super::{Report, State, TargetReport, title, words};
use crate::gate::Hold;
use crate::plan::{Change, Class};

/// Returns what can hurt, then what holds it, then what should be looked at, each once.
pub(crate) fn list(report: &Report) -> Vec<Phrase> {
    let mut alerts = Vec::new();
    for group in groups(report).iter().filter(|group| lies_ahead(&group.first.state)) {
        let environment = group.first.target.environment.as_str();
        alerts.extend(group.changes().into_iter().filter_map(|change| of_change(change, environment)));
    }
    let holds = report.targets.iter().flat_map(|target| title::holds(&target.state));
    alerts.extend(holds.map(of_hold));
    alerts.extend(report.targets.iter().flat_map(warnings).map(|warning| Phrase::read(warning).sentence()));
    let mut seen: Vec<Phrase> = Vec::new();
    for alert in alerts {
        if !seen.contains(&alert) {
            seen.push(alert);
        }
    }
    seen
}

/// Returns what runs, but should be looked at.
fn warnings(target: &TargetReport) -> &[String] {
    if let State::Deployed { warnings, .. } = &target.state { warnings } else { &[] }
}

/// Returns whether the plan has still to happen: after a deploy, its warnings are history.
fn lies_ahead(state: &State) -> bool {
    matches!(state, State::Planned { .. } | State::Held { .. })
}

fn of_change(change: &Change, environment: &str) -> Option<Phrase> {
    let name = change.id.to_string();
    let start = Phrase::default();
    let alert = match &change.class {
        Class::Delete => {
            let alert = start.strong("Deletes").words(" ").name(name).words(" from ").name(environment).words(".");
            words::drift(change).into_iter().fold(alert, |alert, drift| alert.words(" ").then(drift))
        }
        Class::Blocked { why, help } => {
            let alert = start.name(name).words(" ").strong("is refused").words(": ").then(Phrase::read(why).sentence());
            if help.is_empty() { alert } else { alert.words(" ").then(Phrase::read(help).sentence()) }
        }
        Class::Unverified { why } => {
            start.name(name).words(" ").strong("could not be checked").words(": ").then(Phrase::read(why).sentence())
        }
        Class::Create | Class::Change | Class::Replace { .. } => {
            start.name(name).words(" ").strong("drifted").words(": ").then(words::drift_itself(change)?)
        }
        Class::Same | Class::Keep { .. } | Class::Release => return None,
    };
    Some(with_notes(alert, change))
}

fn with_notes(alert: Phrase, change: &Change) -> Phrase {
    change.notes.iter().fold(alert, |alert, note| alert.words(" ").then(Phrase::read(note).sentence()))
}

fn of_hold(hold: &Hold) -> Phrase {
    let alert = Phrase::default().strong("Held by").words(" ").name(hold.gate).words(": ");
    let alert = alert.then(Phrase::read(&hold.why)).words(".");
    if hold.help.is_empty() { alert } else { alert.words(" ").then(Phrase::read(&hold.help).sentence()) }
}
