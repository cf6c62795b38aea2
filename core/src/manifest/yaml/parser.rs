//! From tokens to events: documents, nodes, and the blocks of a document.
//!
//! Each state names what comes next, so that no depth of nesting can exhaust the stack.

use std::ops::Range;

use super::cursor::Mark;
use super::event::{Event, EventKind, Layout, Node};
use super::scanner::Scanner;
use super::syntax::{Mistake, Scanned, Syntax};
use super::token::{Quoting, TokenKind};

/// The prefix of the tags that YAML itself defines.
const YAML_TAGS: &str = "tag:yaml.org,2002:";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    StreamStart,
    DocumentStart(Place),
    DocumentContent,
    DocumentEnd,
    Node,
    BlockSequenceEntry(Place),
    IndentlessSequenceEntry,
    BlockMappingKey(Place),
    BlockMappingValue,
    FlowSequenceEntry(Place),
    FlowSequencePairKey,
    FlowSequencePairValue,
    FlowSequencePairEnd,
    FlowMappingKey(Place),
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    First,
    Later,
}

/// Which collections may start where a node is expected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    Flow,
    Block,
    /// Also a list at the indentation of its key.
    BlockOrIndentless,
}

/// Parses one text.
pub(crate) struct Parser<'a> {
    pub(super) scanner: Scanner<'a>,
    pub(super) state: State,
    states: Vec<State>,
    /// Where each open collection starts.
    marks: Vec<Mark>,
    tag_directives: Vec<(String, Vec<u8>)>,
}

impl<'a> Parser<'a> {
    /// Returns a parser of a text without U+0000.
    pub(crate) fn new(text: &'a str) -> Self {
        let scanner = Scanner::new(text);
        Self { scanner, state: State::StreamStart, states: Vec::new(), marks: Vec::new(), tag_directives: Vec::new() }
    }

    /// Returns where `?` or `:` was an indicator although no blank follows.
    pub(crate) fn tight_indicators(&self) -> &[usize] {
        &self.scanner.tight_indicators
    }

    pub(crate) fn next_event(&mut self) -> Scanned<Event> {
        match self.state {
            State::StreamStart => {
                self.scanner.take()?;
                self.document_start(Place::First)
            }
            State::DocumentStart(place) => self.document_start(place),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::Node => self.node(Expected::Block),
            State::BlockSequenceEntry(place) => self.block_sequence_entry(place),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingKey(place) => self.block_mapping_key(place),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceEntry(place) => self.flow_sequence_entry(place),
            State::FlowSequencePairKey => self.flow_pair_key(),
            State::FlowSequencePairValue => self.flow_pair_value(),
            State::FlowSequencePairEnd => self.flow_pair_end(),
            State::FlowMappingKey(place) => self.flow_mapping_key(place),
            State::FlowMappingValue => self.flow_mapping_value(),
            State::FlowMappingEmptyValue => self.flow_mapping_empty_value(),
            State::End => Ok(Event { kind: EventKind::StreamEnd, span: 0..0 }),
        }
    }

    pub(super) fn peek(&mut self) -> Scanned<&mut TokenKind> {
        Ok(&mut self.scanner.peek()?.kind)
    }

    /// Returns where the next token stands.
    pub(super) fn place(&mut self) -> Scanned<Range<usize>> {
        let token = self.scanner.peek()?;
        Ok(token.start.at..token.end)
    }

    pub(super) fn then(&mut self, state: State) {
        self.states.push(state);
    }

