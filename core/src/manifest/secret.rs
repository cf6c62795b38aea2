//! Secrets as the server stores them: `stringData` becomes base64 in `data`.
//!
//! Sent as is, the server owns `stringData` and keys removed from it stay in `data` for ever
//! (kubernetes#108008). No value of a Secret leaves this file as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::Manifest;

/// Returns whether the object is a Secret of the core group.
pub(crate) fn is_secret(object: &Value) -> bool {
    super::Gvk::of(object).is_some_and(|gvk| gvk.group.is_empty() && gvk.kind == "Secret")
}

/// Reads a value of `data`. Line breaks in it count for nothing, as in Go: Kustomize writes long values on several lines.
pub(crate) fn decoded(value: &str) -> Option<Vec<u8>> {
    STANDARD.decode(joined(value)).ok()
}

/// Returns the base64 of a value of `data` on one line.
pub(crate) fn joined(value: &str) -> String {
    value.replace(['\r', '\n'], "")
}

/// Moves `stringData` into `data`, over what is there, as the server would.
///
/// Returns the keys whose values are not text.
pub(crate) fn fold(manifest: &mut Manifest) -> Vec<String> {
    if !is_secret(&manifest.object) {
        return Vec::new();
    }
    let Some(object) = manifest.object.as_object_mut() else { return Vec::new() };
    let foldable = object.get("stringData").is_some_and(Value::is_object);
    let data_fits = object.get("data").is_none_or(Value::is_object);
    if !foldable || !data_fits {
        return Vec::new(); // Nothing to fold, or a mistake that the server explains.
    }
    let Some(Value::Object(texts)) = object.remove("stringData") else { return Vec::new() };
    let data = object.entry("data").or_insert_with(|| Map::new().into());
    let Some(data) = data.as_object_mut() else { return Vec::new() };
    let mut wrong = Vec::new();
    for (key, value) in texts {
        match value {
            Value::String(text) => {
                data.insert(key, STANDARD.encode(text).into());
            }
            _ => wrong.push(key),
        }
    }
    wrong
}
