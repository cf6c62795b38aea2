//! Whether somebody answers an admission webhook. Judged by endpoint slices; where none is known it counts as answered,
//! because they may not be readable. Source: "Endpoint slices" of the Kubernetes documentation.

use serde_json::Value;

use super::subject::{Subject, label, list, text};
use super::{Verdict, ready, waiting};

/// The Service that a slice belongs to.
const SERVICE: &str = "kubernetes.io/service-name";

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    let services = subject.list("/webhooks").iter().filter_map(|webhook| webhook.pointer("/clientConfig/service"));
    let mut unanswered = services.filter(|service| is_unanswered(subject, service));
    let Some(service) = unanswered.next() else { return ready() };
    let part = |name: &str| text(service, name).unwrap_or_default();
    waiting(format!("a ready pod behind the Service {}/{}", part("/namespace"), part("/name")))
}

fn is_unanswered(subject: &Subject<'_>, service: &Value) -> bool {
    let belongs = |slice: &&Value| {
        label(slice, SERVICE) == text(service, "/name")
            && text(slice, "/metadata/namespace") == text(service, "/namespace")
    };
    let mut slices = subject.related.endpoint_slices.iter().filter(belongs).peekable();
    slices.peek().is_some() && !slices.any(|slice| list(slice, "/endpoints").iter().any(is_ready))
}

/// Whether an endpoint takes requests; one that does not say so does (`discovery/v1` types, `EndpointConditions`).
fn is_ready(endpoint: &Value) -> bool {
    endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false))
}
