//! Places at which a key may have started that has no `?` in front: only a `:` later on tells.

use super::cursor::Mark;
use super::scanner::Scanner;
use super::syntax::{Scanned, Syntax};

/// Longest key without `?`, in characters.
const SIMPLE_KEY_CHARS_MAX: usize = 1024;

/// A token that may turn out to be a key.
#[derive(Debug, Default)]
pub(super) struct SimpleKey {
    pub(super) possible: bool,
    required: bool,
    pub(super) token_number: usize,
    pub(super) mark: Mark,
}

impl Scanner<'_> {
    /// Returns whether the next token may still turn out to be a key.
    pub(super) fn head_may_be_key(&mut self) -> Scanned<bool> {
        match self.keys_by_token.get(&self.parsed) {
            Some(level) => self.is_key_valid(*level),
            None => Ok(false),
        }
    }

    /// Returns whether the key of a flow level may still be one: it ends on the line on which it starts.
    pub(super) fn is_key_valid(&mut self, level: usize) -> Scanned<bool> {
        let now = self.cursor.mark;
        let key = &mut self.keys[level];
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line >= now.line && key.mark.index + SIMPLE_KEY_CHARS_MAX >= now.index {
            return Ok(true);
        }
        if key.required {
            return Err(Syntax::KeyWithoutColon.at_mark(key.mark));
        }
        key.possible = false;
        Ok(false)
    }

    pub(super) fn save_key(&mut self) -> Scanned<()> {
        let required = self.flow_level() == 0 && self.is_at_indent();
        if self.key_allowed {
            let key = SimpleKey { possible: true, required, token_number: self.next_number(), mark: self.cursor.mark };
            self.remove_key()?;
            let level = self.flow_level();
            self.keys_by_token.insert(key.token_number, level);
            self.keys[level] = key;
        }
        Ok(())
    }

    pub(super) fn remove_key(&mut self) -> Scanned<()> {
        let level = self.flow_level();
        let key = &mut self.keys[level];
        if key.possible {
            if key.required {
                return Err(Syntax::KeyWithoutColon.at_mark(key.mark));
            }
            key.possible = false;
            self.keys_by_token.remove(&key.token_number);
        }
        Ok(())
    }

    pub(super) fn increase_flow_level(&mut self) {
        let token_number = self.next_number();
        self.keys.push(SimpleKey { token_number, mark: self.cursor.mark, ..SimpleKey::default() });
    }

    pub(super) fn decrease_flow_level(&mut self) {
        if self.flow_level() > 0 {
            let number = self.keys.pop().map_or(0, |key| key.token_number);
            self.keys_by_token.remove(&number);
        }
    }

    fn next_number(&self) -> usize {
        self.parsed + self.tokens.len()
    }
}
