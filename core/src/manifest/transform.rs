//! What the rules add to every object: labels, annotations, and the target's namespace with all that refers to it.
//!
//! Selectors and pod templates stay as they are: a label there makes new pods, and some selectors never change again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Gvk, Manifest, Scope, ScopeTable};

/// Sets labels or annotations (`field`) on every object, over what is there.
pub fn add(manifests: &mut [Manifest], field: &str, texts: &BTreeMap<String, String>) {
    for manifest in manifests.iter_mut().filter(|_| !texts.is_empty()) {
        let metadata = &mut manifest.object["metadata"];
        if !metadata[field].is_object() {
            metadata[field] = json!({});
        }
        for (key, text) in texts {
            metadata[field][key] = text.as_str().into();
        }
    }
}

/// Moves every object that lives in a namespace to this one, and what refers to a moved one follows.
pub fn move_to(manifests: &mut [Manifest], namespace: &str, kinds: &ScopeTable) {
    let moved: BTreeSet<Moved> = manifests.iter().filter_map(|manifest| Moved::of(&manifest.object, kinds)).collect();
    for manifest in manifests {
        follow(&mut manifest.object, &moved, namespace);
        if Moved::of(&manifest.object, kinds).is_some() {
            manifest.object["metadata"]["namespace"] = namespace.into();
        }
    }
}

/// An object, and the namespace that it names; none where it names none.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Moved {
    kind: String,
    name: String,
    namespace: Option<String>,
}

impl Moved {
    fn of(object: &Value, kinds: &ScopeTable) -> Option<Self> {
        let gvk = Gvk::of(object)?;
        let is_namespaced = kinds.resource(&gvk)?.scope == Scope::Namespaced;
        let name = object["metadata"]["name"].as_str()?.to_owned();
        let namespace = object["metadata"]["namespace"].as_str().map(str::to_owned);
        is_namespaced.then_some(Self { kind: gvk.kind, name, namespace })
    }
}

/// Follows a reference by name and namespace, wherever the object has one: of role bindings to service accounts, of
/// webhooks, API services and conversions to Services.
fn follow(object: &mut Value, moved: &BTreeSet<Moved>, namespace: &str) {
    let to_accounts = ["RoleBinding", "ClusterRoleBinding"].iter().any(|kind| object["kind"] == *kind);
    if let Some(Value::Array(subjects)) = object.get_mut("subjects").filter(|_| to_accounts) {
        let accounts = subjects.iter_mut().filter(|subject| subject["kind"] == "ServiceAccount");
        accounts.for_each(|account| refer(account, "ServiceAccount", moved, namespace));
    }
    for service in services(object) {
        refer(service, "Service", moved, namespace);
    }
}

fn services(object: &mut Value) -> Vec<&mut Value> {
    let is = |kinds: &[&str]| kinds.iter().any(|kind| object["kind"] == *kind);
    if is(&["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"]) {
        let webhooks = object.get_mut("webhooks").and_then(Value::as_array_mut).into_iter().flatten();
        return webhooks.filter_map(|webhook| webhook.pointer_mut("/clientConfig/service")).collect();
    }
    let pointer = match object["kind"].as_str() {
        Some("APIService") => "/spec/service",
        Some("CustomResourceDefinition") => "/spec/conversion/webhook/clientConfig/service",
        _ => return Vec::new(),
    };
    object.pointer_mut(pointer).into_iter().collect()
}

fn refer(reference: &mut Value, kind: &str, moved: &BTreeSet<Moved>, namespace: &str) {
    let named = reference["namespace"].as_str().map(str::to_owned);
    let name = reference["name"].as_str().unwrap_or_default().to_owned();
    // An object that names no namespace was meant for the one that the reference names.
    let is_moved = [named, None].into_iter().any(|namespace| {
        let wanted = Moved { kind: kind.to_owned(), name: name.clone(), namespace };
        moved.contains(&wanted)
    });
    if is_moved {
        reference["namespace"] = namespace.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(object: Value) -> Manifest {
        Manifest::generated(object, "a")
    }

    #[test]
    fn labels_go_to_the_object_and_nowhere_else() {
        let mut set = [manifest(json!({
            "kind": "Deployment", "metadata": {"name": "web", "labels": {"team": "a", "own": "x"}},
            "spec": {"selector": {"matchLabels": {}}, "template": {"metadata": {}}},
        }))];
        add(&mut set, "labels", &BTreeMap::from([("team".to_owned(), "b".to_owned())]));
        add(&mut set, "annotations", &BTreeMap::from([("owner".to_owned(), "c".to_owned())]));
        let expected = json!({"name": "web", "labels": {"team": "b", "own": "x"}, "annotations": {"owner": "c"}});
        assert_eq!(set[0].object["metadata"], expected);
        assert_eq!(set[0].object["spec"], json!({"selector": {"matchLabels": {}}, "template": {"metadata": {}}}));
    }

    #[test]
    fn what_refers_to_a_moved_object_follows_and_nothing_else() {
        let mut set = [
            manifest(
                json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "bot", "namespace": "old"}}),
            ),
            manifest(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hook"}})),
            manifest(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "old"}})),
            manifest(json!({
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "b"},
                "subjects": [
                    {"kind": "ServiceAccount", "name": "bot", "namespace": "old"},
                    {"kind": "ServiceAccount", "name": "bot", "namespace": "elsewhere"},
                    {"kind": "User", "name": "bot"},
                ],
            })),
            manifest(json!({
                "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
                "metadata": {"name": "w"},
                "webhooks": [{"clientConfig": {"service": {"name": "hook", "namespace": "old"}}}],
            })),
        ];
        move_to(&mut set, "new", &ScopeTable::builtin());
        let namespaces: Vec<&Value> = set.iter().map(|manifest| &manifest.object["metadata"]["namespace"]).collect();
        assert_eq!(namespaces, [&json!("new"), &json!("new"), &json!(null), &json!(null), &json!(null)]);
        let subjects = &set[3].object["subjects"];
        assert_eq!([&subjects[0]["namespace"], &subjects[1]["namespace"]], ["new", "elsewhere"]);
        assert!(subjects[2].get("namespace").is_none());
        assert_eq!(set[4].object["webhooks"][0]["clientConfig"]["service"]["namespace"], "new");
    }
}
