//! What the process that renders templates is asked, and what it answers: JSON on its standard input and output.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Everything that rendering needs.
#[derive(Serialize, Deserialize)]
pub(super) struct Request {
    /// Every template by its name, which is its path from the source folder.
    pub(super) templates: BTreeMap<String, String>,
    /// The names of those that are manifests.
    pub(super) manifests: Vec<String>,
    /// The values.
    pub(super) values: Map<String, Value>,
}

/// One line of the answer.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// The template is being read or rendered: if nothing follows, it is the one that did not end.
    Started(String),
    /// What the started template rendered to.
    Rendered(String),
    /// The started template renders to more than a manifest may have.
    TooLong,
    /// A template is wrong.
    Wrong(Wrong),
}

/// A mistake, in the words of the template engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wrong {
    /// The template.
    pub(super) template: String,
    /// Where in it.
    pub(super) place: Place,
    /// What the engine says.
    pub(super) message: String,
}

/// Where a mistake is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    /// These bytes.
    Bytes(Range<usize>),
    /// So many characters from a line and column, both counted from one.
    Line { line: usize, column: usize, chars: usize },
    /// Nobody knows.
    Whole,
}
