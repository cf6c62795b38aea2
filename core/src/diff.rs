//! What differs between two objects, as lines under headings. Secret values are masked before any text exists.
//!
//! Does not decide what a difference means for the plan, and does not print: `report` does.

mod effect;
mod images;
mod inline;
mod items;
mod mask;
mod noise;
pub mod places;
pub mod redact;
mod rows;
mod sections;
mod yaml;

use serde::Serialize;
use serde_json::{Map, Value};

pub use effect::{effect, effect_anew};
pub use images::images;

use crate::manifest::ObjectId;

/// The difference of one object, ready to print: no Secret value is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ObjectDiff {
    /// The places that differ, in the object's order.
    pub hunks: Vec<Hunk>,
}

/// One place that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hunk {
    /// The path of the place, list items by their key: `spec.template.spec.containers[web]`.
    pub path: String,
    /// The lines, in order.
    pub lines: Vec<Line>,
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub enum Line {
    /// Only before.
    Removed(String),
    /// Only after.
    Added(String),
    /// Both, for orientation.
    Context(String),
    /// A Secret's key whose value differs; the value is never here.
    Masked(String),
}

/// Returns what differs between an object before and after; none means that it is not there.
///
/// A Secret is masked before it is compared, so that its values never become text.
pub fn between(id: &ObjectId, before: Option<&Value>, after: Option<&Value>) -> ObjectDiff {
    if mask::is_secret(id, before, after) {
        return mask::between(before, after);
    }
    ObjectDiff { hunks: plain(before, after) }
}

fn plain(before: Option<&Value>, after: Option<&Value>) -> Vec<Hunk> {
    let before = before.map(noise::without);
    let after = after.map(noise::without);
    match (before, after) {
        (Some(mut before), Some(mut after)) => {
            noise::drop_same_version(&mut before, &mut after);
            sections::between(&before, &after)
        }
        (None, Some(after)) => whole(&after, Line::Added),
        (Some(before), None) => whole(&before, Line::Removed),
        (None, None) => Vec::new(),
    }
}

fn whole(object: &Map<String, Value>, line: fn(String) -> Line) -> Vec<Hunk> {
    let mut object = object.clone();
    object.remove("apiVersion");
    let lines: Vec<Line> =
        rows::of_map(&object, 0).into_iter().map(|(indent, text)| line(rows::indented(indent, &text))).collect();
    if lines.is_empty() { Vec::new() } else { vec![Hunk { path: String::new(), lines }] }
}
