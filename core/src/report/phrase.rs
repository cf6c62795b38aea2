//! A sentence whose names are told apart from its words, so that each surface can show it safely. Adds no words.

use super::escape;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Strong(String),
    Name(String),
}

/// A sentence, or a part of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Phrase(Vec<Piece>);

impl Phrase {
    /// Reads text in which names stand between backticks.
    pub(crate) fn read(text: &str) -> Self {
        let parts: Vec<&str> = text.split('`').collect();
        if parts.len().is_multiple_of(2) || text.contains("``") {
            return Self::default().words(text);
        }
        let mut phrase = Self::default();
        for (at, part) in parts.into_iter().enumerate().filter(|(_, part)| !part.is_empty()) {
            phrase = if at % 2 == 0 { phrase.words(part) } else { phrase.name(part) };
        }
        phrase
    }

    /// Adds words.
    pub(crate) fn words(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Words(text.into()));
        self
    }

    /// Adds words that stand out.
    pub(crate) fn strong(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Strong(text.into()));
        self
    }

    /// Adds a name.
    pub(crate) fn name(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Name(text.into()));
        self
    }

    /// Adds another phrase.
    pub(crate) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Adds a list: "a, b and c".
    pub(crate) fn list(mut self, items: Vec<Self>) -> Self {
        let last = items.len().saturating_sub(1);
        for (at, item) in items.into_iter().enumerate() {
            self = match at {
                0 => self,
                at if at == last => self.words(" and "),
                _ => self.words(", "),
            };
            self = self.then(item);
        }
        self
    }

    /// Returns the phrase with a capital letter and a full stop.
    pub(crate) fn sentence(mut self) -> Self {
        if let Some(Piece::Words(first) | Piece::Strong(first)) = self.0.first_mut() {
            *first = capital(first);
        }
        if self.plain().ends_with(['.', '?']) { self } else { self.words(".") }
    }

    /// Returns whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns it for a terminal.
    pub(crate) fn plain(&self) -> String {
        self.shown(escape::line, escape::line, |name| format!("`{}`", escape::line(name)))
    }

    /// Returns it for Markdown.
    pub(crate) fn markdown(&self) -> String {
        self.shown(escape::words, |text| format!("**{}**", escape::words(text.trim())), escape::code)
    }

    /// Returns it for HTML within Markdown.
    pub(crate) fn html(&self) -> String {
        self.shown(escape::html, |text| format!("<b>{}</b>", escape::html(text)), escape::html_code)
    }

    fn shown(&self, words: fn(&str) -> String, strong: fn(&str) -> String, name: fn(&str) -> String) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Words(text) => words(text),
            Piece::Strong(text) => strong(text),
            Piece::Name(text) => name(text),
        };
        self.0.iter().map(piece).collect()
    }
}

/// Returns the text with its first letter as a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
