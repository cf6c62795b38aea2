//! Whether a pod that stands alone runs. Source: "Pod lifecycle" of the Kubernetes documentation.

use super::finding::{Fatal, Finding, failed, settle};
use super::subject::{Condition, Subject};
use super::{Code, Verdict, crash, eviction, pods, ready, ready_with};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    match subject.text("/status/phase") {
        Some("Succeeded") => ready_with("ended well"),
        Some("Failed") => failed(subject, eviction::finding(subject, subject.object).unwrap_or_else(|| ended(subject))),
        _ if subject.condition("Ready").as_ref().is_some_and(Condition::is_true) => ready(),
        _ => settle(subject, "the pod to be ready".to_owned(), pods::findings(subject, &[subject.object])),
    }
}

fn ended(subject: &Subject<'_>) -> Finding {
    let finding =
        Finding::new(Code::PodFailed, Fatal::Now, "ended with a failure").help("read the log and mend the cause");
    match crash::ended_badly(subject.object) {
        Some((pod, container, ending)) => finding
            .at(pod, Some(container))
            .pod_field(format!("containers[{container}]"))
            .evidence(format!("{container} {ending}")),
        None => {
            finding.evidence(subject.text("/status/message").or(subject.text("/status/reason")).unwrap_or_default())
        }
    }
}
