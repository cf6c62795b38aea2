//! What pods name and the set does not have: `ConfigMap`s, Secrets, service accounts, claims, and keys of them.
//!
//! An object may be in the cluster already, so its absence is a notice. A key of an object of the set is not.

use serde_json::Value;

use super::finding::{At, Found};
use super::pod::Pod;
use super::set::{Set, items};

/// What a pod names.
struct Reference<'a> {
    kind: &'static str,
    name: &'a str,
    /// Where the name is written.
    at: String,
    /// The keys that must be in it, and where they are written.
    keys: Vec<(&'a str, String)>,
}

/// What Kubernetes itself puts into every namespace.
const GIVEN: [(&str, &str); 2] = [("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")];

/// Finds objects that pods name and the set does not have, each at the first pod that names it.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    let mut told = Vec::new();
    for pod in &set.pods {
        for reference in references(pod) {
            let Reference { kind, name, at, .. } = reference;
            let is_there = set.find("", kind, name).is_some() || set.may_be_made(name) || GIVEN.contains(&(kind, name));
            if is_there || told.contains(&(kind, name)) || is_claim_of_its_own(pod, kind, name) {
                continue;
            }
            told.push((kind, name));
            let title = format!("its pods need the {kind} `{name}`, which is not in this set");
            found.add(pod.manifest, title, &[(At::Value(&at), "not in this set")]);
        }
    }
}

/// Finds keys that pods name and that the object of the set does not have.
pub(super) fn keys(set: &Set<'_>, found: &mut Found) {
    for pod in &set.pods {
        for Reference { kind, name, keys, .. } in references(pod) {
            let Some(manifest) = set.find("", kind, name).filter(|_| !set.may_be_made(name)) else { continue };
            let object = &manifest.object;
            let has = |key: &str| ["data", "binaryData"].iter().any(|data| object[*data].get(key).is_some());
            for (key, at) in keys.iter().filter(|(key, _)| !has(key)) {
                let title = format!("its pods need the key `{key}` of {kind}/{name}, which does not have it");
                found.add(pod.manifest, title, &[(At::Value(at), "no such key")]);
            }
        }
    }
}

fn references<'a>(pod: &Pod<'a>) -> Vec<Reference<'a>> {
    let mut all = Vec::new();
    for field in ["serviceAccountName", "serviceAccount"] {
        let name = pod.spec()[field].as_str();
        all.extend(name.map(|name| plain("ServiceAccount", name, pod.spec_at(field))));
    }
    for (at, item) in pod.items("imagePullSecrets") {
        all.extend(item["name"].as_str().map(|name| plain("Secret", name, format!("{at}/name"))));
    }
    for container in pod.containers() {
        for (at, source) in items(&pod.manifest.object, &container.at("envFrom")) {
            all.extend(named(source, &at, "ConfigMap", ("configMapRef", "name")));
            all.extend(named(source, &at, "Secret", ("secretRef", "name")));
        }
        for (at, variable) in items(&pod.manifest.object, &container.at("env")) {
            let (source, at) = (&variable["valueFrom"], format!("{at}/valueFrom"));
            all.extend(named(source, &at, "ConfigMap", ("configMapKeyRef", "name")));
            all.extend(named(source, &at, "Secret", ("secretKeyRef", "name")));
        }
    }
    for (at, volume) in pod.items("volumes") {
        all.extend(named(volume, &at, "ConfigMap", ("configMap", "name")));
        all.extend(named(volume, &at, "Secret", ("secret", "secretName")));
        all.extend(named(volume, &at, "PersistentVolumeClaim", ("persistentVolumeClaim", "claimName")));
        for (at, source) in items(&pod.manifest.object, &format!("{at}/projected/sources")) {
            all.extend(named(source, &at, "ConfigMap", ("configMap", "name")));
            all.extend(named(source, &at, "Secret", ("secret", "name")));
        }
    }
    all.retain(|reference| !reference.name.is_empty());
    all
}

fn plain<'a>(kind: &'static str, name: &'a str, at: String) -> Reference<'a> {
    Reference { kind, name, at, keys: Vec::new() }
}

/// Reads `holder: {field: group: name}`; none where it is optional.
fn named<'a>(holder: &'a Value, at: &str, kind: &'static str, (group, field): (&str, &str)) -> Option<Reference<'a>> {
    let source = &holder[group];
    let name = source[field].as_str().filter(|_| source["optional"] != true)?;
    let at = format!("{at}/{group}");
    let mut keys: Vec<(&str, String)> =
        source["key"].as_str().map(|key| (key, format!("{at}/key"))).into_iter().collect();
    let listed = source["items"].as_array().into_iter().flatten().enumerate();
    keys.extend(listed.filter_map(|(n, item)| Some((item["key"].as_str()?, format!("{at}/items/{n}/key")))));
    Some(Reference { kind, name, at: format!("{at}/{field}"), keys })
}

/// Returns whether a stateful set makes the claim from its own templates.
fn is_claim_of_its_own(pod: &Pod<'_>, kind: &str, name: &str) -> bool {
    let templates = items(&pod.manifest.object, "/spec/volumeClaimTemplates");
    kind == "PersistentVolumeClaim" && templates.iter().any(|(_, claim)| claim["metadata"]["name"] == name)
}
