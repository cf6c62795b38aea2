//! Why no node takes a pod: no room, no volume, or a gate. Source: kube-scheduler, and the cluster autoscaler's events.

use serde_json::Value;

use super::Code;
use super::finding::{Fatal, Finding};
use super::pvc;
use super::subject::{Condition, Subject, condition, list, text};

/// How long the autoscaler may keep to its word that no new node would help: pods of the old revision may still end.
const NO_SCALE_UP_GRACE_SECONDS: u64 = 30;

/// How long a claim may be missing that a pod uses: it may be applied at the same time.
const CLAIM_GRACE_SECONDS: u64 = 30;

/// A node may still come, so by itself only the deadline proves it.
pub(super) fn finding(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    let scheduled = condition(pod, "PodScheduled").filter(Condition::is_false)?;
    let finding = unbound(subject, pod).unwrap_or_else(|| by_scheduler(pod, &scheduled));
    Some(with_autoscaler(subject, pod, finding).at(text(pod, "/metadata/name")?, None))
}

fn by_scheduler(pod: &Value, scheduled: &Condition<'_>) -> Finding {
    let message = scheduled.message();
    let mut fatal = Fatal::AtDeadline;
    let (reason, help) = if scheduled.reason() == "SchedulingGated" {
        ("waits for its scheduling gates", "find out who removes `schedulingGates`, and whether it runs")
    } else if message.contains("persistentvolumeclaim") && message.contains("not found") {
        fatal = Fatal::AfterSeconds(CLAIM_GRACE_SECONDS);
        ("uses a PersistentVolumeClaim that does not exist", "create the claim, or correct `claimName`")
    } else if message.contains("PersistentVolumeClaim") && message.contains("unbound") {
        ("cannot get its volume", "make a PersistentVolume that fits the claim, or a StorageClass that provisions one")
    } else {
        ("cannot be scheduled", "lower what the pod requests, loosen its placement rules, or add nodes")
    };
    Finding::new(Code::Unschedulable, fatal, reason).pod_field(field(pod, message)).evidence(message).help(help)
}

/// Returns the field that keeps the pod from its nodes, as far as the scheduler's message tells.
fn field(pod: &Value, message: &str) -> String {
    if let Some((_, rest)) = message.split_once("Insufficient ") {
        let resource: String =
            rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "-./".contains(*letter)).collect();
        let resource = resource.trim_end_matches('.');
        let asks = |it: &&Value| it.pointer("/resources/requests").and_then(|it| it.get(resource)).is_some();
        let mut asking = list(pod, "/spec/containers").iter().filter(asks);
        return match (asking.next().and_then(|it| text(it, "/name")), asking.next()) {
            (Some(name), None) => format!("containers[{name}].resources.requests.{resource}"),
            (_, _) => "containers".to_owned(),
        };
    }
    let by_message = [
        (
            "node affinity/selector",
            if pod.pointer("/spec/nodeSelector").is_some() { "nodeSelector" } else { "affinity" },
        ),
        ("topology spread constraints", "topologySpreadConstraints"),
        ("anti-affinity rules", "affinity.podAntiAffinity"),
        ("affinity rules", "affinity.podAffinity"),
        ("untolerated taint", "tolerations"),
        ("ersistentvolumeclaim", "volumes"),
        ("ersistentVolumeClaim", "volumes"),
    ];
    by_message
        .iter()
        .find(|(words, _)| message.contains(words))
        .map_or_else(String::new, |(_, field)| (*field).to_owned())
}

/// Finds the claim of the pod whose own events say why it has no volume.
fn unbound(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    let explained = |volume: &Value| {
        let claim = text(volume, "/persistentVolumeClaim/claimName")?;
        let event = subject.newest_about("PersistentVolumeClaim", claim, pvc::UNPROVISIONED)?;
        let finding = pvc::explained(event.message())
            .pod_field(format!("volumes[{}].persistentVolumeClaim.claimName", text(volume, "/name")?));
        let reason = format!("has a claim, `{claim}`, that {}", finding.reason);
        Some(Finding { reason, ..finding })
    };
    list(pod, "/spec/volumes").iter().find_map(explained)
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
