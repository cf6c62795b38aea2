//! A set of field paths as the API server writes it (`FieldsV1`; structured-merge-diff, `fieldpath/serialize.go`).
//!
//! A key is a field (`f:name`), a list item by its keys (`k:{"name":"web"}`), a set item by its value (`v:"x"`) or by
//! its place (`i:0`); `.` is the thing itself.

use serde_json::{Map, Value};

/// The member that stands for the thing itself.
const SELF: &str = ".";

/// Field paths, each below the ones that it belongs to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldSet(Map<String, Value>);

impl FieldSet {
    /// Reads a `fieldsV1`; what is no map is the empty set.
    pub fn read(fields: &Value) -> Self {
        Self(fields.as_object().cloned().unwrap_or_default())
    }

    pub(super) fn to_value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// Returns the paths of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.0.clone();
        add(&mut all, &other.0);
        Self(all)
    }

    /// Returns the paths that `other` does not have.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self(less(&self.0, &other.0))
    }

    /// Removes the paths from an object.
    pub fn remove_from(&self, object: &mut Value) {
        remove(object, &self.0);
    }
}

fn add(all: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (key, below) in more {
        match (all.get_mut(key), below) {
            (Some(Value::Object(known)), Value::Object(below)) => add(known, below),
            _ => drop(all.insert(key.clone(), below.clone())),
        }
    }
}

fn less(set: &Map<String, Value>, other: &Map<String, Value>) -> Map<String, Value> {
    let mut left = Map::new();
    for (key, below) in set {
        let Some(theirs) = other.get(key) else {
            left.insert(key.clone(), below.clone());
            continue;
        };
        let (Value::Object(below), Value::Object(theirs)) = (below, theirs) else { continue };
        if theirs.is_empty() {
            continue;
        }
        let below = less(below, theirs);
        // They own something below: the thing itself is not ours alone.
        let below: Map<_, _> = below.into_iter().filter(|(key, _)| key != SELF).collect();
        if !below.is_empty() {
            left.insert(key.clone(), Value::Object(below));
        }
    }
    left
}

fn remove(from: &mut Value, set: &Map<String, Value>) {
    for (key, below) in set {
        let Value::Object(below) = below else { continue };
        if let (Some(name), Value::Object(map)) = (key.strip_prefix("f:"), &mut *from) {
            let Some(child) = map.get_mut(name) else { continue };
            remove(child, below);
            if is_whole(below) {
                map.remove(name);
            }
        } else if let Value::Array(items) = from {
            remove_item(items, key, below);
        }
    }
}

fn remove_item(items: &mut Vec<Value>, key: &str, below: &Map<String, Value>) {
    let (kind, text) = key.split_at(key.len().min(2));
    let wanted: Value = serde_json::from_str(text).unwrap_or_default();
    let found = match kind {
        "k:" => items.iter().position(|item| has_keys(item, &wanted)),
        "v:" => items.iter().position(|item| *item == wanted),
        _ => None,
    };
    let Some(index) = found else { return };
    remove(&mut items[index], below);
    if is_whole(below) {
        items.remove(index);
    }
}

/// Whether the set has the thing itself, with whatever the server filled in below it.
fn is_whole(below: &Map<String, Value>) -> bool {
    below.is_empty() || below.contains_key(SELF)
}

fn has_keys(item: &Value, keys: &Value) -> bool {
    keys.as_object().is_some_and(|keys| keys.iter().all(|(key, value)| item.get(key) == Some(value)))
}
