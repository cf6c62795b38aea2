//! Why no node takes a pod: no room, no volume, or a gate. Source: kube-scheduler, and the cluster autoscaler's events.

use serde_json::Value;

use super::Code;
use super::finding::{Fatal, Finding};
use super::pvc;
use super::subject::{Condition, Subject, condition, list, text};

/// How long the autoscaler may keep to its word that no new node would help: pods of the old revision may still end.
const NO_SCALE_UP_GRACE_SECONDS: u64 = 30;

/// A node may still come, so by itself only the deadline proves it.
pub(super) fn finding(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    let scheduled = condition(pod, "PodScheduled").filter(Condition::is_false)?;
    let finding = unbound(subject, pod).unwrap_or_else(|| by_scheduler(&scheduled));
    Some(with_autoscaler(subject, pod, finding).at(text(pod, "/metadata/name")?, None))
}

fn by_scheduler(scheduled: &Condition<'_>) -> Finding {
    let message = scheduled.message();
    let (reason, help) = if scheduled.reason() == "SchedulingGated" {
        ("waits for its scheduling gates", "find out who removes `schedulingGates`, and whether it runs")
    } else if message.contains("persistentvolumeclaim") && message.contains("not found") {
        ("uses a PersistentVolumeClaim that does not exist", "create the claim, or correct `claimName`")
    } else if message.contains("PersistentVolumeClaim") && message.contains("unbound") {
        ("cannot get its volume", "make a PersistentVolume that fits the claim, or a StorageClass that provisions one")
    } else {
        ("cannot be scheduled", "lower what the pod requests, loosen its placement rules, or add nodes")
    };
    Finding::new(Code::Unschedulable, Fatal::AtDeadline, reason).evidence(message).help(help)
}

/// Finds the claim of the pod whose own events say why it has no volume.
fn unbound(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    let claims =
        list(pod, "/spec/volumes").iter().filter_map(|volume| text(volume, "/persistentVolumeClaim/claimName"));
    let explained = |claim| {
        let event = subject.newest_about("PersistentVolumeClaim", claim, pvc::UNPROVISIONED)?;
        let finding = pvc::explained(event.message());
        let reason = format!("has a claim, `{claim}`, that {}", finding.reason);
        Some(Finding { reason, ..finding })
    };
    claims.into_iter().find_map(explained)
}

fn with_autoscaler(subject: &Subject<'_>, pod: &Value, finding: Finding) -> Finding {
    let uid = text(pod, "/metadata/uid").unwrap_or_default();
    let Some(event) = subject.newest(uid, &["NotTriggerScaleUp", "TriggeredScaleUp"], "") else { return finding };
    let evidence = format!("{}; {}", finding.evidence, event.message());
    let fatal = match event.reason() {
        "NotTriggerScaleUp" => Fatal::AfterSeconds(NO_SCALE_UP_GRACE_SECONDS),
        _ => finding.fatal,
    };
    Finding { evidence, fatal, ..finding }
}
