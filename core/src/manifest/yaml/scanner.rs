//! The queue of tokens, filled as far as the parser looks, and the indentation that opens and closes blocks.

use std::collections::{BTreeMap, VecDeque};

use super::cursor::{Cursor, Mark};
use super::simple_key::SimpleKey;
use super::syntax::Scanned;
use super::token::{Token, TokenKind};

pub(super) struct Scanner<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) tokens: VecDeque<Token>,
    /// How many tokens the parser has taken.
    pub(super) parsed: usize,
    available: bool,
    started: bool,
    /// Column of the innermost block; -1 outside of all.
    pub(super) indent: isize,
    indents: Vec<isize>,
    /// One for each level of flow collections, and one for the block around them.
    pub(super) keys: Vec<SimpleKey>,
    pub(super) keys_by_token: BTreeMap<usize, usize>,
    pub(super) key_allowed: bool,
    /// Where `?` or `:` inside a flow collection is an indicator although no blank follows.
    pub(super) tight_indicators: Vec<usize>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            cursor: Cursor::new(text),
            tokens: VecDeque::new(),
            parsed: 0,
            available: false,
            started: false,
            indent: -1,
            indents: Vec::new(),
            keys: vec![SimpleKey::default()],
            keys_by_token: BTreeMap::new(),
            key_allowed: true,
            tight_indicators: Vec::new(),
        }
    }

    /// Returns the next token without taking it.
    pub(super) fn peek(&mut self) -> Scanned<&mut Token> {
        if !self.available {
            self.fetch_more()?;
        }
        Ok(&mut self.tokens[0])
    }

    pub(super) fn take(&mut self) -> Scanned<Token> {
        self.peek()?;
        self.available = false;
        self.parsed += 1;
        Ok(self.tokens.pop_front().expect("peek leaves a token in the queue"))
    }

    pub(super) fn flow_level(&self) -> usize {
        self.keys.len() - 1
    }

    pub(super) fn is_at_indent(&self) -> bool {
        self.indent == column(self.cursor.mark)
    }

    /// Opens a block if this column is deeper than the current one.
    /// Its token goes in front of token `number`, where there is one.
    pub(super) fn roll_indent(&mut self, kind: TokenKind, mark: Mark, number: Option<usize>) {
        if self.flow_level() == 0 && self.indent < column(mark) {
            self.indents.push(self.indent);
            self.indent = column(mark);
            self.insert(Token { kind, start: mark, end: mark.at }, number);
        }
    }

    /// Closes the blocks that are deeper than this column.
    pub(super) fn unroll_indent(&mut self, column: isize) {
        while self.flow_level() == 0 && self.indent > column {
            self.push(TokenKind::BlockEnd, self.cursor.mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Adds a token that starts at `start` and ends here.
    pub(super) fn push(&mut self, kind: TokenKind, start: Mark) {
        self.tokens.push_back(Token { kind, start, end: self.cursor.mark.at });
    }

    /// Adds a token in front of token `number`; behind all where that one has already been taken.
    pub(super) fn insert(&mut self, token: Token, number: Option<usize>) {
        let place = number.and_then(|number| number.checked_sub(self.parsed));
        self.tokens.insert(place.unwrap_or(self.tokens.len()), token);
    }

    fn fetch_more(&mut self) -> Scanned<()> {
        while self.tokens.is_empty() || self.head_may_be_key()? {
            self.fetch_next()?;
        }
        self.available = true;
        Ok(())
    }

    fn fetch_next(&mut self) -> Scanned<()> {
        if !self.started {
            self.started = true;
            self.push(TokenKind::StreamStart, self.cursor.mark);
            return Ok(());
        }
        self.skip_to_next_token();
        self.unroll_indent(column(self.cursor.mark));
        self.fetch_token()
    }

    fn skip_to_next_token(&mut self) {
        loop {
            let tab_is_blank = self.flow_level() > 0 || !self.key_allowed;
            while self.cursor.is(b' ') || (tab_is_blank && self.cursor.is(b'\t')) {
                self.cursor.skip();
            }
            self.cursor.skip_comment();
            if !self.cursor.is_break(0) {
                return;
            }
            self.cursor.skip_line();
            if self.flow_level() == 0 {
                self.key_allowed = true;
            }
        }
    }
}

fn column(mark: Mark) -> isize {
    mark.column.cast_signed()
}
