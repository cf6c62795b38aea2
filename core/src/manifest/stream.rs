//! A file as documents, split where kubectl splits it.
//!
//! kubectl splits text before YAML sees it: a line that starts with `---` ends a document,
//! even inside a block scalar (apimachinery `util/yaml/decoder.go`, `YAMLReader`).

use std::ops::Range;

use super::Compat;
use super::limits::DOCUMENTS_MAX;
use super::located::Located;
use super::problem::{ReadError, ReadProblem};
use super::source::Text;

/// The text of one document, and where it stands in its file.
#[derive(Debug)]
pub(crate) struct Document {
    /// What the parser reads: line ends are LF, also behind the last line.
    pub(crate) content: String,
    start: usize,
    /// Bytes of the file that it stands for.
    length: usize,
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
        self.start + (within + missing).min(self.length)
    }
}

/// Splits what stands behind `from` into documents.
pub(crate) fn split(text: &Text, from: usize, mode: Compat, errors: &mut Vec<ReadError>) -> Vec<Document> {
    let mut documents = Vec::new();
    let mut start = from;
    let mut at = from;
    for line in text.content[from..].split_inclusive('\n') {
        let next = at + line.len();
        if let Some(rest) = line.strip_prefix("---") {
            check_separator(text, rest, next, errors);
            if documents.len() == DOCUMENTS_MAX {
                errors.push(Located::new(text, ReadProblem::TooManyDocuments, at..at + 3, "one too many"));
                return Vec::new();
            }
            // A separator that ends no document is part of the next one.
            if at > start {
                documents.extend(document(text, start..at, mode, errors));
                start = next;
            }
        }
        at = next;
    }
    documents.extend(document(text, start..at, mode, errors));
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
fn document(text: &Text, range: Range<usize>, mode: Compat, errors: &mut Vec<ReadError>) -> Option<Document> {
    let raw = &text.content[range.clone()];
    let unmarked = raw.strip_prefix('\u{FEFF}').unwrap_or(raw);
    let start = range.end - unmarked.len();
    let refused = unmarked.char_indices().find_map(|(at, c)| Some((at, c, refused(at, c, mode)?)));
    if let Some((at, character, problem)) = refused {
        let span = start + at..start + at + character.len_utf8();
        errors.push(Located::new(text, problem, span, "here"));
        return None;
    }
    (!unmarked.is_empty()).then(|| normalised(unmarked, start))
}

fn refused(at: usize, character: char, mode: Compat) -> Option<ReadProblem> {
    let code = u32::from(character);
    match character {
        _ if is_control(character) => Some(ReadProblem::ControlCharacter { code }),
        // Behind a second mark kubectl drops the first character of each line.
        '\u{FEFF}' if at == 0 => Some(ReadProblem::ControlCharacter { code }),
        '\u{85}' | '\u{2028}' | '\u{2029}' if mode == Compat::Strict => Some(ReadProblem::InvisibleLineBreak { code }),
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

/// Turns CR LF into LF and ends the last line, as kubectl's line reader does.
fn normalised(raw: &str, start: usize) -> Document {
    let mut content = String::with_capacity(raw.len() + 1);
    let mut dropped = Vec::new();
    for (missing, line) in raw.split("\r\n").enumerate() {
        if missing > 0 {
            dropped.push((content.len(), missing));
            content.push('\n');
        }
        content.push_str(line);
    }
    if !content.ends_with('\n') {
        content.push('\n');
    }
    Document { content, start, length: raw.len(), dropped }
}
