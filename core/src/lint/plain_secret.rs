//! Secrets whose values stand in Git for everybody who may read it. Shows no value, and no line that may hold one.

use serde_json::Value;

use super::finding::{At, Found};
use super::set::Set;
use crate::manifest::encrypted::is_in_data;

/// Most keys that a finding names.
const KEYS_NAMED_MAX: usize = 5;

/// Finds Secrets with values that are not encrypted.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    for manifest in set.of_kind("", "Secret") {
        let keys: Vec<&str> = keys(&manifest.object).collect();
        if keys.is_empty() {
            continue;
        }
        let title = format!("everybody who can read the repository can read its {}", named(&keys));
        // What was `stringData` in the file is `data` by now.
        let written = ["/stringData", "/data"].into_iter().find(|at| manifest.spans.key(at).is_some());
        found.add_hidden(manifest, title, At::Key(written.unwrap_or_default()));
    }
}

fn named(keys: &[&str]) -> String {
    let shown: Vec<String> = keys.iter().take(KEYS_NAMED_MAX).map(|key| format!("`{key}`")).collect();
    match keys.len().saturating_sub(KEYS_NAMED_MAX) {
        0 => shown.join(", "),
        left => format!("{} and {left} more", shown.join(", ")),
    }
}

/// Returns the keys with a value that anybody can read; `stringData` is in `data` by now.
fn keys(secret: &Value) -> impl Iterator<Item = &str> {
    let data = secret["data"].as_object().into_iter().flatten();
    let is_plain = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty()) && !is_in_data(value);
    data.filter(move |(_, value)| is_plain(value)).map(|(key, _)| key.as_str())
}
