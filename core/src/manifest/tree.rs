//! A document as it is written: nodes with spans, aliases not yet followed.

use std::ops::Range;

/// A node's place in its tree.
pub(crate) type NodeId = usize;

/// One document.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
}

/// One node and where it is written.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
    pub(crate) size: Size,
}

/// What a node costs once its aliases are followed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Size {
    pub(crate) bytes: usize,
    /// Levels of collections.
    pub(crate) height: usize,
}

/// What a node is.
#[derive(Debug)]
pub(crate) enum Kind {
    Scalar(Scalar),
    /// A plain `<<`: a merge key in key position, the text `<<` anywhere else.
    MergeKey,
    Sequence(Vec<NodeId>),
    Mapping(Vec<(NodeId, NodeId)>),
    Alias(NodeId),
    /// Stands for something already reported.
    Broken,
}

/// A scalar after resolution.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    /// Above `i64::MAX`.
    Uint(u64),
    Float(f64),
    Text(String),
}

impl Tree {
    pub(crate) fn push(&mut self, kind: Kind, span: Range<usize>, size: Size) -> NodeId {
        self.nodes.push(Node { kind, span, size });
        self.nodes.len() - 1
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id]
    }
}

impl Size {
    /// What a value and its place cost besides its text.
    const NODE_BYTES: usize = 32;

    /// Returns the size of a scalar.
    pub(crate) fn of(text: &str) -> Self {
        Self { bytes: Self::NODE_BYTES + text.len(), height: 0 }
    }

    /// Returns the size of a collection.
    pub(crate) fn around(children: impl Iterator<Item = Self>) -> Self {
        let empty = Self { bytes: Self::NODE_BYTES, height: 1 };
        children.fold(empty, |all, child| Self {
            bytes: all.bytes.saturating_add(child.bytes),
            height: all.height.max(child.height + 1),
        })
    }
}
