//! What pods are made from: where an object keeps a pod's template, and the containers in it. Judges nothing.

use serde_json::Value;

use super::set::items;
use crate::manifest::{Gvk, Manifest};

/// A pod's template in an object; a Pod is its own.
pub(super) struct Pod<'a> {
    pub(super) manifest: &'a Manifest,
    /// The pointer of what has the pod's `metadata` and `spec`.
    pub(super) at: &'static str,
    template: &'a Value,
}

/// A container of a template.
pub(super) struct Container<'a> {
    pub(super) at: String,
    pub(super) value: &'a Value,
}

impl<'a> Pod<'a> {
    /// Returns what an object makes pods from, where it does.
    pub(super) fn of(manifest: &'a Manifest) -> Option<Self> {
        let at = template(&manifest.object)?;
        Some(Self { manifest, at, template: manifest.object.pointer(at)? })
    }

    pub(super) fn labels(&self) -> &'a Value {
        &self.template["metadata"]["labels"]
    }

    pub(super) fn spec(&self) -> &'a Value {
        &self.template["spec"]
    }

    /// Returns the pointer of a field of the pod's `spec`.
    pub(super) fn spec_at(&self, field: &str) -> String {
        format!("{}/spec/{field}", self.at)
    }

    /// Returns the items of a list of the pod's `spec`, each with its pointer.
    pub(super) fn items(&self, list: &str) -> Vec<(String, &'a Value)> {
        items(&self.manifest.object, &self.spec_at(list))
    }

    /// Returns the containers, those that run first before the others.
    pub(super) fn containers(&self) -> Vec<Container<'a>> {
        let lists = ["initContainers", "containers"].into_iter();
        lists.flat_map(|list| self.items(list)).map(|(at, value)| Container { at, value }).collect()
    }
}

impl Container<'_> {
    /// Returns the container's name between backticks.
    pub(super) fn name(&self) -> String {
        format!("container `{}`", self.value["name"].as_str().unwrap_or_default())
    }

    /// Returns the pointer of a field of the container.
    pub(super) fn at(&self, field: &str) -> String {
        format!("{}/{field}", self.at)
    }
}

/// Returns where an object of Kubernetes keeps the template of its pods.
fn template(object: &Value) -> Option<&'static str> {
    let gvk = Gvk::of(object)?;
    match (gvk.group.as_str(), gvk.kind.as_str()) {
        ("", "Pod") => Some(""),
        ("", "ReplicationController")
        | ("apps", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet")
        | ("batch", "Job") => Some("/spec/template"),
        ("", "PodTemplate") => Some("/template"),
        ("batch", "CronJob") => Some("/spec/jobTemplate/spec/template"),
        _ => None,
    }
}
