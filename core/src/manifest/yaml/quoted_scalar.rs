//! Texts in quotes.

use super::cursor::Mark;
use super::gap::Gap;
use super::scanner::Scanner;
use super::syntax::{Mistake, Scanned, Syntax};
use super::token::{Quoting, TokenKind};

impl Scanner<'_> {
    pub(super) fn fetch_quoted_scalar(&mut self) -> Scanned<()> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.mark;
        let text = self.scan_quoted(start)?;
        self.push(TokenKind::Scalar(text, Quoting::Quoted), start);
        Ok(())
    }

    fn scan_quoted(&mut self, start: Mark) -> Scanned<String> {
        let quote = self.cursor.byte(0);
        let mut text = String::new();
        self.cursor.skip();
        loop {
            if self.cursor.is_document_indicator() {
                return Err(Syntax::QuoteIndicator.at_mark(self.cursor.mark));
            }
            if self.cursor.is_end() {
                return Err(Syntax::QuoteWithoutEnd.at_mark(start));
            }
            let mut gap = Gap::default();
            gap.broken = self.quoted_word(quote, &mut text)?;
            if self.cursor.is(quote) {
                self.cursor.skip();
                return Ok(text);
            }
            while self.cursor.is_blank(0) || self.cursor.is_break(0) {
                gap.take(&mut self.cursor);
            }
            gap.fold(&mut text);
        }
    }

    /// Takes characters up to a blank, a line's end or the closing quote.
    /// Returns whether it stopped at a line's end that a backslash takes away.
    fn quoted_word(&mut self, quote: u8, text: &mut String) -> Scanned<bool> {
        while !self.cursor.is_space(0) {
            let byte = self.cursor.byte(0);
            if byte == quote && (quote == b'"' || self.cursor.byte(1) != quote) {
                return Ok(false);
            }
            if byte == quote {
                self.cursor.skip();
                self.cursor.take(text);
            } else if byte == b'\\' && quote == b'"' {
                if self.cursor.is_break(1) {
                    self.cursor.skip();
                    self.cursor.skip_line();
                    return Ok(true);
                }
                self.escape(text)?;
            } else {
                self.cursor.take(text);
            }
        }
        Ok(false)
    }

    fn escape(&mut self, text: &mut String) -> Scanned<()> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let mut letter = String::new();
        if !self.cursor.is_end() {
            self.cursor.take(&mut letter);
        }
        let character = match letter.as_str() {
            "0" => '\0',
            "a" => '\x07',
            "b" => '\x08',
            "t" | "\t" => '\t',
            "n" => '\n',
            "v" => '\x0B',
            "f" => '\x0C',
            "r" => '\r',
            "e" => '\x1B',
            " " => ' ',
            "\"" => '"',
            "'" => '\'',
            "\\" => '\\',
            "N" => '\u{85}',
            "_" => '\u{A0}',
            "L" => '\u{2028}',
            "P" => '\u{2029}',
            "x" => self.code_point(2, start)?,
            "u" => self.code_point(4, start)?,
            "U" => self.code_point(8, start)?,
            _ => return Err(self.unknown_escape(start, &letter)),
        };
        text.push(character);
        Ok(())
    }

    fn code_point(&mut self, digits: usize, start: Mark) -> Scanned<char> {
        let mut written = String::new();
        while written.len() < digits && self.cursor.byte(0).is_ascii_hexdigit() {
            self.cursor.take(&mut written);
        }
        let code = u32::from_str_radix(&written, 16).ok().filter(|_| written.len() == digits);
        let kind = match digits {
            2 => "x",
            4 => "u",
            _ => "U",
        };
        code.and_then(char::from_u32).ok_or_else(|| self.unknown_escape(start, &format!("{kind}{written}")))
    }

    fn unknown_escape(&self, start: Mark, letters: &str) -> Mistake {
        let escape = format!("\\{letters}");
        Syntax::Escape { escape }.between(start, self.cursor.mark)
    }
}
