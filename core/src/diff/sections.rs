//! Where the differences of an object are: one hunk for each map, and for each named item of a list. Does not print.

use serde_json::{Map, Value};

use super::Hunk;
use super::inline;
use super::items::{self, Pair};
use super::rows::{self, Row, Side};

/// Returns the hunks of two objects, in the object's order.
pub(crate) fn between(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    of_maps("", before, after, &mut hunks);
    hunks
}

fn of_maps(path: &str, before: &Map<String, Value>, after: &Map<String, Value>, hunks: &mut Vec<Hunk>) {
    let mut all = before.clone();
    all.extend(after.clone());
    let keys = rows::keys(&all);
    let deeper = |key: &&&String| is_deeper(key, before.get(key.as_str()), after.get(key.as_str()));
    let own: Vec<Row> = keys
        .iter()
        .filter(|key| !deeper(key) && !is_unchanged_branch(before.get(key.as_str()), after.get(key.as_str())))
        .flat_map(|key| inline::entry(key, before.get(*key), after.get(*key), 0))
        .collect();
    push(path.to_owned(), &own, hunks);
    for key in keys.iter().filter(deeper) {
        below(&joined(path, key), key, &before[*key], &after[*key], hunks);
    }
}

/// Returns whether a difference is shown under a heading of its own.
fn is_deeper(key: &str, before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) if before == after => false,
        (Some(Value::Object(before)), Some(Value::Object(after))) => !before.is_empty() && !after.is_empty(),
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            !before.is_empty() && !after.is_empty() && items::pair(key, before, after).is_some()
        }
        (_, _) => false,
    }
}

/// A whole map or list that stays is no orientation, only length.
fn is_unchanged_branch(before: Option<&Value>, after: Option<&Value>) -> bool {
    before == after && matches!(after, Some(Value::Object(_) | Value::Array(_)))
}

fn below(path: &str, key: &str, before: &Value, after: &Value, hunks: &mut Vec<Hunk>) {
    if let (Value::Object(before), Value::Object(after)) = (before, after) {
        return of_maps(path, before, after, hunks);
    }
    let (Value::Array(before), Value::Array(after)) = (before, after) else { return };
    for pair in items::pair(key, before, after).unwrap_or_default() {
        push(format!("{path}[{}]", pair.label), &of_pair(&pair), hunks);
    }
}

fn of_pair(pair: &Pair<'_>) -> Vec<Row> {
    let map = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    inline::maps(&map(pair.before), &map(pair.after), 0)
}

fn push(path: String, rows: &[Row], hunks: &mut Vec<Hunk>) {
    if rows.iter().any(|row| row.side != Side::Both) {
        hunks.push(Hunk { path, lines: rows::around_differences(rows) });
    }
}

fn joined(path: &str, key: &str) -> String {
    match (path.is_empty(), key.contains('.')) {
        (true, _) => key.to_owned(),
        (false, true) => format!("{path}[{key}]"),
        (false, false) => format!("{path}.{key}"),
    }
}
