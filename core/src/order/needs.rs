//! What must be in the cluster before an object is sent, as its body says: what it names, and what its kind is from.
//!
//! A need is always of an earlier stage, or a role of its binding, so needs alone never make a cycle. An object that is
//! not in the set is nobody's business here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::kinds::{Stage, stage};
use crate::manifest::{Manifest, ObjectId};

const RBAC: &str = "rbac.authorization.k8s.io";

/// Fields that hold the name of an object: (field, group, kind).
const NAMES: [(&str, &str, &str); 8] = [
    ("serviceAccountName", "", "ServiceAccount"),
    ("serviceAccount", "", "ServiceAccount"),
    ("priorityClassName", "scheduling.k8s.io", "PriorityClass"),
    ("runtimeClassName", "node.k8s.io", "RuntimeClass"),
    ("storageClassName", "storage.k8s.io", "StorageClass"),
    ("ingressClassName", "networking.k8s.io", "IngressClass"),
    ("serviceName", "", "Service"),
    ("volumeName", "", "PersistentVolume"),
];

/// Fields that hold a mapping with the name of an object: (field, key in it, kind of the core group).
const REFERENCES: [(&str, &str, &str); 9] = [
    ("configMap", "name", "ConfigMap"),
    ("configMapKeyRef", "name", "ConfigMap"),
    ("configMapRef", "name", "ConfigMap"),
    ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim"),
    ("secret", "name", "Secret"),
    ("secret", "secretName", "Secret"),
    ("secretKeyRef", "name", "Secret"),
    ("secretRef", "name", "Secret"),
    ("service", "name", "Service"),
];

