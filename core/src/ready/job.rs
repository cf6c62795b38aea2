//! Whether a Job has done its work. Source: `batch/v1` types (`JobCondition`) and KEP-3329, KEP-3998.

use serde_json::Value;

use super::finding::{Fatal, Finding, failed, settle};
use super::subject::{Condition, Subject, text};
use super::{Code, Verdict, container, crash, pods, ready, ready_with, refused, revision};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    let holds = |kind: &str| subject.condition(kind).filter(Condition::is_true);
    if holds("Complete").is_some() {
        return ready();
    }
    // `FailureTarget` comes first: the Job is lost, its last pods are still ending.
    if let Some(condition) = holds("Failed").or_else(|| holds("FailureTarget")) {
        return failed(subject, gave_up(subject, &condition));
    }
    if subject.flag("/spec/suspend") {
        return ready_with("suspended");
    }
    let wanted = subject.number("/spec/completions").unwrap_or(1);
    let done = subject.count("/status/succeeded");
    settle(subject, format!("{done} of {wanted} completions"), findings(subject))
}

/// The Job itself counts crashes against its `backoffLimit`; anything else its pods never get over.
fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let pods = revision::of_owner(subject, subject.uid());
    let mut findings = pods::findings(subject, &pods);
    findings.retain(|finding| !crash::is_crash(finding.code));
    if pods.is_empty() {
        findings.extend(refused::of(subject, subject.object));
    }
    findings
}

fn gave_up(subject: &Subject<'_>, condition: &Condition<'_>) -> Finding {
    let (reason, field) = match condition.reason() {
        "BackoffLimitExceeded" => ("failed more often than its `backoffLimit` allows", "spec.backoffLimit"),
        "DeadlineExceeded" => ("ran longer than its `activeDeadlineSeconds`", "spec.activeDeadlineSeconds"),
        "PodFailurePolicy" => ("failed in a way that its `podFailurePolicy` does not retry", "spec.podFailurePolicy"),
        "FailedIndexes" => {
            ("has indexes that failed more often than `backoffLimitPerIndex` allows", "spec.backoffLimitPerIndex")
        }
        "MaxFailedIndexesExceeded" => {
            ("has more failed indexes than `maxFailedIndexes` allows", "spec.maxFailedIndexes")
        }
        _ => ("failed", ""),
    };
    let finding = Finding::new(Code::JobFailed, Fatal::Now, reason)
        .own_field(field)
        .help("read the log, mend the cause and deploy again");
    let pods = newest_first(subject);
    let last = pods.iter().find_map(|pod| crash::ended_badly(pod));
    match last.or_else(|| pods.iter().find_map(|pod| still_runs(pod))) {
        Some((pod, container, ending)) => {
            finding.at(pod, Some(container)).evidence(format!("{}; {container} {ending}", condition.message()))
        }
        None => finding.evidence(condition.message()),
    }
}

fn newest_first<'a>(subject: &Subject<'a>) -> Vec<&'a Value> {
    let mut pods: Vec<&Value> = super::selector::owned_by(subject.uid(), subject.related.pods);
    pods.sort_by_key(|pod| (text(pod, "/metadata/creationTimestamp"), text(pod, "/metadata/name")));
    pods.reverse();
    pods
}

/// Returns the pod and container that the Job's end finds at work.
fn still_runs(pod: &Value) -> Option<(&str, &str, String)> {
    let status = container::statuses(pod).find(|status| status.pointer("/state/running").is_some())?;
    Some((text(pod, "/metadata/name")?, text(status, "/name")?, "still ran".to_owned()))
}
