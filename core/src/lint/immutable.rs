//! Fields that the API server never lets change: a change of one is refused, or needs the object to be made anew.
//!
//! The rows are those of the validation of updates in `k8s.io/kubernetes/pkg/apis/*/validation`. Fields that only one of
//! the two sets writes are left alone, for the server may have filled in the same value.

use serde_json::Value;

use super::finding::{At, Found};
use super::set::{Set, below, is_kind};
use crate::manifest::{Manifest, ObjectId};

/// What of a kind is immutable.
struct Row {
    group: &'static str,
    kind: &'static str,
    part: Part,
}

enum Part {
    /// This value as a whole: the server fills in nothing there.
    Whole(&'static str),
    /// What is written at this pointer.
    Written(&'static str),
    /// What is written in each field below this pointer but these.
    AllBut(&'static str, &'static [&'static str]),
}
use Part::{AllBut, Whole, Written};

const ROWS: [Row; 21] = [
    row("", "PersistentVolumeClaim", AllBut("/spec", &["resources", "volumeAttributesClassName", "volumeName"])),
    row(
        "",
        "Pod",
        AllBut(
            "/spec",
            &[
                "activeDeadlineSeconds",
                "containers",
                "initContainers",
                "schedulingGates",
                "terminationGracePeriodSeconds",
                "tolerations",
            ],
        ),
    ),
    row("", "Secret", Written("/type")),
    row("", "Service", Written("/spec/clusterIP")),
    row("apiextensions.k8s.io", "CustomResourceDefinition", Written("/spec/group")),
    row("apiextensions.k8s.io", "CustomResourceDefinition", Written("/spec/scope")),
    row("apps", "DaemonSet", Whole("/spec/selector")),
    row("apps", "Deployment", Whole("/spec/selector")),
    row("apps", "ReplicaSet", Whole("/spec/selector")),
    row(
        "apps",
        "StatefulSet",
        AllBut(
            "/spec",
            &[
                "minReadySeconds",
                "ordinals",
                "persistentVolumeClaimRetentionPolicy",
                "replicas",
                "revisionHistoryLimit",
                "template",
                "updateStrategy",
            ],
        ),
    ),
    row("batch", "Job", Written("/spec/completionMode")),
    row("batch", "Job", Written("/spec/template")),
    row("networking.k8s.io", "IngressClass", Written("/spec/controller")),
    row("node.k8s.io", "RuntimeClass", Written("/handler")),
    row("rbac.authorization.k8s.io", "ClusterRoleBinding", Whole("/roleRef")),
    row("rbac.authorization.k8s.io", "RoleBinding", Whole("/roleRef")),
    row("scheduling.k8s.io", "PriorityClass", Written("/value")),
    row("storage.k8s.io", "StorageClass", Written("/parameters")),
    row("storage.k8s.io", "StorageClass", Written("/provisioner")),
    row("storage.k8s.io", "StorageClass", Written("/reclaimPolicy")),
    row("storage.k8s.io", "StorageClass", Written("/volumeBindingMode")),
];

const fn row(group: &'static str, kind: &'static str, part: Part) -> Row {
    Row { group, kind, part }
}

/// Finds objects that the set before had too, with another value where none may change.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    for manifest in set.manifests {
        let Some(id) = ObjectId::of(&manifest.object) else { continue };
        let Some(before) = set.before(&id) else { continue };
        for pointer in changed(&before.object, &manifest.object) {
            let field = pointer.trim_start_matches('/').replace('/', ".");
            let title = format!("`{field}` changes, and the server never lets it");
            report(manifest, title, &pointer, found);
        }
    }
}

fn report(manifest: &Manifest, title: String, pointer: &str, found: &mut Found) {
    let at = At::Key(pointer);
    if is_kind(&manifest.object, "", "Secret") {
        found.add_hidden(manifest, title, at);
    } else {
        found.add(manifest, title, &[(at, "immutable")]);
    }
}

fn changed(before: &Value, after: &Value) -> Vec<String> {
    let rows = ROWS.iter().filter(|row| is_kind(after, row.group, row.kind));
    let mut pointers: Vec<String> = rows.flat_map(|row| row.part.changed(before, after)).collect();
    pointers.extend(sealed(before, after));
    pointers
}

/// Returns the changed parts of a `ConfigMap` or Secret that made itself immutable.
fn sealed(before: &Value, after: &Value) -> Vec<String> {
    let holds_data = ["ConfigMap", "Secret"].iter().any(|kind| is_kind(before, "", kind));
    if !holds_data || before["immutable"] != true {
        return Vec::new();
    }
    let parts = ["data", "binaryData", "immutable"].into_iter().filter(|key| before.get(key) != after.get(key));
    parts.map(|key| format!("/{key}")).collect()
}

impl Part {
    fn changed(&self, before: &Value, after: &Value) -> Vec<String> {
        let both = |pointer: &str| Some((before.pointer(pointer)?, after.pointer(pointer)?));
        match self {
            Whole(pointer) => {
                let differ = both(pointer).is_some_and(|(before, after)| before != after);
                differ.then(|| (*pointer).to_owned()).into_iter().collect()
            }
            Written(pointer) => {
                let differ = both(pointer).is_some_and(|(before, after)| differ(before, after));
                differ.then(|| (*pointer).to_owned()).into_iter().collect()
            }
            AllBut(pointer, mutable) => {
                let fields = after.pointer(pointer).and_then(Value::as_object).into_iter().flatten();
                let fixed = fields.map(|(key, _)| key).filter(|key| !mutable.contains(&key.as_str()));
                fixed.map(|key| below(pointer, key)).filter_map(|field| written(&field, before, after)).collect()
            }
        }
    }
}

fn written(pointer: &str, before: &Value, after: &Value) -> Option<String> {
    let (before, after) = (before.pointer(pointer)?, after.pointer(pointer)?);
    differ(before, after).then(|| pointer.to_owned())
}

/// Whether two values differ in something that both write.
fn differ(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            before.iter().any(|(key, value)| after.get(key).is_some_and(|other| differ(value, other)))
        }
        (Value::Array(before), Value::Array(after)) => {
            before.len() != after.len() || before.iter().zip(after).any(|(before, after)| differ(before, after))
        }
        (before, after) => before != after,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::changed;

    #[test]
    fn a_field_that_only_one_set_writes_may_be_a_default() {
        let claim = |spec| json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": spec});
        let before = claim(json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}));
        let grown = claim(
            json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}, "volumeMode": "Filesystem"}),
        );
        assert_eq!(changed(&before, &grown), Vec::<String>::new());
        let shared = claim(json!({"accessModes": ["ReadWriteMany"]}));
        assert_eq!(changed(&before, &shared), ["/spec/accessModes"]);
    }

    #[test]
    fn a_selector_with_one_more_label_is_another_selector() {
        let deployment = |labels| json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"selector": {"matchLabels": labels}}});
        let (one, two) = (deployment(json!({"a": "b"})), deployment(json!({"a": "b", "c": "d"})));
        assert_eq!(changed(&one, &two), ["/spec/selector"]);
    }

    #[test]
    fn what_made_itself_immutable_is() {
        let map = |value| json!({"apiVersion": "v1", "kind": "ConfigMap", "immutable": true, "data": {"a": value}});
        assert_eq!(changed(&map("1"), &map("2")), ["/data"]);
        assert_eq!(changed(&map("1"), &map("1")), Vec::<String>::new());
    }
}
