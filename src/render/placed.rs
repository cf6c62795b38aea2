//! What a program says of one place in a file of the commit, with the lines there. Shows no line that may hold a secret.

use landfall_core::diff::redact::Redactor;
use landfall_core::manifest::mentions_secret;
use miette::{NamedSource, SourceSpan};

use super::contents::Contents;

/// A place as programs write it: `a.yaml:3`, `a.yaml:3:7`, and in Jsonnet `a.jsonnet:3:7-9` or `a.jsonnet:(3:1)-(4:2)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: String,
    line: usize,
    /// Columns counted from one, the last one included.
    columns: Option<(usize, usize)>,
}

/// An error at a place.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{place}: {why}")]
#[diagnostic(code(render::tool), help("{help}"))]
pub(crate) struct Placed {
    place: String,
    why: String,
    help: String,
    #[source_code]
    text: NamedSource<String>,
    #[label("here")]
    at: Option<SourceSpan>,
}

impl Place {
    /// Reads the place that a text begins with, and returns what follows it.
    pub(super) fn read(text: &str) -> Option<(Self, &str)> {
        let (path, rest) = text.split_once(':')?;
        let place = |line, columns| Self { path: path.to_owned(), line, columns };
        if let Some((start, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(")-(")) {
            let (line, column) = start.split_once(':')?;
            let column = column.parse().ok()?;
            return Some((place(line.parse().ok()?, Some((column, column))), after.split_once(')')?.1));
        }
        let (line, rest) = number(rest)?;
        let Some((first, rest)) = rest.strip_prefix(':').and_then(number) else {
            return Some((place(line, None), rest));
        };
        let (last, rest) = rest.strip_prefix('-').and_then(number).unwrap_or((first, rest));
        Some((place(line, Some((first, last))), rest))
    }

    /// Moves the columns of a program that counts them from zero.
    pub(super) fn counted_from_zero(mut self) -> Self {
        self.columns = self.columns.map(|(first, last)| (first + 1, last + 1));
        self
    }

    /// Makes an error of what a program says here. `quoted` is what it quotes of the line.
    pub(super) fn error(
        &self,
        why: &str,
        help: String,
        quoted: &str,
        (contents, safe): (&Contents, &Redactor),
    ) -> Placed {
        let Self { path, line, columns } = self;
        let place = columns.map_or_else(|| format!("{path}:{line}"), |(first, _)| format!("{path}:{line}:{first}"));
        let text =
            contents.file(path).map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).unwrap_or_default();
        let is_shown = !mentions_secret(&text) && safe.text(&text) == text;
        let at = self.span(&text, quoted).filter(|_| is_shown);
        Placed { place, why: why.to_owned(), help, text: NamedSource::new(path, text), at }
    }

    fn span(&self, text: &str, quoted: &str) -> Option<SourceSpan> {
        let start: usize = text.split_inclusive('\n').take(self.line.checked_sub(1)?).map(str::len).sum();
        let line = text.get(start..)?.lines().next()?;
        if let Some(at) = line.find(quoted).filter(|_| !quoted.is_empty()) {
            return Some((start + at, quoted.len()).into());
        }
        let indent = line.len() - line.trim_start().len();
        let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        let (from, to) = match self.columns {
            Some((first, last)) => (byte(first.saturating_sub(1)), byte(last)),
            None => (indent, line.trim_end().len()),
        };
        Some((start + from, to.saturating_sub(from)).into())
    }
}

fn number(text: &str) -> Option<(usize, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_every_program_writes_it() {
        let read = |text| Place::read(text).map(|(place, rest)| (place.line, place.columns, rest));
        assert_eq!(read("a.yaml:3: no"), Some((3, None, ": no")));
        assert_eq!(read("a.yaml:3:7: no"), Some((3, Some((7, 7)), ": no")));
        assert_eq!(read("a.jsonnet:3:7-9 no"), Some((3, Some((7, 9)), " no")));
        assert_eq!(read("a.jsonnet:(3:1)-(4:2)\tno"), Some((3, Some((1, 1)), "\tno")));
        assert_eq!(read("accumulating resources: no"), None);
    }
}
