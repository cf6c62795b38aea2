//! What keeps pods from running. Looks only at the pods that it is given: those of the revision that was applied.

use serde_json::Value;

use super::finding::{Fatal, Finding};
use super::subject::{Condition, Subject, condition, text};
use super::{Code, container};

pub(super) fn findings(subject: &Subject<'_>, pods: &[&Value]) -> Vec<Finding> {
    pods.iter().flat_map(|pod| of_pod(subject, pod)).collect()
}

fn of_pod(subject: &Subject<'_>, pod: &Value) -> Vec<Finding> {
    let holds = |kind: &str| condition(pod, kind).as_ref().is_some_and(Condition::is_true);
    if holds("Ready") {
        return Vec::new();
    }
    if let Some(finding) = unscheduled(pod) {
        return vec![finding];
    }
    let mut findings = container::findings(subject, pod);
    if findings.is_empty() {
        findings.extend(unmounted(subject, pod).or_else(|| unready(subject, pod)));
    }
    findings
}

/// A node may still come, so only the deadline proves it.
fn unscheduled(pod: &Value) -> Option<Finding> {
    let scheduled = condition(pod, "PodScheduled").filter(Condition::is_false)?;
    let (reason, help) = if waits_for_a_volume(scheduled.message()) {
        ("cannot get its volume", "make a PersistentVolume that fits the claim, or a StorageClass that provisions one")
    } else {
        ("cannot be scheduled", "lower what the pod requests, loosen its placement rules, or add nodes")
    };
    let finding = Finding::new(Code::Unschedulable, Fatal::AtDeadline, reason)
        .at(text(pod, "/metadata/name")?, None)
        .evidence(scheduled.message())
        .help(help);
    Some(finding)
}

/// In the scheduler's words: "pod has unbound immediate `PersistentVolumeClaims`".
fn waits_for_a_volume(message: &str) -> bool {
    message.contains("unbound") && message.contains("PersistentVolumeClaim")
}

fn unmounted(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    let message = subject.event(text(pod, "/metadata/uid")?, &["FailedMount", "FailedAttachVolume"])?;
    let finding = Finding::new(Code::VolumeNotMounted, Fatal::AtDeadline, "cannot mount a volume")
        .at(text(pod, "/metadata/name")?, None)
        .evidence(message)
        .help("check that the volume's source exists and is not in use on another node");
    Some(finding)
}

fn unready(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    let message = subject.event(text(pod, "/metadata/uid")?, &["Unhealthy"])?;
    let finding = Finding::new(Code::NotReady, Fatal::AtDeadline, "runs but does not pass its readiness probe")
        .at(text(pod, "/metadata/name")?, container::unready_name(pod))
        .evidence(message)
        .help("read the log, and check the probe's path, port and timing");
    Some(finding)
}
