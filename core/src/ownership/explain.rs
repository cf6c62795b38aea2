//! One object, field by field: who owns it, since when, where Git sets it, and what a deploy would do. Asks nobody.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::maker::OURS;
use super::{FieldPath, FieldSet, entries, manager};
use crate::diff::redact::Redactor;
use crate::inventory::LABEL;
use crate::manifest::{Manifest, ObjectId, Origin, secret};

/// Most characters of a value that is shown.
const VALUE_CHARS_MAX: usize = 48;

/// What stands for a value of a Secret, or where one could be.
const HIDDEN: &str = "(hidden)";

/// An object, field by field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The object.
    pub id: ObjectId,
    /// Its fields, by who owns them.
    pub owned: Vec<Owned>,
}

/// The fields that the same managers own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Owned {
    /// The managers; none for what Git alone has yet.
    pub owners: Vec<Owner>,
    /// The fields.
    pub fields: Vec<Field>,
}

/// A field manager (KEP-555), and when it wrote last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Owner {
    /// Its name.
    pub manager: String,
    /// How: `Apply` or `Update`, and through which subresource.
    pub operation: String,
    /// When, as the server wrote it (RFC 3339).
    pub since: Option<String>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Where it is in the object.
    pub path: String,
    /// Its live value, as JSON made short and safe; none when it is not there.
    pub live: Option<String>,
    /// Where Git sets it; none where Git does not.
    pub origin: Option<Origin>,
    /// What a deploy does with it.
    pub deed: Deed,
}

/// What a deploy does with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "does", content = "to", rename_all = "snake_case")]
pub enum Deed {
    /// Nothing.
    Leaves,
    /// Sets it to this.
    Sets(String),
    /// Removes it.
    Removes,
    /// Nobody knows: the server would refuse the object, or was not asked.
    Unknown,
}

/// What is known of an object.
pub struct Sides<'a> {
    /// As it is.
    pub live: &'a Value,
    /// As Git wants it; none when Git does not have it.
    pub wanted: Option<&'a Manifest>,
    /// As it would be after a deploy; none when nobody knows.
    pub predicted: Option<&'a Value>,
}

/// Explains every field that somebody owns or that Git sets. Status is the controllers' own.
pub fn explain(id: &ObjectId, sides: &Sides<'_>, redactor: &Redactor) -> Explanation {
    let mut owners: BTreeMap<String, (FieldPath, BTreeSet<Owner>)> = BTreeMap::new();
    let spoken = entries(sides.live).iter().filter(|entry| entry["subresource"] != "status");
    for entry in spoken {
        for path in FieldSet::read(&entry["fieldsV1"]).leaves() {
            owners.entry(path.to_string()).or_insert_with(|| (path, BTreeSet::new())).1.insert(owner(entry));
        }
    }
    let predicted = sides.predicted.into_iter().flat_map(entries).filter(|entry| entry["operation"] == "Apply");
    for path in predicted.flat_map(|entry| FieldSet::read(&entry["fieldsV1"]).leaves()) {
        owners.entry(path.to_string()).or_insert_with(|| (path, BTreeSet::new()));
    }
    let mut owned: BTreeMap<BTreeSet<Owner>, Vec<Field>> = BTreeMap::new();
    for (path, owners) in owners.into_values() {
        owned.entry(owners).or_default().push(field(&path, sides, redactor));
    }
    // What is ours comes first; what nobody owns yet comes last, for it is about the future.
    let mut owned: Vec<Owned> =
        owned.into_iter().map(|(owners, fields)| Owned { owners: owners.into_iter().collect(), fields }).collect();
    let is_ours = |owned: &Owned| owned.owners.iter().any(|owner| owner.manager.starts_with(OURS));
    owned.sort_by_key(|owned| (owned.owners.is_empty(), !is_ours(owned)));
    Explanation { id: id.clone(), owned }
}

fn owner(entry: &Value) -> Owner {
    let text = |key: &str| entry[key].as_str().map(str::to_owned);
    let through = text("subresource").map(|name| format!(" through {name}")).unwrap_or_default();
    let operation = format!("{}{through}", text("operation").unwrap_or_default());
    Owner { manager: manager(entry).to_owned(), operation, since: text("time") }
}

fn field(path: &FieldPath, sides: &Sides<'_>, redactor: &Redactor) -> Field {
    let shown = |value: &Value| if is_hidden(path, sides) { HIDDEN.to_owned() } else { short(value, redactor) };
    let live = path.find(sides.live);
    let deed = match sides.predicted.map(|predicted| path.find(predicted)) {
        None if sides.wanted.is_none() => Deed::Leaves,
        None => Deed::Unknown,
        Some(predicted) if predicted == live => Deed::Leaves,
        Some(Some(predicted)) => Deed::Sets(shown(predicted)),
        Some(None) => Deed::Removes,
    };
    // Our own label is in every object that is sent, and in no file.
    let is_ours = path.is_at_or_below(&format!("metadata.labels[{LABEL}]"));
    let origin = sides.wanted.filter(|_| !is_ours).and_then(|manifest| {
        let pointer = path.pointer(&manifest.object)?;
        Some(Origin { path: manifest.origin.path.clone(), line: manifest.line_of(&pointer) })
    });
    Field { path: redactor.text(&path.to_string()), live: live.map(shown), origin, deed }
}

/// Of a Secret only labels are shown: kubectl keeps every value in an annotation.
fn is_hidden(path: &FieldPath, sides: &Sides<'_>) -> bool {
    let is_secret =
        secret::is_secret(sides.live) || sides.wanted.is_some_and(|wanted| secret::is_secret(&wanted.object));
    is_secret && !path.is_at_or_below("metadata.labels") && !path.is_at_or_below("type")
}

fn short(value: &Value, redactor: &Redactor) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = redactor.text(&text);
    let mut short: String = text.chars().take(VALUE_CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
