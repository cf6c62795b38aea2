//! A place in a document's text, and what stands there.
//!
//! The text holds no U+0000, which therefore stands for its end.

/// A place in the text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    /// Offset in bytes.
    pub(super) at: usize,
    /// Offset in characters.
    pub(super) index: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Reads a text from its start to its end.
pub(super) struct Cursor<'a> {
    text: &'a str,
    pub(super) mark: Mark,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, mark: Mark::default() }
    }

    /// Returns the byte that stands `ahead` bytes further on; zero behind the end.
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.mark.at + ahead).copied().unwrap_or(0)
    }

    pub(super) fn is(&self, byte: u8) -> bool {
        self.byte(0) == byte
    }

    pub(super) fn is_end(&self) -> bool {
        self.is(0)
    }

    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), b' ' | b'\t')
    }

    /// Returns whether a line ends there: YAML 1.1 knows five ends of a line.
    pub(super) fn is_break(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            b'\r' | b'\n' => true,
            0xC2 => self.byte(ahead + 1) == 0x85,
            0xE2 => self.byte(ahead + 1) == 0x80 && matches!(self.byte(ahead + 2), 0xA8 | 0xA9),
            _ => false,
        }
    }

    pub(super) fn is_break_or_end(&self) -> bool {
        self.is_break(0) || self.is_end()
    }

    /// Returns whether a blank, the end of a line or the end of the text stands there.
    pub(super) fn is_space(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break(ahead) || self.byte(ahead) == 0
    }

    /// Returns whether a character of a name stands there: of an anchor, a handle, a directive.
    pub(super) fn is_word(&self) -> bool {
        self.byte(0).is_ascii_alphanumeric() || matches!(self.byte(0), b'_' | b'-')
    }

    /// Returns whether `---` or `...` stands alone at the start of this line.
    pub(super) fn is_document_indicator(&self) -> bool {
        self.is_indicator(b'-') || self.is_indicator(b'.')
    }

    pub(super) fn is_indicator(&self, byte: u8) -> bool {
        self.mark.column == 0 && (0..3).all(|ahead| self.byte(ahead) == byte) && self.is_space(3)
    }

    pub(super) fn skip(&mut self) {
        self.mark.at += self.width();
        self.mark.index += 1;
        self.mark.column += 1;
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank(0) {
            self.skip();
        }
    }

    /// Skips blanks and a comment, and returns whether the line ends there.
    pub(super) fn skip_rest_of_line(&mut self) -> bool {
        self.skip_blanks();
        self.skip_comment();
        self.is_break_or_end()
    }

    pub(super) fn skip_comment(&mut self) {
        if self.is(b'#') {
            while !self.is_break_or_end() {
                self.skip();
            }
        }
    }

    pub(super) fn skip_line(&mut self) {
        self.take_line(&mut String::new());
    }

    pub(super) fn take(&mut self, into: &mut String) {
        let start = self.mark.at;
        self.skip();
        into.push_str(&self.text[start..self.mark.at]);
    }

    /// Takes the end of a line. All but U+2028 and U+2029 become LF.
    pub(super) fn take_line(&mut self, into: &mut String) {
        let start = self.mark.at;
        match self.byte(0) {
            b'\r' if self.byte(1) == b'\n' => self.end_line(2, 2),
            _ if self.is_break(0) => self.end_line(self.width(), 1),
            _ => return,
        }
        match self.text.as_bytes()[start] {
            0xE2 => into.push_str(&self.text[start..self.mark.at]),
            _ => into.push('\n'),
        }
    }

    /// Ends the last line where the text does not.
    pub(super) fn end_last_line(&mut self) {
        if self.mark.column != 0 {
            self.end_line(0, 0);
        }
    }

    fn end_line(&mut self, bytes: usize, characters: usize) {
        self.mark.at += bytes;
        self.mark.index += characters;
        self.mark.line += 1;
        self.mark.column = 0;
    }

    fn width(&self) -> usize {
        match self.byte(0) {
            0..0x80 => 1,
            0x80..0xE0 => 2,
            0xE0..0xF0 => 3,
            _ => 4,
        }
    }
}
