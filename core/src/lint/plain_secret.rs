//! Secrets whose values stand in Git for everybody who may read it. Shows no value, and no line that may hold one.

use serde_json::Value;

use super::finding::{At, Found};
use super::set::Set;

/// Finds Secrets with values that are not encrypted.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    for manifest in set.of_kind("", "Secret") {
        let is_encrypted = manifest.object.get("sops").is_some();
        let keys: Vec<&str> = keys(&manifest.object).collect();
        if keys.is_empty() || is_encrypted {
            continue;
        }
        let noun = if keys.len() == 1 { "value" } else { "values" };
        let title = format!("its {} {noun} can be read by everybody who can read the repository", keys.len());
        // What was `stringData` in the file is `data` by now.
        let written = ["/stringData", "/data"].into_iter().find(|at| manifest.spans.key(at).is_some());
        found.add_hidden(manifest, title, At::Key(written.unwrap_or_default()));
    }
}

/// Returns the keys with a value; `stringData` is in `data` by now.
fn keys(secret: &Value) -> impl Iterator<Item = &str> {
    let data = secret["data"].as_object().into_iter().flatten();
    data.filter(|(_, value)| value.as_str().is_some_and(|value| !value.is_empty())).map(|(key, _)| key.as_str())
}
