//! Texts below `|` and `>`.

use super::cursor::Mark;
use super::scanner::Scanner;
use super::syntax::{Scanned, Syntax};
use super::token::{Quoting, Token, TokenKind};

/// What becomes of the line ends behind the last line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

struct Header {
    literal: bool,
    chomping: Chomping,
    increment: Option<u8>,
}

impl Scanner<'_> {
    pub(super) fn fetch_block_scalar(&mut self) -> Scanned<()> {
        self.remove_key()?;
        self.key_allowed = true;
        let start = self.cursor.mark;
        let header = self.block_header(start)?;
        let (text, end) = self.block_lines(&header)?;
        self.tokens.push_back(Token { kind: TokenKind::Scalar(text, Quoting::Quoted), start, end });
        Ok(())
    }

    fn block_header(&mut self, start: Mark) -> Scanned<Header> {
        let literal = self.cursor.is(b'|');
        self.cursor.skip();
        let mut chomping = self.chomping();
        let increment = self.increment(start)?;
        if chomping.is_none() && increment.is_some() {
            chomping = self.chomping();
        }
        if !self.cursor.skip_rest_of_line() {
            return Err(Syntax::BlockHeader.at_mark(self.cursor.mark));
        }
        self.cursor.skip_line();
        Ok(Header { literal, chomping: chomping.unwrap_or(Chomping::Clip), increment })
    }

    fn chomping(&mut self) -> Option<Chomping> {
        let chomping = match self.cursor.byte(0) {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return None,
        };
        self.cursor.skip();
        Some(chomping)
    }

    fn increment(&mut self, start: Mark) -> Scanned<Option<u8>> {
        let byte = self.cursor.byte(0);
        if byte == b'0' {
            return Err(Syntax::BlockIndent.between(start, self.cursor.mark));
        }
        if !byte.is_ascii_digit() {
            return Ok(None);
        }
        self.cursor.skip();
        Ok(Some(byte - b'0'))
    }

    /// Returns the text and where its last line ends.
    fn block_lines(&mut self, header: &Header) -> Scanned<(String, usize)> {
        let mut text = String::new();
        let mut line_end = String::new();
        let mut empty_lines = String::new();
        let mut after_blank = false;
        let mut end = self.cursor.mark.at;
        let indent = self.block_indent(header, &mut empty_lines)?;
        while self.cursor.mark.column == indent && !self.cursor.is_end() {
            let blank = self.cursor.is_blank(0);
            if !header.literal && !after_blank && !blank && line_end.starts_with('\n') {
                text.push_str(if empty_lines.is_empty() { " " } else { "" });
            } else {
                text.push_str(&line_end);
            }
            line_end.clear();
            text.push_str(&empty_lines);
            empty_lines.clear();
            after_blank = blank;
            while !self.cursor.is_break_or_end() {
                self.cursor.take(&mut text);
            }
            end = self.cursor.mark.at;
            self.cursor.take_line(&mut line_end);
            self.block_breaks(Some(indent), &mut empty_lines)?;
        }
        if header.chomping != Chomping::Strip {
            text.push_str(&line_end);
        }
        if header.chomping == Chomping::Keep {
            text.push_str(&empty_lines);
        }
        Ok((text, end))
    }

    /// Reads the empty lines in front of the text, and returns its indentation.
    fn block_indent(&mut self, header: &Header, empty_lines: &mut String) -> Scanned<usize> {
        let outer = usize::try_from(self.indent).ok();
        let given = header.increment.map(|increment| outer.unwrap_or(0) + usize::from(increment));
        let deepest = self.block_breaks(given, empty_lines)?;
        Ok(given.unwrap_or_else(|| deepest.max(outer.map_or(1, |outer| outer + 1))))
    }

    /// Reads empty lines, and returns the deepest column that their blanks reach.
    fn block_breaks(&mut self, indent: Option<usize>, breaks: &mut String) -> Scanned<usize> {
        let mut deepest = 0;
        loop {
            let inside = |column: usize| indent.is_none_or(|indent| column < indent);
            while inside(self.cursor.mark.column) && self.cursor.is(b' ') {
                self.cursor.skip();
            }
            deepest = deepest.max(self.cursor.mark.column);
            if inside(self.cursor.mark.column) && self.cursor.is(b'\t') {
                return Err(Syntax::BlockTab.at_mark(self.cursor.mark));
            }
            if !self.cursor.is_break(0) {
                return Ok(deepest);
            }
            self.cursor.take_line(breaks);
        }
    }
}