/// The set by what its objects are found by.
pub(super) struct Index<'a> {
    ids: &'a [ObjectId],
    manifests: &'a [Manifest],
    named: BTreeMap<(&'a str, &'a str, &'a str), usize>,
    /// The definition of each custom kind, by group and kind.
    definitions: BTreeMap<(&'a str, &'a str), usize>,
    /// The bindings of each service account.
    bindings: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    pub(super) fn of(ids: &'a [ObjectId], manifests: &'a [Manifest]) -> Self {
        let mut index =
            Self { ids, manifests, named: BTreeMap::new(), definitions: BTreeMap::new(), bindings: BTreeMap::new() };
        for (at, (id, manifest)) in ids.iter().zip(manifests).enumerate() {
            index.named.insert((&id.group, &id.kind, &id.name), at);
            let spec = &manifest.object["spec"];
            if stage(id) == Stage::Definitions {
                let key = (&spec["group"], &spec["names"]["kind"]);
                index.definitions.extend(key.0.as_str().zip(key.1.as_str()).map(|key| (key, at)));
            }
            for subject in manifest.object["subjects"].as_array().into_iter().flatten() {
                if let Some(name) = subject["name"].as_str().filter(|_| subject["kind"] == "ServiceAccount") {
                    index.bindings.entry(name).or_default().push(at);
                }
            }
        }
        index
    }

    /// Returns the objects of a name: `Deployment/web`, or `Deployment.apps/web` where two groups have the kind.
    pub(super) fn called(&self, name: &str) -> Vec<usize> {
        let Some((kind, name)) = name.split_once('/') else { return Vec::new() };
        let (kind, group) = kind.split_once('.').map_or((kind, None), |(kind, group)| (kind, Some(group)));
        let is_called =
            |id: &ObjectId| id.name == name && id.kind == kind && group.is_none_or(|group| id.group == group);
        (0..self.ids.len()).filter(|at| is_called(&self.ids[*at])).collect()
    }

    /// Returns what an object needs to be in the cluster.
    pub(super) fn needs(&self, at: usize) -> BTreeSet<usize> {
        let (id, object) = (&self.ids[at], &self.manifests[at].object);
        let mut needs = BTreeSet::new();
        needs.extend(id.namespace.as_deref().and_then(|name| self.find("", "Namespace", name)));
        needs.extend(self.definitions.get(&(id.group.as_str(), id.kind.as_str())));
        needs.extend(self.role(object));
        if !matches!(stage(id), Stage::Definitions) && id.kind != "ServiceAccount" {
            let parts = object.as_object().into_iter().flatten();
            let parts = parts.filter(|(key, _)| !["metadata", "status", "data", "stringData"].contains(&key.as_str()));
            parts.for_each(|(_, part)| self.walk(part, &mut needs));
        }
        if matches!(stage(id), Stage::ApiServices | Stage::Admission) {
            let backends: Vec<usize> = needs.iter().flat_map(|service| self.behind(*service)).collect();
            needs.extend(backends);
        }
        let is_earlier = |need: &usize| stage(&self.ids[*need]) < stage(id) || self.ids[*need].kind.ends_with("Role");
        needs.retain(|need| *need != at && is_earlier(need));
        needs
    }

    fn find(&self, group: &str, kind: &str, name: &str) -> Option<usize> {
        self.named.get(&(group, kind, name)).copied()
    }

    /// Returns the role of a binding: the server asks for it when a deployer may not give out every right.
    fn role(&self, object: &Value) -> Option<usize> {
        let role = &object["roleRef"];
        self.find(RBAC, role["kind"].as_str()?, role["name"].as_str()?)
    }

    /// Collects what the fields of a value name, however deep.
    fn walk(&self, value: &Value, needs: &mut BTreeSet<usize>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    self.field(key, value, needs);
                    self.walk(value, needs);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(item, needs)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn field(&self, key: &str, value: &Value, needs: &mut BTreeSet<usize>) {
        for (_, group, kind) in NAMES.iter().filter(|(field, ..)| *field == key) {
            needs.extend(value.as_str().and_then(|name| self.find(group, kind, name)));
        }
        for (_, inner, kind) in REFERENCES.iter().filter(|(field, ..)| *field == key) {
            needs.extend(value[inner].as_str().and_then(|name| self.find("", kind, name)));
        }
        match key {
            "imagePullSecrets" => {
                let names = value.as_array().into_iter().flatten().filter_map(|item| item["name"].as_str());
                needs.extend(names.filter_map(|name| self.find("", "Secret", name)));
            }
            "serviceAccountName" => {
                needs.extend(value.as_str().and_then(|name| self.bindings.get(name)).into_iter().flatten());
            }
            "scaleTargetRef" => needs.extend(self.scaled(value)),
            _ => {}
        }
    }

    fn scaled(&self, target: &Value) -> Option<usize> {
        let group = target["apiVersion"].as_str()?.split_once('/').map_or("", |(group, _)| group);
        self.find(group, target["kind"].as_str()?, target["name"].as_str()?)
    }

    /// Returns the workloads whose pods answer for a Service.
    fn behind(&self, service: usize) -> Vec<usize> {
        let selector = match self.ids[service].kind.as_str() {
            "Service" => self.manifests[service].object["spec"]["selector"].as_object(),
            _ => None,
        };
        let Some(selector) = selector.filter(|selector| !selector.is_empty()) else { return Vec::new() };
        let answers = |manifest: &Manifest| {
            let labels = &manifest.object["spec"]["template"]["metadata"]["labels"];
            selector.iter().all(|(key, value)| labels.get(key) == Some(value))
        };
        (0..self.ids.len()).filter(|at| answers(&self.manifests[*at])).collect()
    }
}

/// Returns whether an object makes pods, which quotas and policies judge.
pub(super) fn makes_pods(object: &Value) -> bool {
    let spec = &object["spec"];
    object["kind"] == "Pod" || spec["template"]["spec"].is_object() || spec["jobTemplate"].is_object()
}

/// Returns whether an object judges or confines the pods of its namespace: without it none may start.
pub(super) fn judges_pods(id: &ObjectId) -> bool {
    matches!(
        (id.group.as_str(), id.kind.as_str()),
        ("", "LimitRange" | "ResourceQuota") | ("networking.k8s.io", "NetworkPolicy")
    )
}
