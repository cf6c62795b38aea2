//! Whether a claim has its volume. Source: "Persistent volumes" and "Storage classes" of the Kubernetes documentation.

use super::finding::{Fatal, Finding, failed, settle};
use super::subject::Subject;
use super::{Code, Verdict, ready, ready_with};

/// The claim waits for a pod on purpose (`volumeBindingMode: WaitForFirstConsumer`): nobody else ends that wait.
const WAITS_FOR_POD: &[&str] = &["WaitForFirstConsumer", "WaitForPodScheduled"];

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    match subject.text("/status/phase") {
        Some("Bound") => ready(),
        Some("Lost") => failed(subject, lost(subject)),
        _ if subject.event(subject.uid(), WAITS_FOR_POD).is_some() => ready_with("gets its volume with its first pod"),
        _ => settle(subject, "its volume".to_owned(), unprovisioned(subject).into_iter().collect()),
    }
}

fn lost(subject: &Subject<'_>) -> Finding {
    Finding::new(Code::VolumeLost, Fatal::Now, "has lost its volume")
        .evidence(format!("the volume {} is gone", subject.text("/spec/volumeName").unwrap_or("that it was bound to")))
        .help("restore the volume from a backup, then delete the claim and deploy again")
}

fn unprovisioned(subject: &Subject<'_>) -> Option<Finding> {
    subject.event(subject.uid(), UNPROVISIONED).map(explained)
}

/// What a claim's controllers report when they cannot give it a volume (kubernetes `pkg/controller/volume/events`).
pub(super) const UNPROVISIONED: &[&str] = &["ProvisioningFailed", "FailedBinding"];

/// Explains why a claim has no volume, in the words of its event.
pub(super) fn explained(message: &str) -> Finding {
    let (reason, help) = if message.contains("no storage class is set") {
        (
            "names no StorageClass, and the cluster has no default",
            "set `storageClassName`, or mark one StorageClass as default",
        )
    } else if message.contains("storageclass") && message.contains("not found") {
        ("names a StorageClass that does not exist", "correct `storageClassName`, or create the StorageClass")
    } else {
        ("cannot get a volume", "check `storageClassName` and that its provisioner runs")
    };
    Finding::new(Code::VolumeNotProvisioned, Fatal::AtDeadline, reason).evidence(message).help(help)
}
