//! Why no node takes a pod: no room, no volume, or a gate. Source: kube-scheduler, and the cluster autoscaler's events.

use serde_json::Value;

use super::Code;
use super::finding::{Fatal, Finding};
use super::pvc;
use super::subject::{Condition, Subject, condition, list, text};
use super::unfit::{self, Unfit};

/// How long the autoscaler may keep to its word that no new node would help: pods of the old revision may still end.
const NO_SCALE_UP_GRACE_SECONDS: u64 = 30;

/// How long a claim may be missing that a pod uses: it may be applied at the same time.
const CLAIM_GRACE_SECONDS: u64 = 30;

/// A node may still come, so by itself only the deadline proves it.
pub(super) fn finding(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    let scheduled = condition(pod, "PodScheduled");
    if scheduled.as_ref().is_some_and(Condition::is_true) {
        return None;
    }
    // While the scheduler waits for a volume that is being made it writes no condition.
    let finding = unbound(subject, pod).or_else(|| Some(by_scheduler(pod, &scheduled.filter(Condition::is_false)?)))?;
    Some(with_autoscaler(subject, pod, finding).at(text(pod, "/metadata/name")?, None))
}

fn by_scheduler(pod: &Value, scheduled: &Condition<'_>) -> Finding {
    let message = scheduled.message();
    if let Some(claim) = missing_claim(message) {
        return without_claim(pod, claim, message);
    }
    let Unfit { reason, field, help } = if scheduled.reason() == "SchedulingGated" {
        gated()
    } else if message.contains("unbound immediate PersistentVolumeClaims") {
        unprovided()
    } else {
        unfit::read(pod, message)
    };
    Finding::new(Code::Unschedulable, Fatal::AtDeadline, reason).pod_field(field).evidence(message).help(help)
}

fn gated() -> Unfit {
    let (reason, field) = ("waits for its scheduling gates".to_owned(), "schedulingGates".to_owned());
    Unfit { reason, field, help: "find out who removes `schedulingGates`, and whether it runs" }
}

fn unprovided() -> Unfit {
    let help = "make a PersistentVolume that fits the claim, or a StorageClass that provisions one";
    Unfit { reason: "cannot get its volume".to_owned(), field: "volumes".to_owned(), help }
}

/// Returns the claim in "persistentvolumeclaim "data" not found".
fn missing_claim(message: &str) -> Option<&str> {
    let (claim, rest) = message.split_once("persistentvolumeclaim \"")?.1.split_once('"')?;
    rest.starts_with(" not found").then_some(claim)
}

fn without_claim(pod: &Value, claim: &str, message: &str) -> Finding {
    let uses = |volume: &&Value| text(volume, "/persistentVolumeClaim/claimName") == Some(claim);
    let volume = list(pod, "/spec/volumes").iter().find(uses).and_then(|volume| text(volume, "/name"));
    let fatal = Fatal::AfterSeconds(CLAIM_GRACE_SECONDS);
    Finding::new(Code::Unschedulable, fatal, format!("uses the PersistentVolumeClaim `{claim}`, which does not exist"))
        .pod_field(volume.map_or_else(|| "volumes".to_owned(), claim_name))
        .evidence(message)
        .help(format!("create the claim `{claim}`, or correct `claimName`"))
}

fn claim_name(volume: &str) -> String {
    format!("volumes[{volume}].persistentVolumeClaim.claimName")
}

/// Finds the claim of the pod whose own events say why it has no volume.
fn unbound(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    let explained = |volume: &Value| {
        let claim = text(volume, "/persistentVolumeClaim/claimName")?;
        let event = subject.newest_about("PersistentVolumeClaim", claim, pvc::UNPROVISIONED)?;
        let finding = pvc::explained(event.message()).pod_field(claim_name(text(volume, "/name")?));
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
