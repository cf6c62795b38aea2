//! Whether a `StatefulSet` has rolled out. Source: `kubectl rollout status`, and kubernetes issues 67250 and 60164.

use serde_json::Value;

use super::finding::{Fatal, Finding, settle};
use super::subject::{Subject, condition, label, text};
use super::{Code, Verdict, crash, pods, ready, ready_with, refused, revision};

/// How long what no restart mends may keep a pod of the old revision, before it counts as stuck.
const BROKEN_GRACE_SECONDS: u64 = 15;

/// How long a pod of the old revision may be broken before it counts as stuck: it may just be restarting.
const STUCK_GRACE_SECONDS: u64 = 60;

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    let wanted = subject.number("/spec/replicas").unwrap_or(1);
    if wanted == 0 {
        return ready_with("scaled to 0");
    }
    match unfinished(subject, wanted) {
        Some(on) => settle(subject, on, findings(subject, wanted)),
        None => done(subject, wanted),
    }
}

fn unfinished(subject: &Subject<'_>, wanted: i64) -> Option<String> {
    let must_update = if on_delete(subject) { 0 } else { wanted - partition(subject) };
    let updated = subject.count("/status/updatedReplicas");
    if updated < must_update {
        return Some(format!("{updated} of {must_update} pods updated"));
    }
    let ready = subject.count("/status/readyReplicas");
    let available = subject.number("/status/availableReplicas").unwrap_or(ready).min(ready);
    (available < wanted).then(|| format!("{available} of {wanted} pods available"))
}

fn done(subject: &Subject<'_>, wanted: i64) -> Verdict {
    let old = wanted - subject.count("/status/updatedReplicas");
    if old <= 0 {
        return ready();
    }
    let pods = if old == 1 { "pod keeps" } else { "pods keep" };
    if on_delete(subject) {
        return ready_with(format!("{old} {pods} the old version until deleted (OnDelete)"));
    }
    ready_with(format!("{old} {pods} the old version (partition {})", partition(subject)))
}

fn findings(subject: &Subject<'_>, wanted: i64) -> Vec<Finding> {
    let mut findings = pods::findings(subject, &revision::of_stateful_set(subject));
    findings.extend(stuck(subject));
    if subject.count("/status/replicas") < wanted {
        findings.extend(refused::of(subject, subject.object));
    }
    findings
}

/// With `OrderedReady` the controller never replaces a broken pod of the old revision, even when the new one is good.
fn stuck(subject: &Subject<'_>) -> Option<Finding> {
    let ordered = subject.text("/spec/podManagementPolicy") != Some("Parallel");
    if !ordered || on_delete(subject) {
        return None;
    }
    let new = subject.text("/status/updateRevision")?;
    let is_stuck = |pod: &&Value| label(pod, "controller-revision-hash").is_some_and(|hash| hash != new) && !runs(pod);
    let pods = revision::of_owner(subject, subject.uid());
    let broken = pods.into_iter().find(is_stuck)?;
    let pod = text(broken, "/metadata/name")?;
    let why = pods::findings(subject, &[broken]).into_iter().next();
    let namespace = subject.id.namespace.as_deref().unwrap_or("default");
    let stays = why.as_ref().is_some_and(|why| matches!(why.fatal, Fatal::Now) && !crash::is_crash(why.code));
    let fatal = Fatal::AfterSeconds(if stays { BROKEN_GRACE_SECONDS } else { STUCK_GRACE_SECONDS });
    let broken = why.map_or_else(|| "is not ready".to_owned(), |why| why.reason);
    let finding = Finding::new(Code::StuckPod, fatal, "waits for a broken pod of the old version")
        .at(pod, None)
        .evidence(format!("the old pod {pod} {broken}; it does not have the revision {new}"))
        .help(format!("delete the pod so that it comes back with the new version: `kubectl delete pod {pod} --namespace {namespace}`"));
    Some(finding)
}

fn runs(pod: &Value) -> bool {
    condition(pod, "Ready").is_some_and(|condition| condition.is_true())
}

fn on_delete(subject: &Subject<'_>) -> bool {
    subject.text("/spec/updateStrategy/type") == Some("OnDelete")
}

fn partition(subject: &Subject<'_>) -> i64 {
    subject.count("/spec/updateStrategy/rollingUpdate/partition")
}
