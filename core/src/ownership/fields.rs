//! A set of field paths as the API server writes it (`FieldsV1`; structured-merge-diff, `fieldpath/serialize.go`).
//!
//! A key is a field (`f:name`), a list item by its keys (`k:{"name":"web"}`), a set item by its value (`v:"x"`) or by
//! its place (`i:0`); `.` is the thing itself.

use serde_json::{Map, Value};

use super::path::{FieldPath, Step};

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

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the paths of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.0.clone();
        add(&mut all, &other.0);
        Self(all)
    }

    /// Returns what goes when nobody applies these paths any more and others own `kept`: an item of a list goes whole, unless
    /// another owns the item itself and not only something in it (structured-merge-diff, `merge/update.go`, `prune`).
    #[must_use]
    pub(super) fn pruned(&self, kept: &Self) -> Self {
        Self(pruned(&self.0, &kept.0))
    }

    /// Returns the paths that are kept.
    #[must_use]
    pub(super) fn filtered(&self, keep: impl Fn(&FieldPath) -> bool) -> Self {
        Self(some(&self.0, &mut Vec::new(), &keep))
    }

    /// Returns the paths that `other` does not have, each by itself: what something below it is in does not matter.
    #[must_use]
    pub(super) fn without(&self, other: &Self) -> Self {
        self.filtered(|path| !other.has(path))
    }

    /// Returns the paths that `other` has too.
    #[must_use]
    pub(super) fn shared_with(&self, other: &Self) -> Self {
        self.filtered(|path| other.has(path))
    }

    /// Whether a path is in the set itself, not only something below it.
    pub(super) fn has(&self, path: &FieldPath) -> bool {
        let found = path.steps().iter().try_fold(&self.0, |set, step| {
            set.iter().find(|(key, _)| Step::read(key).as_ref() == Some(step))?.1.as_object()
        });
        found.is_some_and(is_whole)
    }

    /// Returns every path in the set.
    pub(super) fn paths(&self) -> Vec<FieldPath> {
        let paths = std::cell::RefCell::new(Vec::new());
        let _ = self.filtered(|path| {
            paths.borrow_mut().push(path.clone());
            true
        });
        paths.into_inner()
    }

    /// Returns the paths that have no other below them.
    pub(super) fn leaves(&self) -> Vec<FieldPath> {
        let all = self.paths();
        // What is below a path comes right before it.
        let is_above = |at: usize| at > 0 && all[at - 1].steps().starts_with(all[at].steps());
        (0..all.len()).filter(|at| !is_above(*at)).map(|at| all[at].clone()).collect()
    }

    /// Removes the paths from an object, and what becomes empty by that.
    pub fn remove_from(&self, object: &mut Value) {
        remove(object, &self.0);
    }

    /// Copies the values at the paths from one object to another, where that has the list items that they are in.
    pub(super) fn copy(&self, from: &Value, to: &mut Value) {
        copy(from, to, &self.0);
    }
}

fn add(all: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (key, below) in more {
        match (all.get_mut(key), below) {
            // Nothing below is the thing itself.
            (Some(Value::Object(known)), Value::Object(below)) if known.is_empty() != below.is_empty() => {
                add(known, below);
                known.insert(SELF.to_owned(), Map::new().into());
            }
            (Some(Value::Object(known)), Value::Object(below)) => add(known, below),
            _ => drop(all.insert(key.clone(), below.clone())),
        }
    }
}

fn pruned(set: &Map<String, Value>, kept: &Map<String, Value>) -> Map<String, Value> {
    let mut left = Map::new();
    for (key, below) in set {
        let Some(theirs) = kept.get(key) else {
            left.insert(key.clone(), below.clone());
            continue;
        };
        let (Value::Object(below), Value::Object(theirs)) = (below, theirs) else { continue };
        if theirs.is_empty() {
            continue;
        }
        let is_item = key.starts_with("k:") || key.starts_with("v:");
        if is_item && is_whole(below) && !is_whole(theirs) {
            // Nothing below is the thing itself.
            left.insert(key.clone(), Map::new().into());
            continue;
        }
        let mut inner = pruned(below, theirs);
        // They own something below: the thing itself is not ours alone.
        inner.remove(SELF);
        if !inner.is_empty() {
            left.insert(key.clone(), inner.into());
        }
    }
    left
}

fn some(set: &Map<String, Value>, at: &mut Vec<Step>, keep: &impl Fn(&FieldPath) -> bool) -> Map<String, Value> {
    let mut kept = Map::new();
    for (key, below) in set {
        let (Some(step), Value::Object(below)) = (Step::read(key), below) else { continue };
        at.push(step);
        let mut inner = some(below, at, keep);
        let is_kept = is_whole(below) && keep(&FieldPath::of(at));
        at.pop();
        if is_kept && !below.is_empty() {
            inner.insert(SELF.to_owned(), Map::new().into());
        }
        if is_kept || !inner.is_empty() {
            kept.insert(key.clone(), inner.into());
        }
    }
    kept
}

fn remove(from: &mut Value, set: &Map<String, Value>) {
    for (key, below) in set {
        let (Some(step), Value::Object(below)) = (Step::read(key), below) else { continue };
        let Some(child) = step.find_mut(from) else { continue };
        let was_empty = is_empty(child);
        if !is_whole(below) {
            remove(child, below);
        }
        if is_whole(below) || is_empty(child) && !was_empty {
            step.remove(from);
        }
    }
}

fn copy(from: &Value, to: &mut Value, set: &Map<String, Value>) {
    for (key, below) in set {
        let (Some(step), Value::Object(below)) = (Step::read(key), below) else { continue };
        let Some(value) = step.find(from) else { continue };
        if let Some(there) = step.find_mut(to) {
            copy(value, there, below);
        } else if is_whole(below) {
            step.put(to, value.clone());
        } else if let Step::Field(_) = step {
            let mut there = if value.is_array() { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
            copy(value, &mut there, below);
            if !is_empty(&there) {
                step.put(to, there);
            }
        }
    }
}

/// Whether the set has the thing itself, with whatever the server filled in below it.
fn is_whole(below: &Map<String, Value>) -> bool {
    below.is_empty() || below.contains_key(SELF)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
