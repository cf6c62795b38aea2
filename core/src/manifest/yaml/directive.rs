//! `%YAML` and `%TAG`. No other directive exists.

use super::cursor::Mark;
use super::scanner::Scanner;
use super::syntax::{Mistake, Scanned, Syntax};
use super::token::TokenKind;

const VERSION_DIGITS_MAX: usize = 2;

impl Scanner<'_> {
    pub(super) fn scan_directive(&mut self) -> Scanned<TokenKind> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let kind = match self.directive_name(start)?.as_str() {
            "YAML" => self.version(start)?,
            "TAG" => self.tag_directive(start)?,
            _ => return Err(self.not_a_directive(start)),
        };
        if !self.cursor.skip_rest_of_line() {
            return Err(self.not_a_directive(start));
        }
        self.cursor.skip_line();
        Ok(kind)
    }

    fn not_a_directive(&self, start: Mark) -> Mistake {
        Syntax::Directive.between(start, self.cursor.mark)
    }

    fn directive_name(&mut self, start: Mark) -> Scanned<String> {
        let mut name = String::new();
        while self.cursor.is_word() {
            self.cursor.take(&mut name);
        }
        if name.is_empty() || !self.cursor.is_space(0) {
            return Err(self.not_a_directive(start));
        }
        Ok(name)
    }

    fn version(&mut self, start: Mark) -> Scanned<TokenKind> {
        self.cursor.skip_blanks();
        let major = self.version_number(start)?;
        if !self.cursor.is(b'.') {
            return Err(self.not_a_directive(start));
        }
        self.cursor.skip();
        Ok(TokenKind::Version(major, self.version_number(start)?))
    }

    fn version_number(&mut self, start: Mark) -> Scanned<u8> {
        let mut digits = String::new();
        while self.cursor.byte(0).is_ascii_digit() && digits.len() < VERSION_DIGITS_MAX {
            self.cursor.take(&mut digits);
        }
        if self.cursor.byte(0).is_ascii_digit() {
            return Err(self.not_a_directive(start));
        }
        digits.parse().map_err(|_| self.not_a_directive(start))
    }

    fn tag_directive(&mut self, start: Mark) -> Scanned<TokenKind> {
        self.cursor.skip_blanks();
        let handle = self.tag_handle(start)?;
        let is_handle = handle == "!" || (handle.len() > 1 && handle.ends_with('!'));
        if !is_handle || !self.cursor.is_blank(0) {
            return Err(self.not_a_directive(start));
        }
        self.cursor.skip_blanks();
        let prefix = self.tag_uri("", start)?;
        if !self.cursor.is_space(0) {
            return Err(self.not_a_directive(start));
        }
        Ok(TokenKind::TagDirective(handle, prefix))
    }
}
