//! What others do in the cluster of a random history, each as one call of kubectl, and what is theirs.

use std::collections::BTreeMap;

use landfall_test_cluster::shared;
use serde_json::{Value, json};

use super::git::{KEYS, NAMES, find, named};
use crate::chance::Chance;
use crate::pitfalls::map;

/// The manager that takes values which Git has too.
const RIVAL: &str = "x";
const THEIR_PORT: u16 = 9_999;
/// The key, the variable and the port that somebody adds.
const THEIRS: &str = "theirs";

/// Somebody adds something of their own: a key, a variable or a port. Says what.
pub(super) async fn add(namespace: &str, chance: &mut Chance) -> String {
    let value = chance.below(100).to_string();
    let (object, patch) = match chance.below(4) {
        0 => {
            let container = json!({"name": "main", "env": [{"name": THEIRS, "value": value}]});
            ("deployment/web".to_owned(), json!({"spec": {"template": {"spec": {"containers": [container]}}}}))
        }
        1 => ("service/web".to_owned(), json!({"spec": {"ports": [{"name": THEIRS, "port": THEIR_PORT}]}})),
        _ => (format!("configmap/{}", NAMES[chance.below(NAMES.len())]), json!({"data": {THEIRS: value}})),
    };
    kubectl(namespace, &["patch", &object, "--type=strategic", "-p", &patch.to_string()], "").await;
    format!("add to {object}")
}

/// Somebody deletes an object, or takes a key out of one. Says what.
pub(super) async fn remove(namespace: &str, chance: &mut Chance) -> String {
    let map = format!("configmap/{}", NAMES[chance.below(NAMES.len())]);
    match chance.below(5) {
        0 | 1 => {
            let key = KEYS[chance.below(KEYS.len())];
            let patch = json!([{"op": "remove", "path": format!("/data/{key}")}]).to_string();
            kubectl(namespace, &["patch", &map, "--type=json", "-p", &patch], "").await;
            format!("take {key} out of {map}")
        }
        kind => {
            let object = [map.as_str(), "service/web", "deployment/web"][kind - 2];
            kubectl(namespace, &["delete", object], "").await;
            format!("delete {object}")
        }
    }
}

/// Another manager takes a value of an object that is there, by force. Says which.
pub(super) async fn own(namespace: &str, live: &[Value], chance: &mut Chance) -> String {
    let there: Vec<&str> = NAMES.into_iter().filter(|name| find(live, "ConfigMap", name).is_some()).collect();
    let data = format!("{}: '{}'", KEYS[chance.below(KEYS.len())], chance.below(5));
    if there.is_empty() {
        return format!("{RIVAL} finds nothing");
    }
    let name = there[chance.below(there.len())];
    apply(namespace, &map(name, &data)).await;
    format!("{RIVAL} owns {data} of {name}")
}

/// The other manager lets go of all that it owns.
pub(super) async fn release(namespace: &str, live: &[Value]) -> String {
    for name in NAMES {
        if find(live, "ConfigMap", name).is_some_and(|object| managers(object).any(|(manager, _)| manager == RIVAL)) {
            apply(namespace, &format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n")).await;
        }
    }
    format!("{RIVAL} lets go")
}

/// Whether somebody else than Landfall owns a key of a `ConfigMap`.
pub(super) fn owns(object: &Value, key: &str) -> bool {
    let field = format!("f:{key}");
    managers(object)
        .any(|(manager, fields)| !manager.starts_with("landfall:") && fields["f:data"].get(&field).is_some())
}

/// Returns what is theirs of an object, and what Landfall does not own of a `ConfigMap`.
pub(super) fn theirs(object: &Value) -> BTreeMap<String, Value> {
    match object["kind"].as_str().unwrap() {
        "ConfigMap" => {
            let data: BTreeMap<String, Value> = serde_json::from_value(object["data"].clone()).unwrap_or_default();
            data.into_iter().filter(|(key, _)| key == THEIRS).collect()
        }
        "Deployment" => {
            only_theirs(named(&object["spec"]["template"]["spec"]["containers"][0]["env"], "name", "value"))
        }
        "Service" => only_theirs(named(&object["spec"]["ports"], "name", "port")),
        _ => BTreeMap::new(),
    }
}

/// Returns the items that somebody else did not add.
pub(super) fn without(mut items: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    items.remove(THEIRS);
    items
}

fn only_theirs(mut items: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    items.retain(|name, _| name == THEIRS);
    items
}

fn managers(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = object["metadata"]["managedFields"].as_array().into_iter().flatten();
    entries.map(|entry| (entry["manager"].as_str().unwrap_or_default(), &entry["fieldsV1"]))
}

async fn apply(namespace: &str, manifest: &str) {
    let manager = format!("--field-manager={RIVAL}");
    let done =
        kubectl(namespace, &["apply", "--server-side", "--force-conflicts", &manager, "-f", "-"], manifest).await;
    assert!(done, "{RIVAL} could not apply {manifest}");
}

/// Returns whether it could be done: what is not there cannot be changed.
async fn kubectl(namespace: &str, arguments: &[&str], input: &str) -> bool {
    let whole = [arguments, &["-n", namespace]].concat();
    shared().await.kubectl_with_input(&whole, input).status.success()
}
