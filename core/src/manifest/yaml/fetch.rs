//! One token, chosen by the character it starts with.

use super::scanner::Scanner;
use super::syntax::{Scanned, Syntax};
use super::token::{Token, TokenKind};

impl Scanner<'_> {
    pub(super) fn fetch_token(&mut self) -> Scanned<()> {
        let flow = self.flow_level() > 0;
        let column = self.cursor.mark.column;
        match self.cursor.byte(0) {
            0 => self.fetch_stream_end(),
            b'%' if column == 0 => self.fetch_directive(),
            b'-' if self.cursor.is_indicator(b'-') => self.fetch_document_indicator(TokenKind::DocumentStart),
            b'.' if self.cursor.is_indicator(b'.') => self.fetch_document_indicator(TokenKind::DocumentEnd),
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if self.cursor.is_space(1) => self.fetch_block_entry(),
            b'?' if flow || self.cursor.is_space(1) => self.fetch_key(),
            b':' if flow || self.cursor.is_space(1) => self.fetch_value(),
            b'*' => self.fetch_anchor(TokenKind::Alias),
            b'&' => self.fetch_anchor(TokenKind::Anchor),
            b'!' => self.fetch_tag(),
            b'|' | b'>' if !flow => self.fetch_block_scalar(),
            b'\'' | b'"' => self.fetch_quoted_scalar(),
            _ if self.may_start_plain() => self.fetch_plain_scalar(),
            _ => Err(self.cannot_start()),
        }
    }

    fn may_start_plain(&self) -> bool {
        let flow = self.flow_level() > 0;
        match self.cursor.byte(0) {
            b'-' => !self.cursor.is_blank(1),
            b'?' | b':' => !flow && !self.cursor.is_space(1),
            byte => !b",[]{}#&*!|>'\"%@`".contains(&byte) && !self.cursor.is_space(0),
        }
    }

    fn cannot_start(&self) -> super::syntax::Mistake {
        let problem = match self.cursor.byte(0) {
            b'\t' => Syntax::TabIndent,
            byte => Syntax::CannotStart { sign: byte.into() },
        };
        problem.at_mark(self.cursor.mark)
    }

    fn fetch_stream_end(&mut self) -> Scanned<()> {
        self.cursor.end_last_line();
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        self.push(TokenKind::StreamEnd, self.cursor.mark);
        Ok(())
    }

    fn fetch_directive(&mut self) -> Scanned<()> {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let start = self.cursor.mark;
        let kind = self.scan_directive()?;
        self.push(kind, start);
        Ok(())
    }

    fn fetch_document_indicator(&mut self, kind: TokenKind) -> Scanned<()> {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let start = self.cursor.mark;
        for _ in 0..3 {
            self.cursor.skip();
        }
        self.push(kind, start);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Scanned<()> {
        self.save_key()?;
        self.increase_flow_level();
        self.key_allowed = true;
        self.fetch_sign(kind);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Scanned<()> {
        self.remove_key()?;
        self.decrease_flow_level();
        self.key_allowed = false;
        self.fetch_sign(kind);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Scanned<()> {
        self.remove_key()?;
        self.key_allowed = true;
        self.fetch_sign(TokenKind::FlowEntry);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Scanned<()> {
        self.open_block(TokenKind::BlockSequenceStart, Syntax::ItemNotAllowed)?;
        self.remove_key()?;
        self.key_allowed = true;
        self.fetch_sign(TokenKind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Scanned<()> {
        self.open_block(TokenKind::BlockMappingStart, Syntax::KeyNotAllowed)?;
        self.remove_key()?;
        self.key_allowed = self.flow_level() == 0;
        self.note_tight_indicator();
        self.fetch_sign(TokenKind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Scanned<()> {
        let level = self.flow_level();
        if self.is_key_valid(level)? {
            let key = &mut self.keys[level];
            let (number, mark) = (key.token_number, key.mark);
            key.possible = false;
            self.keys_by_token.remove(&number);
            self.insert(Token { kind: TokenKind::Key, start: mark, end: mark.at }, Some(number));
            self.roll_indent(TokenKind::BlockMappingStart, mark, Some(number));
            self.key_allowed = false;
        } else {
            self.open_block(TokenKind::BlockMappingStart, Syntax::ValueNotAllowed)?;
            self.key_allowed = level == 0;
            self.note_tight_indicator();
        }
        self.fetch_sign(TokenKind::Value);
        Ok(())
    }

    fn open_block(&mut self, kind: TokenKind, otherwise: Syntax) -> Scanned<()> {
        if self.flow_level() > 0 {
            return Ok(());
        }
        if !self.key_allowed {
            return Err(otherwise.at_mark(self.cursor.mark));
        }
        self.roll_indent(kind, self.cursor.mark, None);
        Ok(())
    }

    fn note_tight_indicator(&mut self) {
        if self.flow_level() > 0 && !self.cursor.is_space(1) {
            self.tight_indicators.push(self.cursor.mark.at);
        }
    }

    fn fetch_anchor(&mut self, kind: fn(String) -> TokenKind) -> Scanned<()> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.mark;
        let name = self.scan_anchor()?;
        self.push(kind(name), start);
        Ok(())
    }

    fn scan_anchor(&mut self) -> Scanned<String> {
        let start = self.cursor.mark;
        let mut name = String::new();
        self.cursor.skip();
        while self.cursor.is_word() {
            self.cursor.take(&mut name);
        }
        let ends = self.cursor.is_space(0) || b"?:,]}%@`".contains(&self.cursor.byte(0));
        if name.is_empty() || !ends {
            return Err(Syntax::AnchorName.between(start, self.cursor.mark));
        }
        Ok(name)
    }

    fn fetch_sign(&mut self, kind: TokenKind) {
        let start = self.cursor.mark;
        self.cursor.skip();
        self.push(kind, start);
    }
}
