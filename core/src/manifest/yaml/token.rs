//! What the scanner makes of characters. What tokens mean together is for the parser.

use super::cursor::Mark;

/// A token and where it stands.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: Mark,
    /// Offset in bytes of what follows.
    pub(super) end: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    StreamStart,
    StreamEnd,
    /// `%YAML`, with its version.
    Version(u8, u8),
    /// `%TAG`, with its handle and prefix.
    TagDirective(String, Vec<u8>),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(String),
    Anchor(String),
    /// Handle and suffix.
    Tag(String, Vec<u8>),
    Scalar(String, Quoting),
}

/// Whether a scalar may be anything but text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    Plain,
    /// In quotes, or a block.
    Quoted,
}
