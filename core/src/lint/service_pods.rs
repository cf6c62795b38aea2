//! Services that select no pod of their set. Silent where somebody else may make the pods.

use serde_json::Value;

use super::finding::{At, Found};
use super::label_selector::lacking;
use super::pod::Pod;
use super::set::Set;
use crate::manifest::Gvk;

/// Labels that controllers add to the pods that they make.
const ADDED: [&str; 6] = [
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "job-name",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// Where Kubernetes runs pods of its own, which no set has.
const SYSTEM: &str = "kube-system";

/// Groups of custom resources that make no pods of a user's workload.
const WITHOUT_PODS: [&str; 9] = [
    "bitnami.com",
    "cert-manager.io",
    "external-secrets.io",
    "gateway.networking.k8s.io",
    "networking.istio.io",
    "security.istio.io",
    "snapshot.storage.k8s.io",
    "traefik.io",
    "kyverno.io",
];

/// Kinds that make no pods, of a group that has others.
const KINDS_WITHOUT_PODS: [&str; 5] = ["ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe", "ScaledObject"];

/// Finds Services whose selector matches no pod of the set.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    if set.pods.is_empty() || set.custom().any(|manifest| may_make_pods(&manifest.object)) {
        return;
    }
    for service in set.of_kind("", "Service") {
        let selector = &service.object["spec"]["selector"];
        let is_selecting = selector.as_object().is_some_and(|selector| !selector.is_empty());
        let is_of_the_system = service.object["metadata"]["namespace"] == SYSTEM;
        if !is_selecting || is_of_the_system || service.object["spec"]["type"] == "ExternalName" {
            continue;
        }
        if selected(set, selector).next().is_none() {
            let title = format!("it selects no pod of this set{}", nearest(set, selector));
            found.add(service, title, &[(At::Key("/spec/selector"), "selects no pod")]);
        }
    }
}

/// Returns the pods that a Service's selector matches.
pub(super) fn selected<'s, 'a>(set: &'s Set<'a>, selector: &Value) -> impl Iterator<Item = &'s Pod<'a>> {
    let wanted = wanted(selector);
    set.pods.iter().filter(move |pod| !wanted.is_null() && lacking(&wanted, pod.labels()).is_none())
}

/// Returns a selector without the labels that only pods at work have.
fn wanted(selector: &Value) -> Value {
    let mut wanted = selector.clone();
    if let Some(terms) = wanted.as_object_mut() {
        terms.retain(|key, _| !ADDED.contains(&key.as_str()));
    }
    wanted
}

/// Says what the pods of the likeliest workload lack: one that differs in a single label.
fn nearest(set: &Set<'_>, selector: &Value) -> String {
    let wanted = wanted(selector);
    for pod in &set.pods {
        let terms = wanted.as_object().into_iter().flatten();
        let lacking: Vec<_> = terms.filter(|(key, value)| pod.labels().get(*key) != Some(*value)).collect();
        let is_near = wanted.as_object().is_some_and(|terms| terms.len() > 1);
        if let ([(key, value)], true) = (lacking.as_slice(), is_near) {
            let term = format!("{key}={}", value.as_str().unwrap_or_default());
            let name = pod.manifest.object["metadata"]["name"].as_str().unwrap_or_default();
            let kind = pod.manifest.object["kind"].as_str().unwrap_or_default();
            return format!(": the pods of {kind}/{name} lack `{term}`");
        }
    }
    String::new()
}

fn may_make_pods(object: &Value) -> bool {
    Gvk::of(object).is_some_and(|gvk| {
        !WITHOUT_PODS.contains(&gvk.group.as_str()) && !KINDS_WITHOUT_PODS.contains(&gvk.kind.as_str())
    })
}
