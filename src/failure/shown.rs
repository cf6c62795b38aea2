//! The lines that an error points at, as people read them. What the title above them says is not said again.

use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

/// Columns of rendered errors: what a CI log and a comment show without wrapping.
const COLUMNS: usize = 110;

/// How the first line of an excerpt begins.
const FRAME: char = '╭';

/// How the line begins that says the next step.
const HELP: &str = "help: ";

/// Returns a diagnostic as people read it, without colour.
pub(crate) fn rendered(error: &dyn Diagnostic) -> String {
    let mut out = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(COLUMNS);
    match handler.render_report(&mut out, error) {
        Ok(()) => out,
        Err(_) => error.to_string(),
    }
}

/// An error, and the text that it is about where another one has that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) error: &'a dyn Diagnostic,
    pub(super) whole: &'a dyn Diagnostic,
}

impl Part<'_> {
    /// Returns the lines of an error below a title that says it, with nothing else. Empty when it points at no text.
    pub(super) fn excerpt(self) -> String {
        let text = rendered(&Shown { part: self, message: String::new() });
        let lines = text.lines().skip_while(|line| !line.contains(FRAME));
        let lines = lines.take_while(|line| !line.trim_start().starts_with(HELP));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Returns the message of an error, its lines and its next step.
    fn all(self) -> String {
        let text = rendered(&Shown { part: self, message: self.message() });
        text.trim_matches('\n').to_owned() + "\n"
    }

    /// Returns the message of an error, without its place where the lines have that.
    fn message(self) -> String {
        let message = self.error.to_string();
        let Some(place) = self.place() else { return message };
        let rest = message.strip_prefix(&place).and_then(|rest| rest.strip_prefix(':'));
        let rest = rest.map(|rest| rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ':'));
        rest.map_or(message.as_str(), str::trim_start).to_owned()
    }

    /// Returns the name of the file that is shown.
    fn place(self) -> Option<String> {
        let label = self.error.labels()?.next()?;
        self.source()?.read_span(label.inner(), 0, 0).ok()?.name().map(str::to_owned)
    }

    fn source(&self) -> Option<&dyn SourceCode> {
        self.error.source_code().or_else(|| self.whole.source_code())
    }
}

/// Returns several errors below each other.
pub(super) fn list(parts: &[Part<'_>]) -> String {
    parts.iter().map(|part| part.all()).collect::<Vec<_>>().join("\n")
}

/// An error without its code, and with another message.
#[derive(Debug)]
struct Shown<'a> {
    part: Part<'a>,
    message: String,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.part.error.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.part.source()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.part.error.labels()
    }
}
