//! A tree as a JSON value: aliases followed, keys named, every part's span kept.
//!
//! Follows go-yaml v2.4 `decode.go` and the key rules of sigs.k8s.io/yaml.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value};

use super::Compat;
use super::limits::{ALIAS_RATIO_NODES_HIGH, ALIAS_RATIO_NODES_LOW, ALIAS_RATIO_NODES_MIN, ALIASED_NODES_FREE};
use super::located::Located;
use super::number::{float_key, float_value, uint_value};
use super::problem::{ReadError, ReadProblem};
use super::source::Text;
use super::spans::{Spans, push_step};
use super::tree::{Kind, NodeId, Scalar, Tree};

/// Builds the value of a whole document.
///
/// Returns `None` after an error that makes going on pointless.
pub(crate) fn build(
    tree: &Tree,
    root: NodeId,
    (text, mode): (&Text, Compat),
    errors: &mut Vec<ReadError>,
) -> Option<(Value, Spans)> {
    let mut builder = Builder {
        tree,
        text,
        mode,
        errors,
        unless_replaced: BTreeMap::new(),
        spans: Spans::default(),
        pointer: String::new(),
        expanded: 0,
        aliased: 0,
        following: Vec::new(),
    };
    match builder.value(root) {
        Ok(value) => {
            builder.errors.extend(builder.unless_replaced.into_values());
            Some((value, builder.spans))
        }
        Err(stop) => {
            errors.push(*stop);
            None
        }
    }
}

/// An error after which the rest of the document is not read.
pub(crate) type Stop = Box<ReadError>;

pub(crate) struct Builder<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) mode: Compat,
    text: &'a Text,
    errors: &'a mut Vec<ReadError>,
    /// What JSON cannot hold, by JSON pointer: a later key of the same name takes it away.
    unless_replaced: BTreeMap<String, ReadError>,
    spans: Spans,
    pointer: String,
    expanded: usize,
    aliased: usize,
    following: Vec<NodeId>,
}

