//! Whether a `ReplicaSet` that stands alone has its pods.

use super::finding::settle;
use super::subject::Subject;
use super::{Verdict, pods, ready, ready_with, refused, revision};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    let wanted = subject.number("/spec/replicas").unwrap_or(1);
    if wanted == 0 {
        return ready_with("scaled to 0");
    }
    let available = subject.count("/status/availableReplicas");
    if available >= wanted {
        return ready();
    }
    let mut findings = pods::findings(subject, &revision::of_owner(subject, subject.uid()));
    findings.extend(refused::by_condition(subject).or_else(|| refused::of(subject, subject.object)));
    settle(subject, format!("{available} of {wanted} pods available"), findings)
}
