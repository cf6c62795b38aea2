//! Which items of two lists belong together: by Kubernetes' merge keys where a list has them. Does not print.

use std::collections::BTreeSet;

use serde_json::Value;

/// The merge keys of lists that the API merges by key.
const KEYS: &[(&str, &[&[&str]])] = &[
    ("ports", &[&["containerPort", "protocol"], &["port", "protocol"]]),
    ("volumeMounts", &[&["mountPath"]]),
    ("volumeDevices", &[&["devicePath"]]),
    ("hostAliases", &[&["ip"]]),
    ("topologySpreadConstraints", &[&["topologyKey", "whenUnsatisfiable"]]),
    ("ownerReferences", &[&["kind", "name"]]),
];

/// One item of a merged list: by its label, where it is before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair<'a> {
    /// What names the item: "web", "80/TCP".
    pub(crate) label: String,
    pub(crate) before: Option<&'a Value>,
    pub(crate) after: Option<&'a Value>,
}

/// Pairs the items of two lists by their keys; none when the list has no keys, or its order changed.
pub(crate) fn pair<'a>(list: &str, before: &'a [Value], after: &'a [Value]) -> Option<Vec<Pair<'a>>> {
    let fields = fields(list, before, after)?;
    let old = labels(before, fields)?;
    let new = labels(after, fields)?;
    let stays: Vec<&String> = old.iter().filter(|label| new.contains(label)).collect();
    if !new.iter().filter(|label| old.contains(label)).eq(stays) {
        return None;
    }
    Some(woven(&old, before, &new, after))
}

fn fields<'k>(list: &str, before: &[Value], after: &[Value]) -> Option<&'k [&'k str]> {
    let has = |fields: &[&str]| before.iter().chain(after).all(|item| item.get(fields[0]).is_some());
    let named = KEYS.iter().find(|(name, _)| *name == list).map(|(_, keys)| *keys);
    named.unwrap_or(&[&["name"]]).iter().copied().find(|fields| has(fields))
}

/// Returns each item's label, or none when two are the same.
fn labels(items: &[Value], fields: &[&str]) -> Option<Vec<String>> {
    let labels: Vec<String> = items.iter().map(|item| label(item, fields)).collect();
    let distinct: BTreeSet<&String> = labels.iter().collect();
    (distinct.len() == labels.len()).then_some(labels)
}

fn label(item: &Value, fields: &[&str]) -> String {
    let part = |field: &&str| match item.get(*field) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None if *field == "protocol" => "TCP".to_owned(), // The API's default.
        None => String::new(),
    };
    fields.iter().map(part).collect::<Vec<_>>().join("/")
}

/// Keeps the order of both sides: what only was there stands where it stood.
fn woven<'a>(old: &[String], before: &'a [Value], new: &[String], after: &'a [Value]) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    let mut next = 0;
    for (label, item) in new.iter().zip(after) {
        let was = old.iter().position(|other| other == label);
        if let Some(was) = was {
            gone(&mut pairs, old, before, next..was);
            next = was + 1;
        }
        let before = was.map(|at| &before[at]);
        pairs.push(Pair { label: label.clone(), before, after: Some(item) });
    }
    gone(&mut pairs, old, before, next..old.len());
    pairs
}

fn gone<'a>(pairs: &mut Vec<Pair<'a>>, old: &[String], before: &'a [Value], range: std::ops::Range<usize>) {
    for at in range {
        pairs.push(Pair { label: old[at].clone(), before: Some(&before[at]), after: None });
    }
}
