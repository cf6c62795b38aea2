//! Tags: `!!str`, `!local`, `!<tag:yaml.org,2002:str>`.

use super::cursor::Mark;
use super::scanner::Scanner;
use super::syntax::{Scanned, Syntax};
use super::token::TokenKind;

impl Scanner<'_> {
    pub(super) fn fetch_tag(&mut self) -> Scanned<()> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.mark;
        let (handle, suffix) = self.scan_tag(start)?;
        if !self.cursor.is_space(0) {
            return Err(Syntax::Tag.between(start, self.cursor.mark));
        }
        self.push(TokenKind::Tag(handle, suffix), start);
        Ok(())
    }

    fn scan_tag(&mut self, start: Mark) -> Scanned<(String, Vec<u8>)> {
        if self.cursor.byte(1) == b'<' {
            return self.verbatim_tag(start);
        }
        let handle = self.tag_handle(start)?;
        if handle.len() > 1 && handle.ends_with('!') {
            let suffix = self.tag_uri("", start)?;
            return Ok((handle, suffix));
        }
        let suffix = self.tag_uri(&handle, start)?;
        if suffix.is_empty() {
            return Ok((String::new(), b"!".to_vec()));
        }
        Ok(("!".to_owned(), suffix))
    }

    fn verbatim_tag(&mut self, start: Mark) -> Scanned<(String, Vec<u8>)> {
        self.cursor.skip();
        self.cursor.skip();
        let suffix = self.tag_uri("", start)?;
        if !self.cursor.is(b'>') {
            return Err(Syntax::Tag.between(start, self.cursor.mark));
        }
        self.cursor.skip();
        Ok((String::new(), suffix))
    }

    pub(super) fn tag_handle(&mut self, start: Mark) -> Scanned<String> {
        if !self.cursor.is(b'!') {
            return Err(Syntax::Tag.between(start, self.cursor.mark));
        }
        let mut handle = String::new();
        self.cursor.take(&mut handle);
        while self.cursor.is_word() {
            self.cursor.take(&mut handle);
        }
        if self.cursor.is(b'!') {
            self.cursor.take(&mut handle);
        }
        Ok(handle)
    }

    /// Reads a URI of which `head` has been read already, `!` included.
    pub(super) fn tag_uri(&mut self, head: &str, start: Mark) -> Scanned<Vec<u8>> {
        let mut uri = head.get(1..).unwrap_or("").to_owned().into_bytes();
        let mut is_tag = !head.is_empty();
        while self.cursor.is_word() || b";/?:@&=+$,.!~*'()[]%".contains(&self.cursor.byte(0)) && !self.cursor.is_end() {
            if self.cursor.is(b'%') {
                self.uri_escape(&mut uri, start)?;
            } else {
                uri.push(self.cursor.byte(0));
                self.cursor.skip();
            }
            is_tag = true;
        }
        if is_tag { Ok(uri) } else { Err(Syntax::Tag.between(start, self.cursor.mark)) }
    }

    /// Reads the octets of one character, each written as `%` and two digits.
    fn uri_escape(&mut self, uri: &mut Vec<u8>, start: Mark) -> Scanned<()> {
        let first = self.octet(start)?;
        let octets = match first {
            0..0x80 => 1,
            0xC0..0xE0 => 2,
            0xE0..0xF0 => 3,
            0xF0..0xF8 => 4,
            _ => return Err(Syntax::Tag.between(start, self.cursor.mark)),
        };
        uri.push(first);
        for _ in 1..octets {
            let next = self.octet(start)?;
            if next & 0xC0 != 0x80 {
                return Err(Syntax::Tag.between(start, self.cursor.mark));
            }
            uri.push(next);
        }
        Ok(())
    }

    fn octet(&mut self, start: Mark) -> Scanned<u8> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (high, low) = (digit(self.cursor.byte(1)), digit(self.cursor.byte(2)));
        let (b'%', Some(high), Some(low)) = (self.cursor.byte(0), high, low) else {
            return Err(Syntax::Tag.between(start, self.cursor.mark));
        };
        for _ in 0..3 {
            self.cursor.skip();
        }
        Ok(high << 4 | low)
    }
}
