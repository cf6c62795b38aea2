//! Lists as their items: `kind: List`, `ConfigMapList`, lists in lists.
//!
//! Like kubectl, anything with a top-level `items` is a list, and items without kind take
//! the list's (apimachinery `unstructured/helpers.go`). Unlike kubectl, lists nest.

use std::sync::Arc;

use serde_json::Value;

use super::located::Located;
use super::problem::{ReadError, ReadProblem};
use super::source::Text;
use super::spans::Spans;
use super::{Manifest, Origin};

/// Adds the objects in `object` to `manifests`: itself, or its items if it is a list.
pub(crate) fn unpack(
    object: Value,
    spans: Spans,
    text: &Arc<Text>,
    manifests: &mut Vec<Manifest>,
    errors: &mut Vec<ReadError>,
) {
    if object.get("items").is_none() && object.get("kind") != Some(&Value::from("List")) {
        manifests.push(manifest(object, spans, text));
        return;
    }
    let span = spans.nearest("/items").unwrap_or(0..0);
    let items = match object.get("items") {
        None | Some(Value::Null) => return,
        Some(Value::Array(items)) => items,
        Some(_) => return errors.push(Located::new(text, ReadProblem::ListItems, span, "not a list")),
    };
    for (index, item) in items.iter().enumerate() {
        let below = spans.under(&format!("/items/{index}"));
        if item.is_object() {
            unpack(with_kind(item.clone(), &object), below, text, manifests, errors);
        } else {
            let span = below.value("").unwrap_or_else(|| span.clone());
            errors.push(Located::new(text, ReadProblem::ListItems, span, "not an object"));
        }
    }
}

fn with_kind(mut item: Value, list: &Value) -> Value {
    if item.get("kind").is_some() || item.get("apiVersion").is_some() {
        return item;
    }
    let kind = list.get("kind").and_then(Value::as_str).and_then(|kind| kind.strip_suffix("List"));
    if let Some(kind) = kind.filter(|kind| !kind.is_empty()) {
        item["kind"] = kind.into();
        item["apiVersion"] = list["apiVersion"].clone();
    }
    item
}

fn manifest(object: Value, spans: Spans, text: &Arc<Text>) -> Manifest {
    let start = spans.value("").map_or(0, |span| span.start);
    let origin = Origin { path: text.path.clone(), line: Some(text.line(start)) };
    Manifest { object, origin, spans, text: Arc::clone(text), made_from: None }
}