    pub(super) fn leave(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    pub(super) fn open(&mut self) -> Scanned<()> {
        let start = self.scanner.take()?.start;
        self.marks.push(start);
        Ok(())
    }

    /// Takes the token that ends a collection.
    pub(super) fn close(&mut self) -> Scanned<Event> {
        let span = self.place()?;
        self.scanner.take()?;
        self.marks.pop();
        self.leave();
        Ok(Event { kind: EventKind::End, span })
    }

    pub(super) fn unexpected(&mut self, problem: Syntax) -> Mistake {
        match self.place() {
            Ok(span) => Mistake { problem, span: span.start..span.end.max(span.start + 1) },
            Err(mistake) => mistake,
        }
    }

    /// Returns the mistake at what stands where the next key or item of a block is expected.
    fn not_in_block(&mut self, problem: Syntax) -> Mistake {
        let starts = self.peek();
        match starts {
            Ok(TokenKind::BlockMappingStart | TokenKind::BlockSequenceStart) => self.unexpected(Syntax::Indentation),
            _ => self.unexpected(problem),
        }
    }

    /// Returns the mistake at a bracket that nothing closes, or at what stands in the way.
    pub(super) fn unclosed(&mut self, problem: Syntax) -> Mistake {
        let ended = self.peek().is_ok_and(|kind| matches!(kind, TokenKind::StreamEnd | TokenKind::DocumentEnd));
        match self.marks.last() {
            Some(mark) if ended => problem.at_mark(*mark),
            _ => self.unexpected(problem),
        }
    }

    pub(super) fn empty_scalar(at: usize) -> Event {
        let kind = EventKind::Scalar { node: Node::default(), value: String::new(), implicit: true };
        Event { kind, span: at..at }
    }

    fn document_start(&mut self, place: Place) -> Scanned<Event> {
        while place == Place::Later && *self.peek()? == TokenKind::DocumentEnd {
            self.scanner.take()?;
        }
        let span = self.place()?;
        if *self.peek()? == TokenKind::StreamEnd {
            self.state = State::End;
            return Ok(Event { kind: EventKind::StreamEnd, span });
        }
        let explicit =
            matches!(self.peek()?, TokenKind::Version(..) | TokenKind::TagDirective(..) | TokenKind::DocumentStart);
        self.directives()?;
        self.then(State::DocumentEnd);
        self.state = State::Node;
        if explicit || place == Place::Later {
            self.state = State::DocumentContent;
            if *self.peek()? != TokenKind::DocumentStart {
                return Err(self.unexpected(Syntax::DocumentStart));
            }
            self.scanner.take()?;
        }
        Ok(Event { kind: EventKind::DocumentStart, span })
    }

    fn directives(&mut self) -> Scanned<()> {
        let mut versioned = false;
        while matches!(self.peek()?, TokenKind::Version(..) | TokenKind::TagDirective(..)) {
            let mistake = self.unexpected(Syntax::Directive);
            match self.scanner.take()?.kind {
                TokenKind::Version(1, 1) if !versioned => versioned = true,
                TokenKind::TagDirective(handle, prefix) if self.prefix(&handle).is_none() => {
                    self.tag_directives.push((handle, prefix));
                }
                _ => return Err(mistake),
            }
        }
        for (handle, prefix) in [("!", "!"), ("!!", YAML_TAGS)] {
            if self.prefix(handle).is_none() {
                self.tag_directives.push((handle.to_owned(), prefix.into()));
            }
        }
        Ok(())
    }

    fn prefix(&self, handle: &str) -> Option<&Vec<u8>> {
        self.tag_directives.iter().find(|(known, _)| known == handle).map(|(_, prefix)| prefix)
    }

    fn document_content(&mut self) -> Scanned<Event> {
        let empty = matches!(
            self.peek()?,
            TokenKind::Version(..)
                | TokenKind::TagDirective(..)
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd
        );
        if empty {
            self.leave();
            return Ok(Self::empty_scalar(self.place()?.start));
        }
        self.node(Expected::Block)
    }

    fn document_end(&mut self) -> Scanned<Event> {
        let span = self.place()?;
        if *self.peek()? == TokenKind::DocumentEnd {
            self.scanner.take()?;
        }
        self.tag_directives.clear();
        self.state = State::DocumentStart(Place::Later);
        Ok(Event { kind: EventKind::DocumentEnd, span })
    }

    pub(super) fn node(&mut self, expected: Expected) -> Scanned<Event> {
        let span = self.place()?;
        if let TokenKind::Alias(name) = self.peek()? {
            let name = std::mem::take(name);
            self.scanner.take()?;
            self.leave();
            return Ok(Event { kind: EventKind::Alias(name), span });
        }
        let node = self.properties()?;
        let indentless = expected == Expected::BlockOrIndentless;
        let block = expected != Expected::Flow;
        let span = self.place()?;
        let kind = match self.peek()? {
            TokenKind::BlockEntry if indentless => {
                self.state = State::IndentlessSequenceEntry;
                EventKind::SequenceStart(node, Layout::Block)
            }
            TokenKind::Scalar(value, quoting) => {
                let (value, quoting) = (std::mem::take(value), *quoting);
                self.scanner.take()?;
                self.leave();
                let implicit = node.tag.as_deref().map_or(quoting == Quoting::Plain, |tag| tag == b"!");
                EventKind::Scalar { node, value, implicit }
            }
            TokenKind::FlowSequenceStart => {
                self.state = State::FlowSequenceEntry(Place::First);
                EventKind::SequenceStart(node, Layout::Flow)
            }
            TokenKind::FlowMappingStart => {
                self.state = State::FlowMappingKey(Place::First);
                EventKind::MappingStart(node, Layout::Flow)
            }
            TokenKind::BlockSequenceStart if block => {
                self.state = State::BlockSequenceEntry(Place::First);
                EventKind::SequenceStart(node, Layout::Block)
            }
            TokenKind::BlockMappingStart if block => {
                self.state = State::BlockMappingKey(Place::First);
                EventKind::MappingStart(node, Layout::Block)
            }
            _ if node.anchor.is_some() || node.tag.is_some() => {
                self.leave();
                let implicit = node.tag.is_none();
                let kind = EventKind::Scalar { node, value: String::new(), implicit };
                return Ok(Event { kind, span: span.start..span.start });
            }
            _ => return Err(self.unexpected(Syntax::ValueExpected)),
        };
        Ok(Event { kind, span })
    }

    /// Takes an anchor and a tag, in any order, where they stand.
    fn properties(&mut self) -> Scanned<Node> {
        let mut node = Node::default();
        loop {
            match self.peek()? {
                TokenKind::Anchor(_) if node.anchor.is_none() => {
                    if let TokenKind::Anchor(name) = self.scanner.take()?.kind {
                        node.anchor = Some(name);
                    }
                }
                TokenKind::Tag(..) if node.tag.is_none() => {
                    let mistake = self.unexpected(Syntax::TagHandle);
                    if let TokenKind::Tag(handle, suffix) = self.scanner.take()?.kind {
                        node.tag = Some(self.whole_tag(&handle, suffix).ok_or(mistake)?);
                    }
                }
                _ => return Ok(node),
            }
        }
    }

    fn whole_tag(&self, handle: &str, suffix: Vec<u8>) -> Option<Vec<u8>> {
        if handle.is_empty() {
            return Some(suffix);
        }
        let mut tag = self.prefix(handle)?.clone();
        tag.extend(suffix);
        Some(tag)
    }

    fn block_sequence_entry(&mut self, place: Place) -> Scanned<Event> {
        if place == Place::First {
            self.open()?;
        }
        match self.peek()? {
            TokenKind::BlockEntry => {
                let end = self.scanner.take()?.end;
                if matches!(self.peek()?, TokenKind::BlockEntry | TokenKind::BlockEnd) {
                    self.state = State::BlockSequenceEntry(Place::Later);
                    return Ok(Self::empty_scalar(end));
                }
                self.then(State::BlockSequenceEntry(Place::Later));
                self.node(Expected::Block)
            }
            TokenKind::BlockEnd => self.close(),
            _ => Err(self.not_in_block(Syntax::ItemExpected)),
        }
    }

    fn indentless_sequence_entry(&mut self) -> Scanned<Event> {
        if *self.peek()? != TokenKind::BlockEntry {
            self.leave();
            let at = self.place()?.start;
            return Ok(Event { kind: EventKind::End, span: at..at });
        }
        let end = self.scanner.take()?.end;
        if matches!(self.peek()?, TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            self.state = State::IndentlessSequenceEntry;
            return Ok(Self::empty_scalar(end));
        }
        self.then(State::IndentlessSequenceEntry);
        self.node(Expected::Block)
    }

    fn block_mapping_key(&mut self, place: Place) -> Scanned<Event> {
        if place == Place::First {
            self.open()?;
        }
        match self.peek()? {
            TokenKind::Key => {
                let end = self.scanner.take()?.end;
                self.key_or_value(end, State::BlockMappingValue)
            }
            TokenKind::BlockEnd => self.close(),
            _ => Err(self.not_in_block(Syntax::KeyExpected)),
        }
    }

    fn block_mapping_value(&mut self) -> Scanned<Event> {
        if *self.peek()? != TokenKind::Value {
            self.state = State::BlockMappingKey(Place::Later);
            return Ok(Self::empty_scalar(self.place()?.start));
        }
        let end = self.scanner.take()?.end;
        self.key_or_value(end, State::BlockMappingKey(Place::Later))
    }

    /// Parses the node behind `?` or `:`, which ends at `end`, or its absence.
    fn key_or_value(&mut self, end: usize, next: State) -> Scanned<Event> {
        if matches!(self.peek()?, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            self.state = next;
            return Ok(Self::empty_scalar(end));
        }
        self.then(next);
        self.node(Expected::BlockOrIndentless)
    }
}
