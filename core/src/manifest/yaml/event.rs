//! What the parser hands on: a document as a sequence of nodes.

use std::ops::Range;

/// An event, and the bytes of the document that it stands for.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) kind: EventKind,
    pub(crate) span: Range<usize>,
}

#[derive(Debug)]
pub(crate) enum EventKind {
    DocumentStart,
    DocumentEnd,
    StreamEnd,
    Alias(String),
    Scalar {
        node: Node,
        value: String,
        /// Whether the value may be something else than text: neither quoted nor tagged.
        implicit: bool,
    },
    SequenceStart(Node, Layout),
    MappingStart(Node, Layout),
    /// The end of the innermost sequence or mapping.
    End,
}

/// What may stand in front of a node.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) anchor: Option<String>,
    /// The whole tag: `tag:yaml.org,2002:str`.
    pub(crate) tag: Option<Vec<u8>>,
}

/// Whether a collection is written with brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Block,
    Flow,
}
