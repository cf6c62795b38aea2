//! What of an adopted object stays although Git does not have it, because its owner is no tool of files.

use serde_json::Value;

use super::left::NAMED_MAX;
use super::terms::UNKNOWN;
use super::{FieldPath, Takeover, entries, manager};

/// Written by controllers into every object of a kind: not what a person asks about.
const NOISE: [&str; 2] = [".metadata.annotations.deployment.kubernetes.io/revision", ".metadata.finalizers"];

/// Returns what stays, one sentence for each manager.
pub fn kept(live: &Value, takeover: &Takeover) -> Vec<String> {
    let mut notes = Vec::new();
    for entry in entries(live).iter().filter(|entry| entry["subresource"].is_null()) {
        let rest = takeover.rest(entry).filtered(|path| !is_noise(path));
        let paths = rest.leaves();
        if !paths.is_empty() {
            notes.push(sentence(manager(entry), takeover, &paths));
        }
    }
    notes
}

fn sentence(owner: &str, takeover: &Takeover, paths: &[FieldPath]) -> String {
    let mut names: Vec<String> = paths.iter().take(NAMED_MAX).map(|path| format!("`{path}`")).collect();
    if paths.len() > NAMED_MAX {
        names.push(format!("{} more", paths.len() - NAMED_MAX));
    }
    let names = names.join(", ");
    if owner == UNKNOWN {
        return format!(
            "keeps what is not managed by Landfall, for nobody is known to have written it: {names}; the annotation landfall.dev/adopt: \"whole\" takes it too"
        );
    }
    if takeover.managers.iter().any(|name| name == owner) {
        return format!(
            "keeps the marks of `{owner}`: {names}; the annotation landfall.dev/adopt: \"whole\" removes them"
        );
    }
    format!("keeps what `{owner}` wrote and Git does not have: {names}")
}

fn is_noise(path: &FieldPath) -> bool {
    path.is_at_or_below("status") || NOISE.iter().any(|own| path.is_written(own))
}
