//! From tokens to events: what stands in `[]` and `{}`.

use super::event::{Event, EventKind, Layout, Node};
use super::parser::{Expected, Parser, Place, State};
use super::syntax::{Scanned, Syntax};
use super::token::TokenKind;

impl Parser<'_> {
    pub(super) fn flow_sequence_entry(&mut self, place: Place) -> Scanned<Event> {
        self.next_entry(place, &TokenKind::FlowSequenceEnd, Syntax::SequenceEnd)?;
        match self.peek()? {
            TokenKind::FlowSequenceEnd => self.close(),
            TokenKind::Key => {
                let span = self.place()?;
                self.scanner.take()?;
                self.state = State::FlowSequencePairKey;
                Ok(Event { kind: EventKind::MappingStart(Node::default(), Layout::Flow), span })
            }
            _ => {
                self.then(State::FlowSequenceEntry(Place::Later));
                self.node(Expected::Flow)
            }
        }
    }

    /// Takes the bracket in front of the first entry, and the comma in front of a later one.
    fn next_entry(&mut self, place: Place, end: &TokenKind, unclosed: Syntax) -> Scanned<()> {
        if place == Place::First {
            return self.open();
        }
        if self.peek()? == end {
            return Ok(());
        }
        if *self.peek()? != TokenKind::FlowEntry {
            return Err(self.unclosed(unclosed));
        }
        self.scanner.take()?;
        Ok(())
    }

    pub(super) fn flow_pair_key(&mut self) -> Scanned<Event> {
        if !matches!(self.peek()?, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
            self.then(State::FlowSequencePairValue);
            return self.node(Expected::Flow);
        }
        let end = self.scanner.take()?.end;
        self.state = State::FlowSequencePairValue;
        Ok(Self::empty_scalar(end))
    }

    pub(super) fn flow_pair_value(&mut self) -> Scanned<Event> {
        let at = self.place()?.start;
        if *self.peek()? == TokenKind::Value {
            self.scanner.take()?;
            if !matches!(self.peek()?, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                self.then(State::FlowSequencePairEnd);
                return self.node(Expected::Flow);
            }
        }
        self.state = State::FlowSequencePairEnd;
        Ok(Self::empty_scalar(at))
    }

    pub(super) fn flow_pair_end(&mut self) -> Scanned<Event> {
        let at = self.place()?.start;
        self.state = State::FlowSequenceEntry(Place::Later);
        Ok(Event { kind: EventKind::End, span: at..at })
    }

    pub(super) fn flow_mapping_key(&mut self, place: Place) -> Scanned<Event> {
        self.next_entry(place, &TokenKind::FlowMappingEnd, Syntax::MappingEnd)?;
        match self.peek()? {
            TokenKind::FlowMappingEnd => self.close(),
            TokenKind::Key => {
                self.scanner.take()?;
                if self.is_entry_over()? || *self.peek()? == TokenKind::Value {
                    self.state = State::FlowMappingValue;
                    return Ok(Self::empty_scalar(self.place()?.start));
                }
                self.then(State::FlowMappingValue);
                self.node(Expected::Flow)
            }
            _ => {
                self.then(State::FlowMappingEmptyValue);
                self.node(Expected::Flow)
            }
        }
    }

    fn is_entry_over(&mut self) -> Scanned<bool> {
        Ok(matches!(self.peek()?, TokenKind::FlowEntry | TokenKind::FlowMappingEnd))
    }

    pub(super) fn flow_mapping_value(&mut self) -> Scanned<Event> {
        if *self.peek()? == TokenKind::Value {
            self.scanner.take()?;
            if !self.is_entry_over()? {
                self.then(State::FlowMappingKey(Place::Later));
                return self.node(Expected::Flow);
            }
        }
        self.flow_mapping_empty_value()
    }

    pub(super) fn flow_mapping_empty_value(&mut self) -> Scanned<Event> {
        self.state = State::FlowMappingKey(Place::Later);
        Ok(Self::empty_scalar(self.place()?.start))
    }
}
