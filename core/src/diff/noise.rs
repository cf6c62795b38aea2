//! What the server writes into objects by itself, and identity that the heading already says. Does not compare.

use serde_json::{Map, Number, Value};

use crate::inventory::LABEL;

/// Fields of `metadata` that the server owns, or that the object's heading already says.
const METADATA: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Annotations that tools and controllers keep for themselves. Most hold a copy of the whole object.
const ANNOTATIONS: &[&str] = &[
    "banzaicloud.com/last-applied",
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
    "kapp.k14s.io/original",
    "kapp.k14s.io/original-diff-md5",
    "kubectl.kubernetes.io/last-applied-configuration",
    "objectset.rio.cattle.io/applied",
];

/// Maps whose being empty means the same as their being absent.
const EMPTY: &[&str] = &["annotations", "binaryData", "data", "labels", "stringData"];

/// Returns the object without what is noise in a difference.
pub(crate) fn without(object: &Value) -> Map<String, Value> {
    let Value::Object(object) = object else { return Map::new() };
    let mut object = object.clone();
    object.remove("kind");
    object.remove("status");
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.retain(|key, _| !METADATA.contains(&key.as_str()));
        if let Some(Value::Object(labels)) = metadata.get_mut("labels") {
            labels.remove(LABEL);
        }
        if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
            annotations.retain(|key, _| !ANNOTATIONS.contains(&key.as_str()));
        }
    }
    tidy(&mut object);
    if matches!(object.get("metadata"), Some(Value::Object(metadata)) if metadata.is_empty()) {
        object.remove("metadata");
    }
    object
}

/// Drops `apiVersion` where both sides say the same.
pub(crate) fn drop_same_version(before: &mut Map<String, Value>, after: &mut Map<String, Value>) {
    if before.get("apiVersion") == after.get("apiVersion") {
        before.remove("apiVersion");
        after.remove("apiVersion");
    }
}

fn tidy(map: &mut Map<String, Value>) {
    map.retain(|key, value| {
        let empty = matches!(value, Value::Object(inner) if inner.is_empty());
        let unset_time = key == "creationTimestamp" && value.is_null();
        !(unset_time || empty && EMPTY.contains(&key.as_str()))
    });
    map.values_mut().for_each(tidy_value);
}

fn tidy_value(value: &mut Value) {
    match value {
        Value::Object(map) => tidy(map),
        Value::Array(items) => items.iter_mut().for_each(tidy_value),
        Value::Number(number) => *number = whole(number),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Reads 1.0 as 1: the server does not tell them apart.
fn whole(number: &Number) -> Number {
    let text = number.to_string();
    let whole = text.strip_suffix(".0").and_then(|digits| digits.parse::<i64>().ok());
    whole.map_or_else(|| number.clone(), Number::from)
}
