//! Fields that a kind does not have: a spelling mistake, or a wrong place.

use serde_json::Value;

use super::finding::{At, Found};
use super::schema::{Schema, Step, walk_all};
use super::set::{Set, below};
use crate::manifest::Manifest;
use crate::rules::nearest;

/// What SOPS adds to an object, and takes out again before it is sent.
const OF_SOPS: &str = "sops";

/// Finds fields that nobody reads.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    walk_all(set, &mut |manifest, schema, value, pointer| look(manifest, schema, value, pointer, found));
}

fn look(manifest: &Manifest, schema: Schema<'_>, value: &Value, pointer: &str, found: &mut Found) {
    for key in value.as_object().into_iter().flat_map(|fields| fields.keys()) {
        let at = below(pointer, key);
        if matches!(schema.step(key), Step::Unknown) && at != format!("/{OF_SOPS}") {
            tell(manifest, schema, (key, &at), pointer, found);
        }
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
