//! Compares Landfall with kubectl: what both would send, and what both made.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use landfall_world::Job;
use serde_json::{Map, Value};

use crate::Result;
use crate::clusters::{Clusters, live};
use crate::differences::{Set, between, by_identity};
use crate::reference::Reference;

const LABEL: &str = "landfall.dev/inventory";
/// What each server gives its own objects.
const SERVER_METADATA: [&str; 5] = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"];
/// What controllers write into specifications and labels, different in each cluster.
const CONTROLLERS: [&str; 5] =
    ["batch.kubernetes.io/controller-uid", "controller-uid", "healthCheckNodePort", "nodePort", "volumeName"];

/// Compares what `landfall render` printed with what kubectl renders.
pub(crate) fn rendered(ours: &std::result::Result<Vec<Value>, Job>, theirs: &[Value], namespace: &str) -> Vec<String> {
    let ours = match ours {
        Ok(objects) => objects,
        Err(job) => return vec![format!("`landfall render` ends with {}: {}{}", job.code, job.stdout, job.stderr)],
    };
    let normalised = |objects: &[Value]| {
        by_identity(objects.iter().map(|object| without_target(object.clone(), namespace)).collect())
    };
    between(&normalised(ours), &normalised(theirs))
}

/// Takes out what Landfall adds on purpose and what kubectl's default says too, and writes the same thing in one way:
/// the server drops nulls, and makes `data` of a Secret's `stringData`.
fn without_target(mut object: Value, namespace: &str) -> Value {
    drop_nulls(&mut object);
    if object["kind"] == "Secret"
        && let Some(Value::Object(texts)) = object.as_object_mut().and_then(|secret| secret.remove("stringData"))
    {
        for (key, text) in texts {
            object["data"][key] = STANDARD.encode(text.as_str().unwrap_or_default()).into();
        }
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        if metadata.get("namespace").is_some_and(|it| it == namespace) {
            metadata.remove("namespace");
        }
        without_label(metadata);
    }
    object
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn without_label(metadata: &mut Map<String, Value>) {
    let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) else { return };
    labels.remove(LABEL);
    if labels.is_empty() {
        metadata.remove("labels");
    }
}

/// Compares what Landfall's cluster has with what kubectl's has, of all that the set contains.
pub(crate) fn applied(clusters: &Clusters, reference: &Reference<'_>) -> Result<Vec<String>> {
    let objects = reference.render(reference.checkout.root())?;
    let ours = settled(live(&clusters.landfall, &objects)?);
    let theirs = settled(live(&clusters.kubectl, &objects)?);
    let mut lines = between(&ours, &theirs);
    let wanted = by_identity(objects);
    let nowhere = wanted.keys().filter(|name| !ours.contains_key(*name) && !theirs.contains_key(*name));
    lines.extend(nowhere.map(|name| format!("{name}: neither has it")));
    Ok(lines)
}

fn settled(mut set: Set) -> Set {
    for object in set.values_mut() {
        if let Some(object) = object.as_object_mut() {
            object.remove("status");
        }
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.retain(|key, _| !SERVER_METADATA.contains(&key.as_str()));
            without_label(metadata);
        }
        forget(object);
    }
    set
}

/// Removes what each cluster chose by itself, wherever it stands.
fn forget(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, value| !is_chosen(key, value));
            map.values_mut().for_each(forget);
        }
        Value::Array(items) => items.iter_mut().for_each(forget),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_chosen(key: &str, value: &Value) -> bool {
    let is_address = |value: &Value| value.as_str().is_some_and(|text| text.parse::<IpAddr>().is_ok());
    match key {
        "clusterIP" => is_address(value),
        "clusterIPs" => value.as_array().is_some_and(|all| all.iter().all(is_address)),
        _ => CONTROLLERS.contains(&key),
    }
}
