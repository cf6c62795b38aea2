//! Whether a claim has its volume. Source: "Persistent volumes" and "Storage classes" of the Kubernetes documentation.

use super::finding::{Fatal, Finding, failed, settle};
use super::subject::Subject;
use super::{Code, Verdict, ready, ready_with};

/// How long what a claim names may be missing: it may be made at the same time.
const CLASS_GRACE_SECONDS: u64 = 30;

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
    let finding = subject.event(subject.uid(), UNPROVISIONED).map(explained)?;
    Some(finding.own_field("spec.storageClassName"))
}

/// What a claim's controllers report when they cannot give it a volume (kubernetes `pkg/controller/volume/events`).
pub(super) const UNPROVISIONED: &[&str] = &["ProvisioningFailed", "FailedBinding", "ExternalProvisioning"];

/// Explains why a claim has no volume, in the words of its event.
pub(super) fn explained(message: &str) -> Finding {
    // Only a person makes a class; a provisioner may still come up.
    let (reason, fatal, help) = if message.contains("no storage class is set") {
        (
            "names no StorageClass, and the cluster has no default",
            Fatal::AfterSeconds(CLASS_GRACE_SECONDS),
            "set `storageClassName`, or mark one StorageClass as default",
        )
    } else if message.contains("storageclass") && message.contains("not found") {
        (
            "names a StorageClass that does not exist",
            Fatal::AfterSeconds(CLASS_GRACE_SECONDS),
            "correct `storageClassName`, or create the StorageClass",
        )
    } else if message.ends_with("kubernetes.io/no-provisioner") {
        (
            "fits no PersistentVolume, and its class makes none",
            Fatal::AtDeadline,
            "make a PersistentVolume with the claim's class, size and access modes, or correct the claim",
        )
    } else if message.to_lowercase().starts_with("waiting for a volume to be created") {
        (
            "waits for a provisioner that has not made its volume",
            Fatal::AtDeadline,
            "check that the provisioner that the message names runs, and read its log",
        )
    } else {
        ("cannot get a volume", Fatal::AtDeadline, "check `storageClassName` and that its provisioner runs")
    };
    Finding::new(Code::VolumeNotProvisioned, fatal, reason).evidence(message).help(help)
}
