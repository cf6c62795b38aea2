//! The difference of Secrets: key names only. Values are taken out before anything is compared as text.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::redact::Redactor;
use super::{Hunk, Line, ObjectDiff, plain};
use crate::manifest::{ObjectId, secret};

/// What of a Secret may be shown. Every other field is treated as a value.
const SHOWN: &[&str] = &["apiVersion", "immutable", "kind", "metadata", "type"];

/// Returns whether any side is a Secret, whatever the identity says.
pub(crate) fn is_secret(id: &ObjectId, before: Option<&Value>, after: Option<&Value>) -> bool {
    id.group.is_empty() && id.kind == "Secret" || [before, after].into_iter().flatten().any(secret::is_secret)
}

/// Returns the difference of two Secrets without any value.
pub(crate) fn between(before: Option<&Value>, after: Option<&Value>) -> ObjectDiff {
    let redactor = Redactor::of([before, after].into_iter().flatten());
    let mut diff = ObjectDiff { hunks: plain(before.map(shown).as_ref(), after.map(shown).as_ref()) };
    redactor.diff(&mut diff);
    diff.hunks.extend(values(before, after));
    diff
}

fn shown(object: &Value) -> Value {
    let Value::Object(object) = object else { return Value::Null };
    let safe = object.iter().filter(|(key, _)| SHOWN.contains(&key.as_str()));
    let mut safe: Map<String, Value> = safe.map(|(key, value)| (key.clone(), value.clone())).collect();
    if let Some(Value::Object(metadata)) = safe.get_mut("metadata") {
        metadata.retain(|key, _| ["annotations", "finalizers", "labels", "ownerReferences"].contains(&key.as_str()));
    }
    Value::Object(safe)
}

fn values(before: Option<&Value>, after: Option<&Value>) -> Option<Hunk> {
    let (old, new) = (keyed(before), keyed(after));
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let line = |key: &String| match (old.get(key), new.get(key)) {
        (Some(old), Some(new)) => (old != new).then(|| Line::Masked(format!("{key} (changed)"))),
        (Some(_), None) => Some(Line::Removed(format!("{key} (removed)"))),
        (None, _) => Some(Line::Added(format!("{key} (added)"))),
    };
    let lines: Vec<Line> = keys.into_iter().filter_map(line).collect();
    (!lines.is_empty()).then(|| Hunk { path: "data".to_owned(), lines })
}

/// Returns each key with its value as the API stores it. Only compared, never shown.
fn keyed(object: Option<&Value>) -> BTreeMap<String, Value> {
    let mut keyed = BTreeMap::new();
    let Some(Value::Object(object)) = object else { return keyed };
    for (field, value) in object.iter().filter(|(field, _)| !SHOWN.contains(&field.as_str()) && *field != "status") {
        match value {
            Value::Object(map) => keyed.extend(map.iter().map(|(key, value)| (key.clone(), stored(field, value)))),
            Value::Null => {}
            other => drop(keyed.insert(field.clone(), other.clone())),
        }
    }
    keyed
}

/// `stringData` is what people write; the API stores it as base64 under `data`.
fn stored(field: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if field == "stringData" => Value::String(STANDARD.encode(text)),
        other => other.clone(),
    }
}
