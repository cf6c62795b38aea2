//! Autoscalers without the object that they scale, and those that every deploy resets.

use serde_json::Value;

use super::finding::{At, Found};
use super::set::Set;
use crate::manifest::{Gvk, Manifest, is_builtin_group};

const TARGET: &str = "/spec/scaleTargetRef";

/// Finds autoscalers whose target is not in the set.
pub(super) fn target(set: &Set<'_>, found: &mut Found) {
    for (autoscaler, gvk, name) in autoscalers(set) {
        if is_builtin_group(&gvk.group) && set.find(&gvk.group, &gvk.kind, name).is_none() && !set.may_be_made(name) {
            let title = format!("it scales {}/{name}, which is not in this set", gvk.kind);
            found.add(autoscaler, title, &[(At::Value("/spec/scaleTargetRef/name"), "not in this set")]);
        }
    }
}

/// Finds workloads that state the number of replicas that an autoscaler changes.
pub(super) fn replicas(set: &Set<'_>, found: &mut Found) {
    for (autoscaler, gvk, name) in autoscalers(set) {
        let Some(workload) = set.find(&gvk.group, &gvk.kind, name) else { continue };
        if workload.object["spec"].get("replicas").is_some() {
            let autoscaler = autoscaler.object["metadata"]["name"].as_str().unwrap_or_default();
            let title = format!("its `replicas` are set here, and by HorizontalPodAutoscaler/{autoscaler}");
            found.add(workload, title, &[(At::Value("/spec/replicas"), "a conflict, once it scales")]);
        }
    }
}

/// Returns whether an autoscaler of the set scales an object.
pub(super) fn is_scaled(set: &Set<'_>, manifest: &Manifest) -> bool {
    let Some(own) = Gvk::of(&manifest.object) else { return false };
    let is_it = |gvk: &Gvk, name: &str| (&gvk.group, &gvk.kind) == (&own.group, &own.kind) && is_named(manifest, name);
    autoscalers(set).any(|(_, gvk, name)| is_it(&gvk, name))
}

fn is_named(manifest: &Manifest, name: &str) -> bool {
    manifest.object["metadata"]["name"] == name
}

fn autoscalers<'s, 'a>(set: &'s Set<'a>) -> impl Iterator<Item = (&'a Manifest, Gvk, &'a str)> + use<'s, 'a> {
    set.of_kind("autoscaling", "HorizontalPodAutoscaler").filter_map(|manifest| {
        let target: &Value = manifest.object.pointer(TARGET)?;
        Some((manifest, Gvk::of(target)?, target["name"].as_str()?))
    })
}
