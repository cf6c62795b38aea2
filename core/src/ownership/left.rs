//! What of an object is left to others: by the rules, or because an autoscaler says it.

use serde_json::Value;

use super::conflict::shown;
use super::rule::Verdict;
use super::scaler::{Scaler, replicas};
use super::{FieldPath, FieldSet, Resolve, Rules, Terms, entries, is_applied_by, manager};
use crate::inventory::LABEL;
use crate::manifest::{ObjectId, secret};

/// Most fields that a sentence names.
pub(super) const NAMED_MAX: usize = 5;

/// What is not sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Left {
    /// The fields.
    pub fields: FieldSet,
    /// Whose they are, one sentence each.
    pub notes: Vec<String>,
}

/// Returns what of a live object is left to others. `terms` say what Git sets and who gives way to us.
pub fn left(
    id: &ObjectId,
    (live, wanted): (&Value, &Value),
    terms: &Terms,
    rules: Rules<'_>,
    scaler: Option<&Scaler>,
) -> Left {
    if scaler.is_none() && !rules.leaves_out(id) {
        return Left::default();
    }
    let others: Vec<(&str, FieldSet)> = entries(live)
        .iter()
        .filter(|entry| !is_applied_by(entry, &terms.ours) && !terms.is_taken_from(entry))
        .map(|entry| (manager(entry), FieldSet::read(&entry["fieldsV1"])))
        .collect();
    let of_others =
        |path: &FieldPath| others.iter().filter(|(_, fields)| fields.has(path)).map(|(name, _)| *name).collect();
    let all = entries(live).iter().fold(terms.git.clone(), |all, entry| all.union(&FieldSet::read(&entry["fieldsV1"])));
    let mut left = Left::default();
    let by_rule = all.filtered(|path| {
        let owners: Vec<&str> = of_others(path);
        !is_own_label(path) && path.find(live).is_some() && is_left(id, path, &owners, rules)
    });
    for path in by_rule.leaves().into_iter().take(NAMED_MAX) {
        let owners: Vec<&str> = of_others(&path);
        let whom = owners.first().map_or_else(|| "whoever sets it".to_owned(), |name| format!("`{name}`"));
        left.notes.extend(note(&path, (live, wanted), &format!("{whom}, as the rules say")));
    }
    left.fields = by_rule;
    if let Some(scaler) = scaler {
        for path in replicas().paths() {
            let owners: Vec<&str> = of_others(&path);
            let is_ours = owners.iter().any(|name| rules.of(id, &path, Some(name)) == Verdict::Says(Resolve::Ours));
            if is_ours || path.find(live).is_none() {
                continue;
            }
            left.fields = left.fields.union(&replicas());
            left.notes.extend(note(&path, (live, wanted), &format!("{}, which scales it", scaler.name)));
        }
    }
    left
}

/// Returns what Git would be with the live values of what is left to others: applying that shows what happens to the
/// rest, for a dry run cannot let fields change hands first.
pub fn tried(wanted: &Value, live: &Value, left: &FieldSet) -> Value {
    let mut tried = wanted.clone();
    left.remove_from(&mut tried);
    left.copy(live, &mut tried);
    tried
}

fn is_left(id: &ObjectId, path: &FieldPath, owners: &[&str], rules: Rules<'_>) -> bool {
    let says = |manager, who| rules.of(id, path, manager) == Verdict::Says(who);
    owners.iter().any(|name| says(Some(*name), Resolve::Theirs) || says(Some(*name), Resolve::Ignore))
        || says(None, Resolve::Ignore)
}

/// Without it nobody knows that the object is ours.
fn is_own_label(path: &FieldPath) -> bool {
    path.is_written(&format!(".metadata.labels.{LABEL}"))
}

/// Says whose a field is, where Git says something else.
fn note(path: &FieldPath, (live, wanted): (&Value, &Value), whom: &str) -> Option<String> {
    let (there, here) = (path.find(live)?, path.find(wanted)?);
    if there == here {
        return None;
    }
    let values = shown(there).zip(shown(here)).filter(|_| !secret::is_secret(live));
    let values = values.map(|(there, here)| format!(": it is `{there}` and stays so, Git says `{here}`"));
    Some(format!("leaves `{path}` to {whom}{}", values.unwrap_or_default()))
}
