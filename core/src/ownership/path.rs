//! The path of one field: as the API server writes it, as people do, and in an object.

use std::fmt;

use serde_json::{Map, Value};

/// The path of a field, from the object's root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldPath(Vec<Step>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A field of a map: `f:name`.
    Field(String),
    /// An item of a list, by its keys: `k:{"name":"web"}`.
    Keys(Map<String, Value>),
    /// An item of a set: `v:"x"`.
    Item(Value),
    /// An item by its place: `i:0`.
    Place(String),
}

impl Step {
    /// Reads a member of a `FieldsV1`; none for what is no step (`.`).
    pub(super) fn read(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_at_checked(2)?;
        match kind {
            "f:" => Some(Self::Field(rest.to_owned())),
            "k:" => serde_json::from_str(rest).ok().map(Self::Keys),
            "v:" => serde_json::from_str(rest).ok().map(Self::Item),
            "i:" => Some(Self::Place(rest.to_owned())),
            _ => None,
        }
    }

    pub(super) fn find<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match self {
            Self::Field(name) => value.get(name),
            Self::Keys(_) | Self::Item(_) | Self::Place(_) => value.get(self.index(value)?),
        }
    }

    pub(super) fn find_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        match self {
            Self::Field(name) => value.get_mut(name),
            Self::Keys(_) | Self::Item(_) | Self::Place(_) => {
                let index = self.index(value)?;
                value.get_mut(index)
            }
        }
    }

    pub(super) fn remove(&self, from: &mut Value) {
        let index = self.index(from);
        match (self, from, index) {
            (Self::Field(name), Value::Object(map), _) => drop(map.remove(name)),
            (_, Value::Array(items), Some(index)) => drop(items.remove(index)),
            _ => {}
        }
    }

    pub(super) fn put(&self, to: &mut Value, value: Value) {
        match (self, to) {
            (Self::Field(name), Value::Object(map)) => drop(map.insert(name.clone(), value)),
            (Self::Keys(_) | Self::Item(_), Value::Array(items)) => items.push(value),
            _ => {}
        }
    }

    fn index(&self, value: &Value) -> Option<usize> {
        let items = value.as_array()?;
        match self {
            Self::Keys(keys) => items.iter().position(|item| has_keys(item, keys)),
            Self::Item(wanted) => items.iter().position(|item| item == wanted),
            Self::Field(_) | Self::Place(_) => None,
        }
    }

    /// The ways to write it, the server's first, and the one that people see second.
    fn forms(&self) -> Vec<String> {
        match self {
            Self::Field(name) => vec![format!(".{name}"), format!("[{name}]")],
            Self::Keys(keys) => {
                let pairs = |quoted: fn(&Value) -> String| {
                    let pairs: Vec<String> =
                        keys.iter().map(|(key, value)| format!("{key}={}", quoted(value))).collect();
                    format!("[{}]", pairs.join(","))
                };
                let short = match keys.values().next() {
                    Some(only) if keys.len() == 1 => format!("[{}]", bare(only)),
                    _ => pairs(bare),
                };
                vec![pairs(Value::to_string), short, pairs(bare), "[*]".to_owned()]
            }
            Self::Item(item) => vec![format!("[={item}]"), format!("[{}]", bare(item)), "[*]".to_owned()],
            Self::Place(place) => vec![format!("[{place}]"), format!("[{place}]"), "[*]".to_owned()],
        }
    }
}

impl FieldPath {
    pub(super) fn of(steps: &[Step]) -> Self {
        Self(steps.to_vec())
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether the server means this path (structured-merge-diff, `fieldpath/path.go`).
    pub(super) fn is_written(&self, server: &str) -> bool {
        self.0.iter().map(|step| step.forms().swap_remove(0)).collect::<String>() == server
    }

    /// Whether it is what a rule names, or below it.
    pub(super) fn is_at_or_below(&self, rule: &str) -> bool {
        let dotted = if rule.starts_with(['.', '[']) { rule.to_owned() } else { format!(".{rule}") };
        begins(&self.0, &dotted)
    }

    /// Returns the path as a JSON pointer (RFC 6901) into an object; none where that does not have it.
    pub(super) fn pointer(&self, object: &Value) -> Option<String> {
        let mut at = object;
        let mut pointer = String::new();
        for step in &self.0 {
            let key = match step {
                Step::Field(name) => name.replace('~', "~0").replace('/', "~1"),
                Step::Keys(_) | Step::Item(_) | Step::Place(_) => step.index(at)?.to_string(),
            };
            at = step.find(at)?;
            pointer = format!("{pointer}/{key}");
        }
        Some(pointer)
    }

    /// Returns the value at the path.
    pub fn find<'a>(&self, object: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(object, |value, step| step.find(value))
    }
}

/// As in the headings of a difference: `spec.template.spec.containers[web].image`.
impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.0.iter().map(shown).collect();
        f.write_str(text.strip_prefix('.').unwrap_or(&text))
    }
}

fn shown(step: &Step) -> String {
    let is_plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match step {
        Step::Field(name) if is_plain(name) => format!(".{name}"),
        other => other.forms().swap_remove(1),
    }
}

fn begins(steps: &[Step], rule: &str) -> bool {
    let Some((first, rest)) = steps.split_first() else { return rule.is_empty() };
    rule.is_empty() || first.forms().iter().filter_map(|form| rule.strip_prefix(form)).any(|left| begins(rest, left))
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a list's item has these keys. Of all keys of lists only `protocol` has a default in Kubernetes' own kinds.
fn has_keys(item: &Value, keys: &Map<String, Value>) -> bool {
    let is_default = |key: &str, value: &Value| key == "protocol" && value == "TCP";
    item.is_object()
        && keys.iter().all(|(key, value)| match item.get(key) {
            Some(own) => own == value,
            None => is_default(key, value),
        })
}
