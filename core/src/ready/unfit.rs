//! Why no node fits a pod, in the scheduler's words: what they mean, which field they are about, and what to do. Where
//! nodes have different reasons, none of them is the cause. Source: kube-scheduler's plugins.

use serde_json::Value;

use super::subject::{list, text};

/// Why no node fits.
pub(super) struct Unfit {
    pub(super) reason: String,
    /// The field of the pods' `spec`; empty where none is known.
    pub(super) field: String,
    pub(super) help: &'static str,
}

/// What is said, what it means, the field, and what to do. `@` is the resource that is short.
const KNOWN: &[(&str, &str, &str, &str)] = &[
    ("Insufficient ", "finds no node with enough `@` free", "", "lower what the pod requests, or add nodes"),
    (
        "didn't match Pod's node affinity/selector",
        "finds no node that its node selector or affinity allows",
        "affinity",
        "correct `nodeSelector` or `affinity`, or label a node",
    ),
    (
        "untolerated taint {node.kubernetes.io/",
        "finds no node that is well",
        "",
        "look at what `kubectl describe nodes` says of their conditions",
    ),
    (
        "untolerated taint {",
        "finds no node whose taints it tolerates",
        "tolerations",
        "add a toleration, or remove the taint",
    ),
    (
        "were unschedulable",
        "finds no node that is not cordoned",
        "",
        "uncordon a node, or wait until its drain is over",
    ),
    ("Too many pods", "finds no node with room for another pod", "", "add nodes, or allow more pods on each"),
    (
        "topology spread constraints",
        "finds no node that its topology spread allows",
        "topologySpreadConstraints",
        "loosen `topologySpreadConstraints`, or add nodes",
    ),
    (
        "anti-affinity rules",
        "finds no node away from the pods that it avoids",
        "affinity.podAntiAffinity",
        "loosen `podAntiAffinity`, or add nodes",
    ),
];

/// Reads the message of the condition `PodScheduled`.
pub(super) fn read(pod: &Value, message: &str) -> Unfit {
    // What preemption would change is no reason of its own.
    let said = message.split("preemption:").next().unwrap_or_default();
    let mut known = KNOWN.iter().filter(|(words, ..)| said.contains(words));
    let first = known.next();
    let is_only = known.all(|(words, ..)| first.is_some_and(|(longer, ..)| longer.contains(words)));
    let Some((_, reason, field, help)) = first.filter(|_| is_only) else { return several() };
    let resource = lacking(said);
    let field = match *field {
        "" if !resource.is_empty() => requests(pod, resource),
        "affinity" if pod.pointer("/spec/nodeSelector").is_some() => "nodeSelector".to_owned(),
        field => field.to_owned(),
    };
    Unfit { reason: reason.replace('@', resource), field, help }
}

fn several() -> Unfit {
    let help = "lower what the pod requests, loosen its placement rules, or add nodes";
    Unfit { reason: "cannot be scheduled".to_owned(), field: String::new(), help }
}

/// Returns the resource in "1 Insufficient cpu.", the first where several are short.
fn lacking(said: &str) -> &str {
    let rest = said.split_once("Insufficient ").map_or("", |(_, rest)| rest);
    rest.split([',', ' ']).next().unwrap_or_default().trim_end_matches('.')
}

/// Returns the request of the only container that has one.
fn requests(pod: &Value, resource: &str) -> String {
    let asks = |it: &&Value| it.pointer("/resources/requests").and_then(|it| it.get(resource)).is_some();
    let mut asking = list(pod, "/spec/containers").iter().filter(asks);
    match (asking.next().and_then(|it| text(it, "/name")), asking.next()) {
        (Some(name), None) => format!("containers[{name}].resources.requests.{resource}"),
        (_, _) => "containers".to_owned(),
    }
}
