//! Fields that a kind does not have: a spelling mistake, or a wrong place.

use serde_json::Value;

use super::finding::{At, Found};
use super::schema::{Schema, Step};
use super::set::{Set, below};
use crate::manifest::Manifest;
use crate::rules::nearest;

/// What SOPS adds to an object, and takes out again before it is sent.
const OF_SOPS: &str = "sops";

/// Finds fields that nobody reads.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    for manifest in set.manifests {
        if let Some(schema) = Schema::of(set, &manifest.object) {
            look(manifest, schema, &manifest.object, "", found);
        }
    }
}

fn look(manifest: &Manifest, schema: Schema<'_>, value: &Value, pointer: &str, found: &mut Found) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let at = below(pointer, key);
                match schema.step(key) {
                    Step::Into(schema) => look(manifest, schema, value, &at, found),
                    Step::Known => {}
                    Step::Unknown if at == format!("/{OF_SOPS}") => {}
                    Step::Unknown => tell(manifest, schema, (key, &at), pointer, found),
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                if let Some(schema) = schema.item() {
                    look(manifest, schema, item, &format!("{pointer}/{at}"), found);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn tell(manifest: &Manifest, schema: Schema<'_>, (key, at): (&str, &str), parent: &str, found: &mut Found) {
    let place = if parent.is_empty() { manifest.object["kind"].as_str().unwrap_or_default() } else { &parent[1..] };
    let place = place.replace('/', ".");
    found.add(
        manifest,
        format!("`{key}` is no field of `{place}`{}", meant(schema, key)),
        &[(At::Key(at), "no such field")],
    );
}

/// Says where the field belongs, or which one it is nearly.
fn meant(schema: Schema<'_>, key: &str) -> String {
    let names = schema.names();
    let has_it = |name: &str| matches!(schema.step(name), Step::Into(inner) if inner.names().contains(&key));
    if let Some(name) = names.iter().find(|name| has_it(name)) {
        return format!(": it belongs into `{name}`");
    }
    // A status is the server's: nobody means to write one.
    let names: Vec<&str> = names.into_iter().filter(|name| *name != "status").collect();
    nearest(key, &names).map(|name| format!(": did you mean `{name}`?")).unwrap_or_default()
}