impl Builder<'_> {
    pub(crate) fn value(&mut self, id: NodeId) -> Result<Value, Stop> {
        self.count(id)?;
        let tree = self.tree;
        let node = tree.node(id);
        if let Kind::Alias(target) = node.kind {
            return self.follow(id, target);
        }
        self.spans.set(&self.pointer, node.span.clone());
        match &node.kind {
            Kind::Scalar(scalar) => Ok(self.scalar(scalar, &node.span)),
            Kind::MergeKey => Ok(Value::from("<<")),
            Kind::Sequence(items) => self.sequence(items),
            Kind::Mapping(pairs) => self.mapping(pairs),
            Kind::Alias(_) | Kind::Broken => Ok(Value::Null),
        }
    }

    fn follow(&mut self, alias: NodeId, target: NodeId) -> Result<Value, Stop> {
        self.following.push(alias);
        let value = self.value(target);
        self.following.pop();
        value
    }

    fn scalar(&mut self, scalar: &Scalar, span: &Range<usize>) -> Value {
        match scalar {
            Scalar::Null => Value::Null,
            Scalar::Bool(bool) => Value::Bool(*bool),
            Scalar::Int(int) => Value::from(*int),
            Scalar::Uint(uint) => uint_value(*uint),
            Scalar::Text(text) => Value::from(text.as_str()),
            Scalar::Float(float) => float_value(*float).unwrap_or_else(|| {
                let pointer = self.pointer.clone();
                self.report_unless_replaced(pointer, ReadProblem::NotFinite, span.clone(), "this value");
                Value::Null
            }),
        }
    }

    fn sequence(&mut self, items: &[NodeId]) -> Result<Value, Stop> {
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let value = self.at(&index.to_string(), |builder| builder.value(*item))?;
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn mapping(&mut self, pairs: &[(NodeId, NodeId)]) -> Result<Value, Stop> {
        let mut map = Map::new();
        let mut written: BTreeMap<String, NodeId> = BTreeMap::new();
        for (key_node, value_node) in pairs {
            if matches!(self.tree.node(*key_node).kind, Kind::MergeKey) {
                self.merge(*key_node, *value_node, &mut map)?;
                continue;
            }
            let Some(key) = self.key(*key_node)? else { continue };
            let first = written.insert(key.clone(), *key_node);
            if let Some(first) = first {
                self.duplicate(&key, first, *key_node);
            }
            let span = self.span(*key_node);
            let value = self.at(&key, |builder| {
                builder.forget();
                if first.is_some() {
                    builder.spans.set_repeated(&builder.pointer, span.clone());
                }
                builder.spans.set_key(&builder.pointer, span);
                builder.value(*value_node)
            })?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }

    fn duplicate(&mut self, key: &str, first: NodeId, second: NodeId) {
        if self.mode == Compat::Strict {
            let problem = ReadProblem::DuplicateKey { key: key.to_owned() };
            let error = Located::new(self.text, problem, self.span(second), "written again here");
            self.errors.push(error.and(self.span(first), "first written here"));
        }
    }

    /// Returns a key as sigs.k8s.io/yaml names it (`convertToJSONableObject`).
    fn key(&mut self, id: NodeId) -> Result<Option<String>, Stop> {
        let tree = self.tree;
        self.count(id)?;
        if let Kind::Alias(target) = tree.node(id).kind {
            self.following.push(id);
            let key = self.key(target);
            self.following.pop();
            return key;
        }
        let what = match &tree.node(id).kind {
            Kind::Scalar(Scalar::Text(text)) => return Ok(Some(text.clone())),
            Kind::Scalar(Scalar::Bool(bool)) => return Ok(Some(bool.to_string())),
            Kind::Scalar(Scalar::Int(int)) => return Ok(Some(int.to_string())),
            Kind::Scalar(Scalar::Float(float)) => return Ok(Some(float_key(*float))),
            Kind::MergeKey => return Ok(Some("<<".to_owned())),
            Kind::Broken => return Ok(None),
            Kind::Scalar(Scalar::Null) => "null",
            Kind::Scalar(Scalar::Uint(_)) => "an integer this large",
            Kind::Sequence(_) => return Ok(self.collection_as_key(id, "a list")),
            Kind::Mapping(_) | Kind::Alias(_) => return Ok(self.collection_as_key(id, "a mapping")),
        };
        let written = self.following.last().copied().unwrap_or(id);
        // No key is written so in a pointer, where `~` stands for itself only as `~0`.
        let pointer = format!("{}/~{id}", self.pointer);
        self.report_unless_replaced(pointer, ReadProblem::KeyType { what }, self.span(written), "this key");
        Ok(None)
    }

    fn collection_as_key(&mut self, id: NodeId, what: &'static str) -> Option<String> {
        let written = self.following.last().copied().unwrap_or(id);
        self.report(ReadProblem::KeyType { what }, self.span(written), "this key");
        None
    }

    fn at<T>(&mut self, step: &str, build: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        push_step(&mut self.pointer, step);
        let result = build(self);
        self.pointer.truncate(length);
        result
    }

    /// Counts a decoded node, and stops alias bombs (go-yaml v2.4 `allowedAliasRatio`).
    fn count(&mut self, id: NodeId) -> Result<(), Stop> {
        self.expanded += 1;
        self.aliased += usize::from(!self.following.is_empty());
        let excessive = self.aliased > ALIASED_NODES_FREE
            && self.expanded > ALIAS_RATIO_NODES_MIN
            && share(self.aliased, self.expanded) > allowed_share(self.expanded);
        if excessive {
            let span = self.span(self.following.first().copied().unwrap_or(id));
            let problem = ReadProblem::ExcessiveAliases;
            return Err(Box::new(Located::new(self.text, problem, span, "while expanding this")));
        }
        Ok(())
    }

    /// Forgets what a value here has replaced.
    fn forget(&mut self) {
        self.spans.forget(&self.pointer);
        let below = format!("{}/", self.pointer);
        self.unless_replaced.retain(|pointer, _| *pointer != self.pointer && !pointer.starts_with(&below));
    }

    fn report_unless_replaced(
        &mut self,
        pointer: String,
        problem: ReadProblem,
        span: Range<usize>,
        label: &'static str,
    ) {
        self.unless_replaced.insert(pointer, Located::new(self.text, problem, span, label));
    }

    pub(crate) fn span(&self, id: NodeId) -> Range<usize> {
        self.tree.node(id).span.clone()
    }

    pub(crate) fn report(&mut self, problem: ReadProblem, span: Range<usize>, label: &'static str) {
        self.errors.push(Located::new(self.text, problem, span, label));
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio needs no more")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

fn allowed_share(nodes: usize) -> f64 {
    if nodes <= ALIAS_RATIO_NODES_LOW {
        return 0.99;
    }
    if nodes >= ALIAS_RATIO_NODES_HIGH {
        return 0.10;
    }
    let range = ALIAS_RATIO_NODES_HIGH - ALIAS_RATIO_NODES_LOW;
    0.99 - 0.89 * share(nodes - ALIAS_RATIO_NODES_LOW, range)
}
