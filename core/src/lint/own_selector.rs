//! Workloads whose selector does not match their own pods: the server refuses them.

use super::finding::{At, Found};
use super::label_selector::{lacking, unfulfilled};
use super::set::{Set, is_kind};

/// Finds workloads whose selector does not match the labels of their template.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    for pod in set.pods.iter().filter(|pod| pod.at == "/spec/template") {
        let selector = &pod.manifest.object["spec"]["selector"];
        let is_map = is_kind(&pod.manifest.object, "", "ReplicationController");
        let term = if is_map { lacking(selector, pod.labels()) } else { unfulfilled(selector, pod.labels()) };
        let Some(term) = term else { continue };
        let title = format!("its selector wants `{term}`, which the labels of its pods do not fulfil");
        let labels = format!("{}/metadata/labels", pod.at);
        let places =
            [(At::Key("/spec/selector"), "matches no pod of its own"), (At::Key(&labels), "these are its labels")];
        let count = if pod.labels().is_null() { 1 } else { 2 };
        found.add(pod.manifest, title, &places[..count]);
    }
}
