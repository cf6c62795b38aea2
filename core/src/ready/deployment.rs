//! Whether a Deployment has rolled out. Source: `kubectl rollout status` (kubectl `polymorphichelpers/rollout_status.go`).

use super::finding::{Fatal, Finding, explain, settle};
use super::subject::Subject;
use super::{Code, Verdict, pods, ready, ready_with, refused, revision};

/// How long the controller may take to see that a new rollout began after one that it gave up: after a rollback to an
/// older `ReplicaSet` the condition is the old one for a moment.
const DEADLINE_LAG_SECONDS: u64 = 10;

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    if subject.flag("/spec/paused") {
        return ready_with("paused: no new pods are started");
    }
    let wanted = subject.number("/spec/replicas").unwrap_or(1);
    if wanted == 0 {
        return ready_with("scaled to 0");
    }
    let Some(on) = unfinished(subject, wanted) else {
        return ready();
    };
    let findings = findings(subject, wanted);
    match deadline(subject) {
        Some(proof) => explain(subject, proof, findings),
        None => settle(subject, on, findings),
    }
}

fn unfinished(subject: &Subject<'_>, wanted: i64) -> Option<String> {
    let updated = subject.count("/status/updatedReplicas");
    let old = subject.count("/status/replicas") - updated;
    let available = subject.count("/status/availableReplicas");
    if updated < wanted {
        return Some(format!("{updated} of {wanted} new pods started"));
    }
    if available < wanted {
        return Some(format!("{available} of {wanted} pods available"));
    }
    (old > 0).then(|| format!("{old} old {} to end", if old == 1 { "pod" } else { "pods" }))
}

fn findings(subject: &Subject<'_>, wanted: i64) -> Vec<Finding> {
    let mut findings = pods::findings(subject, &revision::of_deployment(subject));
    if subject.count("/status/updatedReplicas") < wanted {
        let newest = revision::newest_replica_set(subject.object, subject.related.replica_sets);
        findings.extend(refused::by_condition(subject).or_else(|| refused::of(subject, newest?)));
    }
    findings
}

/// The controller gives up by itself after `progressDeadlineSeconds` (600 unless set).
fn deadline(subject: &Subject<'_>) -> Option<Finding> {
    let progressing = subject.condition("Progressing")?;
    if progressing.reason() != "ProgressDeadlineExceeded" || !subject.waited(DEADLINE_LAG_SECONDS) {
        return None;
    }
    let finding = Finding::new(Code::ProgressDeadline, Fatal::Now, "made no progress within its own deadline")
        .own_field("spec.progressDeadlineSeconds")
        .evidence(progressing.message())
        .help("look at the events of its pods, or raise `progressDeadlineSeconds` if they start slowly");
    Some(finding)
}
