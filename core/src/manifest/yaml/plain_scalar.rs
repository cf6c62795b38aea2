//! Texts without quotes.

use super::gap::Gap;
use super::scanner::Scanner;
use super::syntax::{Scanned, Syntax};
use super::token::{Quoting, Token, TokenKind};

impl Scanner<'_> {
    pub(super) fn fetch_plain_scalar(&mut self) -> Scanned<()> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.mark;
        let mut end = start.at;
        let mut text = String::new();
        let mut gap = Gap::default();
        while !self.cursor.is_document_indicator() && !self.cursor.is(b'#') {
            while !self.cursor.is_space(0) && !self.ends_plain() {
                if gap.is_open() {
                    gap.fold(&mut text);
                }
                self.cursor.take(&mut text);
                end = self.cursor.mark.at;
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break(0) {
                break;
            }
            self.plain_gap(&mut gap)?;
            if self.flow_level() == 0 && self.cursor.mark.column.cast_signed() <= self.indent {
                break;
            }
        }
        if gap.broken {
            self.key_allowed = true;
        }
        self.tokens.push_back(Token { kind: TokenKind::Scalar(text, Quoting::Plain), start, end });
        Ok(())
    }

    fn ends_plain(&self) -> bool {
        let byte = self.cursor.byte(0);
        byte == b':' && self.cursor.is_space(1) || self.flow_level() > 0 && b",?[]{}".contains(&byte)
    }

    fn plain_gap(&mut self, gap: &mut Gap) -> Scanned<()> {
        while self.cursor.is_blank(0) || self.cursor.is_break(0) {
            let shallow = self.cursor.mark.column.cast_signed() <= self.indent;
            if gap.broken && shallow && self.cursor.is(b'\t') {
                return Err(Syntax::PlainTab.at_mark(self.cursor.mark));
            }
            gap.take(&mut self.cursor);
        }
        Ok(())
    }
}
