//! Colours for a terminal. Does not decide whether there is one: the caller says.

/// Whether the text may carry colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    Never,
    /// ANSI colours.
    Always,
}

/// A colour or weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Bold,
    Red,
    Green,
    Yellow,
    Cyan,
}

impl Color {
    /// Returns the text in a colour, where colours may be.
    pub(crate) fn paint(self, ink: Ink, text: &str) -> String {
        match (self, ink.code()) {
            (Self::Always, Some(code)) => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            (Self::Always, None) | (Self::Never, _) => text.to_owned(),
        }
    }
}

impl Ink {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Bold => Some("1"),
            Self::Red => Some("31"),
            Self::Green => Some("32"),
            Self::Yellow => Some("33"),
            Self::Cyan => Some("36"),
        }
    }
}
