//! What is taken over, and what is not.
#![expect(clippy::needless_pass_by_value, reason = "a case says its values where it needs them")]

use serde_json::{Value, json};

use super::*;

const OURS: &str = "landfall:shop/production/0123abcd";

fn entry(manager: &str, operation: &str, fields: Value) -> Value {
    json!({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields})
}

fn object(data: Value, entries: Vec<Value>) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": data,
        "metadata": {"name": "a", "resourceVersion": "7", "managedFields": entries},
    })
}

fn kubectl() -> Value {
    let annotations = json!({".": {}, format!("f:{LAST_APPLIED}"): {}});
    let fields = json!({"f:data": {".": {}, "f:a": {}, "f:b": {}}, "f:metadata": {"f:annotations": annotations}});
    entry("kubectl-client-side-apply", "Update", fields)
}

#[test]
fn what_kubectl_applied_and_git_has_no_longer_goes() {
    let takeover = Takeover::of(&object(json!({"a": "1", "b": "2"}), vec![kubectl()]), OURS).unwrap();
    assert_eq!(takeover.managers, ["kubectl-client-side-apply"]);
    let ours = entry(OURS, "Apply", json!({"f:data": {"f:a": {}}}));
    let forced = object(json!({"a": "3", "b": "2"}), vec![kubectl(), ours]);
    assert_eq!(takeover.predict(&forced, OURS)["data"], json!({"a": "3"}));
}

#[test]
fn what_somebody_else_owns_too_stays() {
    let editor = entry("kubectl-edit", "Update", json!({"f:data": {"f:b": {}}}));
    let live = object(json!({"a": "1", "b": "2"}), vec![kubectl(), editor.clone()]);
    let takeover = Takeover::of(&live, OURS).unwrap();
    assert!(takeover.covers(["kubectl-client-side-apply"]) && !takeover.covers(["kubectl-edit"]));
    let forced = object(json!({"a": "1", "b": "2"}), vec![kubectl(), editor]);
    assert_eq!(takeover.predict(&forced, OURS)["data"], json!({"b": "2"}));
}

#[test]
fn an_item_of_a_list_goes_by_its_keys() {
    let item = |name: &str| format!("k:{{\"name\":\"{name}\"}}");
    let both = json!({"f:env": {".": {}, item("A"): {".": {}, "f:name": {}, "f:value": {}}, item("B"): {".": {}, "f:name": {}, "f:value": {}}}});
    let legacy = entry("helm", "Update", both);
    let env = json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]);
    let mut live = object(json!({}), vec![legacy.clone()]);
    live["env"] = env.clone();
    let ours = json!({"f:env": {item("A"): {".": {}, "f:name": {}, "f:value": {}}}});
    let mut forced = object(json!({}), vec![legacy, entry(OURS, "Apply", ours)]);
    forced["env"] = env;
    let after = Takeover::of(&live, OURS).unwrap().predict(&forced, OURS);
    assert_eq!(after["env"], json!([{"name": "A", "value": "1"}]));
}

#[test]
fn an_object_that_we_applied_before_has_no_legacy() {
    let ours = entry(OURS, "Apply", json!({"f:data": {"f:a": {}}}));
    assert_eq!(Takeover::of(&object(json!({"a": "1"}), vec![kubectl(), ours]), OURS), None);
    assert_eq!(Takeover::of(&object(json!({}), vec![entry("kubectl-edit", "Update", json!({}))]), OURS), None);
}

#[test]
fn the_patch_keeps_others_and_carries_the_version() {
    let status = json!({"manager": "kube-controller-manager", "operation": "Update", "subresource": "status"});
    let live = object(json!({"a": "1"}), vec![kubectl(), status.clone()]);
    let patch = Takeover::of(&live, OURS).unwrap().patch(&live, OURS);
    assert_eq!(patch[1]["value"], "7");
    let entries = patch[0]["value"].as_array().unwrap();
    assert_eq!(entries[0], status);
    assert_eq!((&entries[1]["manager"], &entries[1]["operation"]), (&json!(OURS), &json!("Apply")));
    assert_eq!(entries[1]["fieldsV1"]["f:data"]["f:b"], json!({}));
}
