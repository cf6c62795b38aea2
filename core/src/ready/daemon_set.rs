//! Whether a `DaemonSet` has rolled out. Source: `kubectl rollout status`.

use super::finding::settle;
use super::subject::Subject;
use super::{Verdict, pods, ready, ready_with, refused, revision};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    if subject.text("/spec/updateStrategy/type") == Some("OnDelete") {
        return ready_with("pods keep their version until deleted (OnDelete)");
    }
    let wanted = subject.count("/status/desiredNumberScheduled");
    if wanted == 0 {
        return ready_with("no node matches it");
    }
    let Some(on) = unfinished(subject, wanted) else {
        return ready();
    };
    let mut findings = pods::findings(subject, &revision::of_daemon_set(subject));
    if subject.count("/status/currentNumberScheduled") < wanted {
        findings.extend(refused::of(subject, subject.object));
    }
    settle(subject, on, findings)
}

fn unfinished(subject: &Subject<'_>, wanted: i64) -> Option<String> {
    let updated = subject.count("/status/updatedNumberScheduled");
    if updated < wanted {
        return Some(format!("{updated} of {wanted} nodes updated"));
    }
    let available = subject.count("/status/numberAvailable");
    (available < wanted).then(|| format!("available on {available} of {wanted} nodes"))
}
