//! Lines of a text that goes on over several lines, in quotes or without.

use super::cursor::Cursor;

/// The blanks and line ends since the last character of a text.
#[derive(Default)]
pub(super) struct Gap {
    blanks: String,
    first_break: String,
    more_breaks: String,
    /// Whether a line has ended.
    pub(super) broken: bool,
}

impl Gap {
    pub(super) fn is_open(&self) -> bool {
        self.broken || !self.blanks.is_empty()
    }

    /// Takes a blank or the end of a line. Blanks around the end of a line are dropped.
    pub(super) fn take(&mut self, cursor: &mut Cursor<'_>) {
        if cursor.is_blank(0) && self.broken {
            cursor.skip();
        } else if cursor.is_blank(0) {
            cursor.take(&mut self.blanks);
        } else if self.broken {
            cursor.take_line(&mut self.more_breaks);
        } else {
            self.blanks.clear();
            cursor.take_line(&mut self.first_break);
            self.broken = true;
        }
    }

    /// Writes what the gap means: its blanks, one blank for one line end, or all line ends but the first.
    pub(super) fn fold(&mut self, into: &mut String) {
        if !self.broken {
            into.push_str(&self.blanks);
        } else if self.first_break.starts_with('\n') {
            into.push_str(if self.more_breaks.is_empty() { " " } else { &self.more_breaks });
        } else {
            into.push_str(&self.first_break);
            into.push_str(&self.more_breaks);
        }
        *self = Self::default();
    }
}
