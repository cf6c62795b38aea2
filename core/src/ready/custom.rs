//! Whether an object of a custom kind is ready: by what its project is known to report, by what its definition says
//! that its controller reports, or by what it reports.
//!
//! `Stalled` and `Reconciling` mean the same for every kind (cli-utils `kstatus`).

use serde_json::Value;

use super::ecosystem::{self, Row, Silence};
use super::finding::{Fatal, Finding, failed, settle};
use super::reported::{Reported, by_definition};
use super::sign::{Sign, fresh, said};
use super::subject::{Condition, Subject};
use super::{Code, Verdict, ready, ready_with, waiting};

/// How long a controller may take to write its first status.
const STATUS_GRACE_SECONDS: u64 = 15;

/// How long a controller may take to write its first condition, where its definition has conditions.
const CONDITIONS_GRACE_SECONDS: u64 = 60;

/// How long a status that does not say which generation it is about may be that of the one before.
const UNDATED_GRACE_SECONDS: u64 = 5;

/// How long a failure may be that of the generation before, or of what is applied at the same time: a route is refused
/// until its gateway is there.
const FAILURE_GRACE_SECONDS: u64 = 30;

/// Returns the word for an object that its own spec or an annotation keeps from being worked on: its controller may not
/// even look at the change.
pub(super) fn held_by_request(subject: &Subject<'_>) -> Option<Verdict> {
    let held = ecosystem::row(&subject.id)?.held;
    let asked = held.iter().find(|(sign, _)| sign.is_request() && sign.holds(subject));
    asked.map(|(_, note)| ready_with(*note))
}

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    if let Some(row) = ecosystem::row(&subject.id) {
        return by_row(subject, row);
    }
    let patience = match by_definition(subject) {
        Reported::Nothing => return ready_with("its definition has no status"),
        Reported::Conditions(shown) => {
            let after = "applied; its controller reports no condition";
            Patience { shown, grace_seconds: CONDITIONS_GRACE_SECONDS, after }
        }
        Reported::Status | Reported::Unknown => {
            Patience { shown: None, grace_seconds: STATUS_GRACE_SECONDS, after: "reports no status" }
        }
    };
    by_condition(subject, &patience)
}

/// How long a controller's first word is waited for.
struct Patience {
    /// The condition that the definition shows people.
    shown: Option<String>,
    grace_seconds: u64,
    /// What is said when it never comes.
    after: &'static str,
}

fn by_row(subject: &Subject<'_>, row: &Row) -> Verdict {
    if row.ready.is_empty() {
        return ready();
    }
    if let Some((_, note)) = row.held.iter().find(|(sign, _)| sign.holds(subject)) {
        return ready_with(*note);
    }
    let on = unmet(subject, row.ready).or_else(|| reconciling(subject));
    let failed = row.failed.iter().find(|sign| sign.holds(subject)).map(|sign| stuck(sign.words(subject)));
    if let Some(finding) = stalled(subject).or(failed) {
        return settle(subject, on.unwrap_or_else(|| "its controller".to_owned()), vec![finding]);
    }
    if row.silence == Silence::Normal && is_silent(subject) && subject.waited(STATUS_GRACE_SECONDS) {
        return ready_with("applied; no controller reports on it");
    }
    on.map_or_else(|| believed(subject), waiting)
}

fn unmet(subject: &Subject<'_>, signs: &[Sign]) -> Option<String> {
    signs.iter().find(|sign| !sign.holds(subject)).map(|sign| sign.words(subject))
}

/// Judges by the condition `Ready`, or by the one that the definition shows people.
fn by_condition(subject: &Subject<'_>, patience: &Patience) -> Verdict {
    if let Some(finding) = stalled(subject) {
        return failed(subject, finding);
    }
    if let Some(on) = reconciling(subject) {
        return waiting(on);
    }
    let summaries = ["Ready"].into_iter().chain(patience.shown.as_deref());
    match summaries.into_iter().find(|kind| subject.condition(kind).is_some()) {
        Some(kind) => by_summary(subject, kind),
        None if !is_silent(subject) => believed(subject),
        None if subject.waited(patience.grace_seconds) => ready_with(patience.after),
        None => waiting("its controller to report"),
    }
}

fn by_summary(subject: &Subject<'_>, kind: &str) -> Verdict {
    match fresh(subject, kind) {
        Some(condition) if condition.is_true() => believed(subject),
        Some(condition) => waiting(said(&condition)),
        None => waiting("its controller to see the change"),
    }
}

/// Whether nothing has been reported yet. A controller that has not looked at a Gateway leaves the conditions that
/// its definition sets by default, all unknown.
fn is_silent(subject: &Subject<'_>) -> bool {
    let fields = subject.object.get("status").and_then(Value::as_object).into_iter().flatten();
    let mut said = fields.filter(|(name, _)| *name != "conditions");
    said.next().is_none() && subject.list("/status/conditions").iter().all(|it| it["status"] == "Unknown")
}

/// Believes what reads as ready, unless it may still be about the generation before.
pub(super) fn believed(subject: &Subject<'_>) -> Verdict {
    if is_dated(subject) || subject.waited(UNDATED_GRACE_SECONDS) {
        return ready();
    }
    waiting("its controller to look at the change")
}

/// Whether the status can only be about the generation that was applied. A first one has no generation before it.
fn is_dated(subject: &Subject<'_>) -> bool {
    let dated = |condition: &Value| condition.get("observedGeneration").is_some();
    subject.generation <= 1
        || subject.observed_generation().is_some()
        || subject.list("/status/conditions").iter().any(dated)
        || subject.list("/status/parents").iter().chain(subject.list("/status/ancestors")).next().is_some()
}

fn reconciling(subject: &Subject<'_>) -> Option<String> {
    let condition = fresh(subject, "Reconciling").filter(Condition::is_true)?;
    Some(format!("its controller: {}", condition.message()))
}

fn stalled(subject: &Subject<'_>) -> Option<Finding> {
    let condition = fresh(subject, "Stalled").filter(Condition::is_true)?;
    Some(Finding { fatal: Fatal::Now, ..stuck(condition.message().to_owned()) })
}

/// Returns when a failure counts: at once, or when it can no longer be about the generation before.
pub(super) fn dated_or_later(subject: &Subject<'_>) -> Fatal {
    if is_dated(subject) { Fatal::Now } else { Fatal::AfterSeconds(FAILURE_GRACE_SECONDS) }
}

fn stuck(words: String) -> Finding {
    Finding::new(Code::Stalled, Fatal::AfterSeconds(FAILURE_GRACE_SECONDS), "is stuck, says its controller")
        .evidence(words)
        .help("correct what the message names and deploy again")
}
