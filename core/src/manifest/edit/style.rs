//! How a text is written where another one stood: with its quotes, and with others only where it must.

use std::ops::Range;

use super::super::print::{is_plain, json_text};

/// How texts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As what stood there, where the text can be written so.
    AsBefore,
    /// In double quotes.
    Quoted,
}

/// Returns which bytes are replaced, and by what.
pub(super) fn written(content: &str, span: &Range<usize>, text: &str, style: Style) -> (Range<usize>, String) {
    let old = &content[span.clone()];
    let new = match (style, old.chars().next()) {
        (Style::AsBefore, Some('\'')) if is_printable(text) => format!("'{}'", text.replace('\'', "''")),
        (Style::AsBefore, first) if first != Some('"') && is_plain(text) => text.to_owned(),
        _ => json_text(&text.into()),
    };
    match old.chars().next() {
        None => beside(content, span.start, &new),
        Some('|' | '>') => (span.clone(), on_the_line_of(old, &new)),
        Some(_) => (span.clone(), new),
    }
}

/// Puts a value where nothing stands: behind the sign that asks for one.
fn beside(content: &str, at: usize, new: &str) -> (Range<usize>, String) {
    let at = content[..at].trim_end().len();
    let is_apart = content[at..].starts_with(|next: char| next.is_whitespace() || ",]}".contains(next));
    let behind = if is_apart || at == content.len() { "" } else { " " };
    (at..at, format!(" {new}{behind}"))
}

/// Puts a value in place of a block's sign, keeps the comment beside it, and drops the lines.
fn on_the_line_of(block: &str, new: &str) -> String {
    let signs = block.find(|sign: char| !"|>+-0123456789".contains(sign)).unwrap_or(block.len());
    let line = block.find('\n').map_or(block.len(), |at| at + 1);
    let rest = &block[signs..line];
    let rest = if block.ends_with('\n') { rest } else { rest.trim_end_matches(['\r', '\n']) };
    format!("{new}{rest}")
}

/// Whether a text can stand on one line between single quotes.
fn is_printable(text: &str) -> bool {
    let escaped = json_text(&text.into());
    let unescaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    escaped[1..escaped.len() - 1] == unescaped
}
