//! Keys that programs written in Go read in another way than they look: any case, and some letters for others.
//!
//! `encoding/json` takes `Resources` and `re\u{17f}ources` for `resources`. What is judged by its keys has none of them.

use serde_json::Value;

/// Returns a part of an object by its key, in any case.
pub(super) fn part<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.get(key(object, name)?)
}

/// Returns a key of an object as the object writes it.
pub(super) fn key<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    let name = name.to_lowercase();
    object.as_object()?.keys().map(String::as_str).find(|key| key.to_lowercase() == name)
}

/// Returns a key that is not ASCII, or that another key of the same map equals but for its case.
pub(super) fn ambiguous(value: &Value) -> Option<&str> {
    match value {
        Value::Object(map) => {
            let folded = |key: &String| map.keys().any(|other| other != key && other.eq_ignore_ascii_case(key));
            let own = map.keys().find(|key| !key.is_ascii() || folded(key));
            own.map(String::as_str).or_else(|| map.values().find_map(ambiguous))
        }
        Value::Array(items) => items.iter().find_map(ambiguous),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Returns a key that is one of these in another case.
pub(super) fn misspelt<'a>(value: &'a Value, known: &[&str]) -> Option<&'a str> {
    let keys = value.as_object().into_iter().flat_map(|map| map.keys());
    keys.map(String::as_str).find(|key| known.iter().any(|known| key != known && key.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_that_go_takes_for_another_one_is_seen() {
        for value in [json!({"re\u{17f}ources": []}), json!({"a": [{"x": 1, "X": 2}]}), json!({"b": {"\u{212a}": 1}})] {
            assert!(ambiguous(&value).is_some(), "{value}");
        }
        assert_eq!(ambiguous(&json!({"Resources": ["\u{17f}"], "a": {"resources": 1}})), None);
        assert_eq!(misspelt(&json!({"name": 1, "Repository": 2}), &["name", "repository"]), Some("Repository"));
    }
}
