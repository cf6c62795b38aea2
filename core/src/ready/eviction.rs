//! A pod that its node, or somebody above it, put an end to. Source: "Node-pressure eviction" and "Disruptions" of the
//! Kubernetes documentation; kubelet `lifecycle` and `eviction`.

use serde_json::Value;

use super::Code;
use super::finding::{Fatal, Finding};
use super::subject::{Condition, Subject, condition, text};

/// What a node says that refuses a pod which the scheduler gave it (kubelet `lifecycle/predicate.go`), or that shuts down.
const REFUSED_BY_NODE: &[&str] =
    &["NodeAffinity", "UnexpectedAdmissionError", "NodeShutdown", "Terminated", "Shutdown", "Preempting"];

/// Finds that a pod did not fail by itself; the controller makes a new one, so only the deadline proves it.
pub(super) fn finding(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    if text(pod, "/status/phase") != Some("Failed") {
        return begun(subject, pod);
    }
    let reason = text(pod, "/status/reason").unwrap_or_default();
    let message = text(pod, "/status/message").unwrap_or_default();
    let finding = by_own_limit(reason, message).or_else(|| by_reason(reason, message)).or_else(|| disrupted(pod))?;
    let message = if message.is_empty() { finding.evidence.clone() } else { message.trim().to_owned() };
    Some(finding.at(text(pod, "/metadata/name")?, None).evidence(message))
}

/// A kubelet says so in an event first, and in the pod when its containers have ended: until then they look crashed.
fn begun(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    let message = subject.event(text(pod, "/metadata/uid")?, &["Evicted"])?;
    let finding = by_own_limit("Evicted", message).or_else(|| by_reason("Evicted", message))?;
    Some(finding.at(text(pod, "/metadata/name")?, None).evidence(message.trim()))
}

/// Finds that a pod wrote more than its own limit allows; the next one will, too (kubelet `eviction/helpers.go`).
fn by_own_limit(reason: &str, message: &str) -> Option<Finding> {
    let quoted = |start: &str| message.strip_prefix(start)?.split(['"', ' ']).next();
    let (field, why) = if let Some(volume) = quoted("Usage of EmptyDir volume \"") {
        let why = format!("is evicted because it fills its volume `{volume}`");
        (format!("volumes[{volume}].emptyDir.sizeLimit"), why)
    } else if message.contains("exceeded its local ephemeral storage limit") {
        let field = format!("containers[{}].resources.limits.ephemeral-storage", quoted("Container ")?);
        (field, "is evicted because it writes more than its `ephemeral-storage` limit".to_owned())
    } else if message.starts_with("Pod ephemeral local storage usage exceeds") {
        ("containers".to_owned(), "is evicted because it writes more than its `ephemeral-storage` limits".to_owned())
    } else {
        return None;
    };
    let finding = Finding::new(Code::Evicted, Fatal::Now, why).pod_field(field);
    (reason == "Evicted").then(|| finding.help("raise the limit, or find out why it writes so much"))
}

fn by_reason(reason: &str, message: &str) -> Option<Finding> {
    if reason == "Evicted" {
        let help = "raise its requests so that it is placed where there is room, or free the node";
        let short_of = message.split_once("low on resource: ").and_then(|(_, rest)| rest.split(". ").next());
        let why = short_of.map_or_else(String::new, |it| format!(" of {}", it.trim_end_matches('.')));
        return Some(evicted(format!("is evicted because its node runs short{why}")).help(help));
    }
    let refused = REFUSED_BY_NODE.contains(&reason) || reason.starts_with("OutOf");
    refused
        .then(|| evicted("is refused by its node").evidence(reason).help("look at the node's state, then deploy again"))
}

fn disrupted(pod: &Value) -> Option<Finding> {
    let disruption = condition(pod, "DisruptionTarget").filter(Condition::is_true)?;
    let reason = match disruption.reason() {
        "PreemptionByScheduler" => "makes room for pods of a higher priority",
        "DeletionByTaintManager" => "does not tolerate a taint of its node",
        "EvictionByEvictionAPI" => "is evicted by somebody, for example to drain its node",
        _ => "is evicted",
    };
    Some(evicted(reason).evidence(disruption.message()).help("look at the node's state, then deploy again"))
}

fn evicted(reason: impl Into<String>) -> Finding {
    Finding::new(Code::Evicted, Fatal::AtDeadline, reason)
}
