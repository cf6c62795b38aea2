//! Whether an object of any other kind is ready, as far as its conditions tell.
//!
//! Kinds of Kubernetes itself are ready when they are stored. A custom kind's controller says so in `Ready`, `Stalled`
//! and `Reconciling` (cli-utils `kstatus`); one that says nothing is given a moment, because it may be new.

use super::finding::{Fatal, Finding, failed};
use super::subject::{Condition, Subject};
use super::{Code, Verdict, ready, ready_with, waiting};
use crate::order::is_custom;

/// How long a controller may take to write its first status.
const STATUS_GRACE_SECONDS: u64 = 15;

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    match (subject.id.group.as_str(), subject.id.kind.as_str()) {
        ("apiregistration.k8s.io", "APIService") => condition(subject, "Available"),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler(subject),
        // Many gateway controllers never report, so their word is not waited for.
        ("gateway.networking.k8s.io", _) => ready(),
        _ if is_custom(&subject.id) => custom(subject),
        _ => ready(),
    }
}

fn condition(subject: &Subject<'_>, kind: &str) -> Verdict {
    match subject.condition(kind) {
        Some(condition) if stale(subject, &condition) => waiting("its controller to see the change"),
        Some(condition) if condition.is_true() => ready(),
        Some(condition) if !condition.message().is_empty() => waiting(format!("{kind}: {}", condition.message())),
        _ => waiting(format!("the condition {kind}")),
    }
}

/// Metrics start late, so an autoscaler that cannot scale yet is only worth a note.
fn autoscaler(subject: &Subject<'_>) -> Verdict {
    match subject.condition("ScalingActive").filter(Condition::is_false) {
        Some(condition) => ready_with(format!("does not scale: {}", condition.message())),
        None => ready(),
    }
}

fn custom(subject: &Subject<'_>) -> Verdict {
    let holds = |kind: &str| subject.condition(kind).filter(|c| c.is_true() && !stale(subject, c));
    if let Some(stalled) = holds("Stalled") {
        let finding = Finding::new(Code::Stalled, Fatal::Now, "is stuck, says its controller")
            .evidence(stalled.message())
            .help("correct what the message names and deploy again");
        return failed(subject, finding);
    }
    if let Some(reconciling) = holds("Reconciling") {
        return waiting(format!("its controller: {}", reconciling.message()));
    }
    if subject.condition("Ready").is_some() {
        return condition(subject, "Ready");
    }
    if subject.object.get("status").is_some() {
        return ready();
    }
    if subject.waited(STATUS_GRACE_SECONDS) {
        ready_with("reports no status")
    } else {
        waiting("its controller to report")
    }
}

fn stale(subject: &Subject<'_>, condition: &Condition<'_>) -> bool {
    condition.observed_generation().is_some_and(|observed| observed < subject.generation)
}
