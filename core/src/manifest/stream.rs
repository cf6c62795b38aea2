//! A file as documents, split where kubectl splits it.
//!
//! kubectl splits text before YAML sees it: a line that starts with `---` ends a document,
//! even inside a block scalar (apimachinery `util/yaml/decoder.go`, `YAMLReader`).

use std::ops::Range;

use super::located::Located;
use super::problem::{ReadError, ReadProblem};
use super::source::Text;

/// The text of one document, and where it stands in its file.
#[derive(Debug)]
pub(crate) struct Document {
    /// What the parser reads: line ends are LF.
    pub(crate) content: String,
    start: usize,
    /// Offsets in `content` after which that many bytes in total are missing.
    dropped: Vec<(usize, usize)>,
}

impl Document {
    /// Returns the span in the file for a span in `content`.
    ///
    /// A line end that follows the span is not part of it, whatever its length.
    pub(crate) fn span(&self, within: Range<usize>) -> Range<usize> {
        let start = self.offset(within.start, self.dropped.partition_point(|(at, _)| *at <= within.start));
        let end = self.offset(within.end, self.dropped.partition_point(|(at, _)| *at < within.end));
        start..end.max(start)
    }

    fn offset(&self, within: usize, drops_before: usize) -> usize {
        let missing = drops_before.checked_sub(1).map_or(0, |last| self.dropped[last].1);
        self.start + within + missing
    }
}

/// Splits a file into documents.
pub(crate) fn split(text: &Text, errors: &mut Vec<ReadError>) -> Vec<Document> {
    let content = &text.content;
    let mut documents = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in content.split_inclusive('\n') {
        let next = at + line.len();
        if let Some(rest) = line.strip_prefix("---") {
            check_separator(text, rest, next, errors);
            documents.extend(document(text, start..at, errors));
            start = next;
        }
        at = next;
    }
    documents.extend(document(text, start..at, errors));
    documents
}

fn check_separator(text: &Text, rest: &str, line_end: usize, errors: &mut Vec<ReadError>) {
    let said = rest.trim();
    if !said.is_empty() && !said.starts_with('#') {
        let start = line_end - rest.trim_start().len();
        let span = start..start + said.len();
        errors.push(Located::new(text, ReadProblem::Separator, span, "not a comment"));
    }
}

/// Returns the document in `range`, or nothing if it is empty or cannot be read at all.
fn document(text: &Text, range: Range<usize>, errors: &mut Vec<ReadError>) -> Option<Document> {
    let raw = &text.content[range.clone()];
    let unmarked = raw.strip_prefix('\u{FEFF}').unwrap_or(raw);
    let start = range.end - unmarked.len();
    if unmarked.trim().is_empty() {
        return control_character(text, unmarked, start, errors);
    }
    if let Some((at, problem)) = unmarked.char_indices().find_map(|(at, c)| refused(c).map(|p| (at, p))) {
        let span = start + at..start + at + unmarked[at..].chars().next().map_or(0, char::len_utf8);
        errors.push(Located::new(text, problem, span, "here"));
        return None;
    }
    Some(normalised(unmarked, start))
}

fn control_character<T>(text: &Text, blank: &str, start: usize, errors: &mut Vec<ReadError>) -> Option<T> {
    let found = blank.char_indices().find(|(_, c)| is_control(*c));
    if let Some((at, character)) = found {
        let problem = ReadProblem::ControlCharacter { code: character.into() };
        errors.push(Located::new(text, problem, start + at..start + at + 1, "here"));
    }
    None
}

fn refused(character: char) -> Option<ReadProblem> {
    let code = u32::from(character);
    match character {
        _ if is_control(character) => Some(ReadProblem::ControlCharacter { code }),
        '\u{85}' | '\u{2028}' | '\u{2029}' => Some(ReadProblem::InvisibleLineBreak { code }),
        _ => None,
    }
}

/// Returns whether go-yaml's reader refuses the character (go-yaml v2.4 `readerc.go`).
fn is_control(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{FFFD}' => false,
        other => u32::from(other) < 0x1_0000,
    }
}

/// Turns CR LF into LF, as kubectl's line reader does.
fn normalised(raw: &str, start: usize) -> Document {
    let mut content = String::with_capacity(raw.len());
    let mut dropped = Vec::new();
    let mut missing = 0;
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        let crlf = character == '\r' && characters.peek() == Some(&'\n');
        if crlf {
            missing += 1;
            dropped.push((content.len(), missing));
        } else {
            content.push(character);
        }
    }
    Document { content, start, dropped }
}
