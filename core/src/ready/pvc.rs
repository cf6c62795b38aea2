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
    let message = subject.event(subject.uid(), &["ProvisioningFailed", "FailedBinding"])?;
    let finding = Finding::new(Code::VolumeNotProvisioned, Fatal::AtDeadline, "cannot get a volume")
        .evidence(message)
        .help("check `storageClassName` and that its provisioner runs");
    Some(finding)
}
