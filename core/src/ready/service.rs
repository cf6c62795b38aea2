//! Whether a Service has its address, and whether it selects any pod. Does not ask whether those pods are ready.

use serde_json::{Map, Value};

use super::finding::{Fatal, Finding, settle};
use super::subject::{Subject, label, text};
use super::{Code, Verdict, ready, ready_but};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    if subject.text("/spec/type") != Some("LoadBalancer") || !subject.list("/status/loadBalancer/ingress").is_empty() {
        return if selects_nothing(subject, "/spec/selector") {
            ready_but("selects no pod: its selector matches none")
        } else {
            ready()
        };
    }
    settle(subject, "the address of its load balancer".to_owned(), unmade(subject).into_iter().collect())
}

fn unmade(subject: &Subject<'_>) -> Option<Finding> {
    let message = subject.event(subject.uid(), &["SyncLoadBalancerFailed"])?;
    let finding = Finding::new(Code::LoadBalancerNotMade, Fatal::AtDeadline, "cannot get its load balancer")
        .evidence(message)
        .help("correct what the message names, or ask who runs the cluster's cloud controller");
    Some(finding)
}

/// Whether pods are known, and none of them has these labels of the object. Without a selector, somebody else writes the endpoints.
pub(super) fn selects_nothing(subject: &Subject<'_>, labels: &str) -> bool {
    let Some(selector) = subject.object.pointer(labels).and_then(Value::as_object) else { return false };
    let mut pods = subject.related.pods.iter().filter(|pod| is_near(subject, pod)).peekable();
    !selector.is_empty() && pods.peek().is_some() && !pods.any(|pod| is_selected(selector, pod))
}

fn is_near(subject: &Subject<'_>, pod: &Value) -> bool {
    text(pod, "/metadata/namespace").is_none_or(|namespace| Some(namespace) == subject.id.namespace.as_deref())
}

fn is_selected(selector: &Map<String, Value>, pod: &Value) -> bool {
    selector.iter().all(|(key, value)| label(pod, key) == value.as_str())
}
