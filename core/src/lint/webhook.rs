//! Webhooks that stop the pods which answer them: once those are gone, none comes back.

use serde_json::Value;

use super::finding::{At, Found};
use super::set::{Set, items};
use crate::manifest::Manifest;

const KINDS: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Finds webhooks that are asked about every pod and that pods of the set answer.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    for kind in KINDS {
        for manifest in set.of_kind("admissionregistration.k8s.io", kind) {
            for (at, webhook) in items(&manifest.object, "/webhooks") {
                let Some(service) = answering(set, webhook).filter(|_| stops_pods(webhook)) else { continue };
                let title = format!(
                    "the webhook `{}` is asked about every new pod, those of its own Service/{} too",
                    webhook["name"].as_str().unwrap_or_default(),
                    service.object["metadata"]["name"].as_str().unwrap_or_default(),
                );
                found.add(
                    manifest,
                    title,
                    &[(At::Value(&format!("{at}/name")), "refuses all pods while none answers")],
                );
            }
        }
    }
}

/// Returns the Service of the set that answers a webhook.
fn answering<'a>(set: &Set<'a>, webhook: &Value) -> Option<&'a Manifest> {
    let named = &webhook["clientConfig"]["service"];
    let service = set.find("", "Service", named["name"].as_str()?)?;
    (service.object["metadata"]["namespace"] == named["namespace"]).then_some(service)
}

/// Whether no pod is left out. What narrows it may leave its own pods out, so that counts as a no.
fn stops_pods(webhook: &Value) -> bool {
    let is_narrowed =
        ["namespaceSelector", "objectSelector", "matchConditions"].iter().any(|field| match &webhook[*field] {
            Value::Object(terms) => !terms.is_empty(),
            Value::Array(terms) => !terms.is_empty(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        });
    let is_strict = webhook["failurePolicy"] != "Ignore";
    let rules = webhook["rules"].as_array().into_iter().flatten();
    is_strict && !is_narrowed && rules.into_iter().any(is_about_pods)
}

fn is_about_pods(rule: &Value) -> bool {
    let names = |field: &str, wanted: &[&str]| {
        let listed = rule[field].as_array().into_iter().flatten().filter_map(Value::as_str);
        listed.into_iter().any(|name| wanted.contains(&name))
    };
    names("apiGroups", &["", "*"]) && names("resources", &["pods", "*", "*/*"]) && names("operations", &["CREATE", "*"])
}
