//! How two objects differ, path by path. Knows nothing of where they come from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A value that is longer is cut: a CRD's schema would fill a page.
const VALUE_CHARACTERS_MAX: usize = 100;

/// Objects by their kind, group, namespace and name.
pub(crate) type Set = BTreeMap<String, Value>;

/// Returns objects by their identity; those of lists too.
pub(crate) fn by_identity(objects: Vec<Value>) -> Set {
    let mut set = Set::new();
    for mut object in objects {
        match object["items"].take() {
            Value::Array(items) => set.extend(by_identity(items)),
            _ => drop(set.insert(identity(&object), object)),
        }
    }
    set
}

fn identity(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let version = text(&object["apiVersion"]);
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let place = match object["metadata"]["namespace"].as_str() {
        Some(namespace) => format!(" in {namespace}"),
        None => String::new(),
    };
    let dot = if group.is_empty() { "" } else { "." };
    format!("{}{dot}{group}/{}{place}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

/// Returns a line for each difference, with the object it is in.
pub(crate) fn between(ours: &Set, theirs: &Set) -> Vec<String> {
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let mut lines = Vec::new();
    for name in names {
        match (ours.get(name), theirs.get(name)) {
            (Some(ours), Some(theirs)) => walk(name, "", ours, theirs, &mut lines),
            (Some(_), None) => lines.push(format!("{name}: only Landfall has it")),
            _ => lines.push(format!("{name}: only kubectl has it")),
        }
    }
    lines
}

fn walk(name: &str, path: &str, ours: &Value, theirs: &Value, lines: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for key in keys {
                let absent = Value::from("(absent)");
                let (left, right) = (left.get(key).unwrap_or(&absent), right.get(key).unwrap_or(&absent));
                walk(name, &format!("{path}.{key}"), left, right, lines);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                walk(name, &format!("{path}[{index}]"), left, right, lines);
            }
        }
        _ if ours == theirs => {}
        _ => lines.push(format!("{name}: {path}: Landfall {}, kubectl {}", short(ours), short(theirs))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= VALUE_CHARACTERS_MAX {
        return text;
    }
    text.chars().take(VALUE_CHARACTERS_MAX).chain(['…']).collect()
}
