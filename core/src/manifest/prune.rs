//! Fields that must not be sent: what the server sets, and nulls.

use serde_json::{Map, Value};

use super::note::Change;
use super::spans::push_step;

/// Metadata the server sets; `resourceVersion` would even act as a precondition and fail with 409
/// (apimachinery `managedfields/internal/stripmeta.go`).
const SERVER_METADATA: [&str; 6] =
    ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/// Removes what only the server may set, such as in exported objects.
pub(crate) fn server_fields(object: &mut Value) -> Option<Change> {
    let mut fields = Vec::new();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        let written = SERVER_METADATA.iter().filter(|field| metadata.remove(**field).is_some());
        fields.extend(written.map(|field| format!("metadata.{field}")));
    }
    if object.as_object_mut().is_some_and(|object| object.remove("status").is_some()) {
        fields.push("status".to_owned());
    }
    (!fields.is_empty()).then_some(Change::ServerFieldsDropped { fields })
}

/// Removes null fields: everywhere in kinds of Kubernetes itself, only in the metadata of others,
/// whose schemas may mean something by null (kubectl `pruneNullsFromMap`).
pub(crate) fn nulls(object: &mut Value, builtin: bool) -> Option<Change> {
    let mut fields = Vec::new();
    if builtin {
        nulls_below(object, &mut String::new(), &mut fields);
    } else if let Some(metadata) = object.get_mut("metadata") {
        nulls_below(metadata, &mut "/metadata".to_owned(), &mut fields);
    }
    (!fields.is_empty()).then_some(Change::NullsDropped { fields })
}

fn nulls_below(value: &mut Value, pointer: &mut String, fields: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            nulls_of(map, pointer, fields);
            for (key, value) in map {
                step(pointer, key, |pointer| nulls_below(value, pointer, fields));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                step(pointer, &index.to_string(), |pointer| nulls_below(item, pointer, fields));
            }
        }
        _ => {}
    }
}

fn nulls_of(map: &mut Map<String, Value>, pointer: &mut String, fields: &mut Vec<String>) {
    map.retain(|key, value| {
        if value.is_null() {
            step(pointer, key, |pointer| fields.push(pointer.clone()));
        }
        !value.is_null()
    });
}

fn step(pointer: &mut String, key: &str, visit: impl FnOnce(&mut String)) {
    let length = pointer.len();
    push_step(pointer, key);
    visit(pointer);
    pointer.truncate(length);
}
