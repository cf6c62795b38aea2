//! A field that somebody else owns and Git wants otherwise: who, which, what is there, and who wins. Masks nothing but
//! Secrets: other texts go through a redactor before anybody reads them.

use serde::Serialize;
use serde_json::Value;

use super::rule::Verdict;
use super::{FieldPath, FieldSet, Resolve, Rules, entries, manager};
use crate::manifest::{ObjectId, secret};

/// Longest value that is shown.
const VALUE_CHARS_MAX: usize = 60;

/// Most conflicts that are spelt out.
const SHOWN_MAX: usize = 5;

/// A field that the server would not change, because another manager owns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The field manager.
    pub manager: String,
    /// The subresource that it wrote through; none for the object itself.
    pub through: Option<String>,
    /// The field: `spec.replicas`.
    pub field: String,
    #[serde(skip)]
    path: Option<FieldPath>,
}

impl Conflict {
    /// Finds the field that the server means: `field` is how it writes a path, which is not always to be read back.
    pub fn of(live: &Value, name: &str, through: Option<&str>, field: &str) -> Self {
        let owns = |entry: &&Value| manager(entry) == name && entry["subresource"].as_str() == through;
        let paths = entries(live).iter().filter(owns).flat_map(|entry| FieldSet::read(&entry["fieldsV1"]).paths());
        let path = paths.into_iter().find(|path| path.is_written(field));
        let shown = path.as_ref().map_or_else(|| field.trim_start_matches('.').to_owned(), FieldPath::to_string);
        Self { manager: name.to_owned(), through: through.map(str::to_owned), field: shown, path }
    }

    fn verdict(&self, id: &ObjectId, rules: Rules<'_>) -> Verdict {
        self.path.as_ref().map_or(Verdict::Silent, |path| rules.of(id, path, Some(&self.manager)))
    }

    /// Whether the rules give the field to Git.
    pub fn is_ours(&self, id: &ObjectId, rules: Rules<'_>) -> bool {
        self.verdict(id, rules) == Verdict::Says(Resolve::Ours)
    }

    /// Returns "`kubectl-edit` set `data.key` to `1`, Git says `2`".
    fn words(&self, live: &Value, wanted: &Value) -> String {
        let through = self.through.as_ref().map(|it| format!(" (through `{it}`)")).unwrap_or_default();
        let who = format!("`{}`{through}", self.manager);
        match self.values(live, wanted) {
            Some((there, here)) => format!("{who} set `{}` to `{there}`, Git says `{here}`", self.field),
            None => format!("{who} owns `{}`, whose value is another one in Git", self.field),
        }
    }

    /// Returns "takes `spec.replicas` from `kubectl`, as the rules say: `7` becomes `3`".
    pub(super) fn taken(&self, (live, wanted): (&Value, &Value)) -> String {
        let values = self.values(live, wanted).map(|(there, here)| format!(": `{there}` becomes `{here}`"));
        format!("takes `{}` from `{}`, as the rules say{}", self.field, self.manager, values.unwrap_or_default())
    }

    /// Returns the live value and the one in Git, where both can be shown.
    fn values(&self, live: &Value, wanted: &Value) -> Option<(String, String)> {
        let path = self.path.as_ref().filter(|_| !secret::is_secret(live))?;
        Some((shown(path.find(live)?)?, shown(path.find(wanted)?)?))
    }
}

/// Returns a value that fits into a sentence.
pub(super) fn shown(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let fits = !text.is_empty() && text.chars().count() <= VALUE_CHARS_MAX;
    (fits && !text.contains(|c: char| c == '`' || c.is_control())).then_some(text)
}

/// Returns why an object's conflicts hold it, and the next step.
pub fn refusal(
    id: &ObjectId,
    conflicts: &[Conflict],
    (live, wanted): (&Value, &Value),
    rules: Rules<'_>,
) -> (String, String) {
    let open: Vec<&Conflict> = conflicts.iter().filter(|it| !it.is_ours(id, rules)).collect();
    let mut words: Vec<String> = open.iter().take(SHOWN_MAX).map(|conflict| conflict.words(live, wanted)).collect();
    if open.len() > SHOWN_MAX {
        words.push(format!("{} more", open.len() - SHOWN_MAX));
    }
    let settled = conflicts.len() - open.len();
    if settled > 0 {
        words.push(format!("nothing is forced while one field is open, though the rules settle {settled} more"));
    }
    let help = match open.iter().find(|it| it.verdict(id, rules) == Verdict::NotYet) {
        Some(_) => "push again: the new rule of `conflicts` counts from the next push on".to_owned(),
        None => options(id, open.first().map_or("", |first| first.field.as_str())),
    };
    (words.join("; "), help)
}

fn options(id: &ObjectId, field: &str) -> String {
    let kind = if id.group.is_empty() { id.kind.clone() } else { format!("{}.{}", id.kind, id.group) };
    let is_plain = field.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'));
    let path = if is_plain { field.to_owned() } else { format!("'{}'", field.replace('\'', "''")) };
    format!(
        "remove the field from Git, or say who wins in landfall.yaml: `conflicts: [{{kind: {kind}, path: {path}, resolve: theirs}}]` leaves it to the other manager, `ours` takes it, `ignore` leaves it to whoever sets it"
    )
}
