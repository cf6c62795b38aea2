//! Writes texts in the place of scalars and leaves every other byte of the file as it was.
//!
//! What was written is read again: an edit that changes anything else, or does not come out as meant, is refused.
//! Knows nothing of what the values are for: `target` does.

mod check;
mod problem;
mod style;
mod target;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

pub use problem::{EditError, EditProblem};
pub use target::{helm_value, images, kustomization_image};

use self::style::Style;
use super::reader::{mentions_secret, values_with_spans};
use super::source::UTF8_MARK;
use super::spans::Spans;
use super::{Compat, Located, SourceFile, Text, json};

/// A scalar, and the text that is to stand in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The document, counted from zero among those of the file that hold something.
    pub document: usize,
    /// The scalar's JSON pointer.
    pub pointer: String,
    /// What it becomes.
    pub text: String,
}

/// Returns the bytes of a file with every edit made.
///
/// Quotes stay as they are where they can. A text that is written without quotes gets them where any tool would read
/// something else without them, as `1.10` and `0644`. A block becomes one line.
pub fn apply(source: &SourceFile, edits: &[Edit], mode: Compat) -> Result<Vec<u8>, EditError> {
    let file = File::open(source, mode)?;
    let (expected, places) = file.places(edits)?;
    let wrong = match file.written(&places, Style::AsBefore, (&expected, edits)) {
        Ok(bytes) => return Ok(bytes),
        Err(wrong) => wrong,
    };
    file.written(&places, Style::Quoted, (&expected, edits)).map_err(|_| file.wrong(wrong, &places))
}

struct File<'a> {
    source: &'a SourceFile,
    mode: Compat,
    text: Arc<Text>,
    documents: Vec<(Value, Spans)>,
    /// What stands before the text: a byte order mark, or nothing.
    mark: &'a [u8],
    is_json: bool,
}

type Place<'a> = (Range<usize>, &'a str);

impl<'a> File<'a> {
    fn open(source: &'a SourceFile, mode: Compat) -> Result<Self, EditError> {
        let (text, documents) = values_with_spans(source, mode)?;
        let mark = if source.bytes.starts_with(&UTF8_MARK) { UTF8_MARK.len() } else { 0 };
        let (mark, rest) = source.bytes.split_at(mark);
        if rest != text.content.as_bytes() {
            return Err(EditProblem::Encoding.of_file(&text));
        }
        // What only begins as JSON does is YAML.
        let is_json = json::is_json(&text) && json::parse(&text, &mut Vec::new()).is_ok();
        Ok(Self { source, mode, text, documents, mark, is_json })
    }

    /// Returns the values that the edits ask for, and the places of the edits, the last one first.
    fn places<'e>(&self, edits: &'e [Edit]) -> Result<(Vec<Value>, Vec<Place<'e>>), EditError> {
        let mut expected: Vec<Value> = self.documents.iter().map(|(value, _)| value.clone()).collect();
        let mut places = Vec::new();
        for edit in edits {
            let missing = || EditProblem::NoScalar { pointer: edit.pointer.clone() }.of_file(&self.text);
            let value = expected.get_mut(edit.document).and_then(|value| value.pointer_mut(&edit.pointer));
            let value = value.filter(|value| !value.is_object() && !value.is_array()).ok_or_else(missing)?;
            *value = Value::from(edit.text.as_str());
            places
                .push((self.documents[edit.document].1.value(&edit.pointer).ok_or_else(missing)?, edit.text.as_str()));
        }
        places.sort_by_key(|(span, _)| Reverse(span.start));
        places.dedup();
        Ok((expected, places))
    }

    fn written(
        &self,
        places: &[Place<'_>],
        style: Style,
        (expected, edits): (&[Value], &[Edit]),
    ) -> Result<Vec<u8>, EditProblem> {
        let style = if self.is_json { Style::Quoted } else { style };
        let mut content = self.text.content.to_string();
        for (span, text) in places {
            let (span, text) = style::written(&self.text.content, span, text, style);
            content.replace_range(span, &text);
        }
        let bytes = [self.mark, content.as_bytes()].concat();
        check::reads_as(&SourceFile::new(self.source.path.as_str(), bytes.clone()), self.mode, expected, edits)?;
        Ok(bytes)
    }

    fn wrong(&self, problem: EditProblem, places: &[Place<'_>]) -> EditError {
        let span = places.last().map_or(0..0, |(span, _)| span.clone());
        let error = Located::new(&self.text, problem, self.text.first_line(span), "this value");
        EditError::Place(Box::new(if mentions_secret(&self.text.content) { error.without_text() } else { error }))
    }
}
