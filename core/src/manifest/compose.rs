//! One YAML document as a tree, from the events of the parser.
//!
//! Follows no alias and merges nothing: `build` does. Counts what following them would cost, so that
//! nothing is built of a document that is too large or too deep.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Compat;
use super::limits::{ALIASED_BYTES_MAX, DEPTH_MAX};
use super::located::Located;
use super::problem::{ReadError, ReadProblem};
use super::resolve::{ScalarTag, resolve};
use super::source::Text;
use super::stream::Document;
use super::tree::{Kind, NodeId, Size, Tree};
use super::yaml::{Event, EventKind, Layout, Mistake, Node, Parser};

/// Returns the tree of a document and its root; `None` when it is empty or was reported.
pub(crate) fn compose(
    text: &Text,
    document: &Document,
    mode: Compat,
    errors: &mut Vec<ReadError>,
) -> Option<(Tree, NodeId)> {
    let mut composer = Composer::new(text, document);
    let mut parser = Parser::new(&document.content);
    let root = composer.document(&mut parser);
    if mode == Compat::Strict && root.is_ok() {
        composer.check_nothing_follows(&mut parser);
        composer.check_indicators(&parser);
    }
    errors.append(&mut composer.errors);
    match root {
        Ok(root) => root.map(|root| (composer.tree, root)),
        Err(error) => {
            errors.push(*error);
            None
        }
    }
}

struct Composer<'a> {
    text: &'a Text,
    document: &'a Document,
    errors: Vec<ReadError>,
    tree: Tree,
    anchors: BTreeMap<String, NodeId>,
    open: Vec<Open>,
    aliased_bytes: usize,
    root: Option<NodeId>,
}

/// A collection whose end has not come yet.
struct Open {
    id: NodeId,
    children: Vec<NodeId>,
    layout: Layout,
}

type Stopped<T> = Result<T, Box<ReadError>>;

impl<'a> Composer<'a> {
    fn new(text: &'a Text, document: &'a Document) -> Self {
        Self {
            text,
            document,
            errors: Vec::new(),
            tree: Tree::default(),
            anchors: BTreeMap::new(),
            open: Vec::new(),
            aliased_bytes: 0,
            root: None,
        }
    }

    fn document(&mut self, parser: &mut Parser<'_>) -> Stopped<Option<NodeId>> {
        loop {
            let event = parser.next_event().map_err(|mistake| self.syntax(mistake, parser))?;
            if matches!(event.kind, EventKind::DocumentEnd | EventKind::StreamEnd) {
                return Ok(self.root);
            }
            self.event(event)?;
        }
    }

    fn event(&mut self, event: Event) -> Stopped<()> {
        let span = self.document.span(event.span);
        match event.kind {
            EventKind::Alias(name) => self.alias(&name, span)?,
            EventKind::Scalar { node, value, implicit } => {
                let kind = self.scalar(&node, &value, implicit, &span);
                let id = self.tree.push(kind, span, Size::of(&value));
                self.attach(id, node.anchor);
            }
            EventKind::SequenceStart(node, layout) => {
                self.start(Kind::Sequence(Vec::new()), node, layout, span)?;
            }
            EventKind::MappingStart(node, layout) => self.start(Kind::Mapping(Vec::new()), node, layout, span)?,
            EventKind::End => self.end(&span),
            EventKind::DocumentStart | EventKind::DocumentEnd | EventKind::StreamEnd => {}
        }
        Ok(())
    }

    fn scalar(&mut self, node: &Node, value: &str, implicit: bool, span: &Range<usize>) -> Kind {
        let tag = ScalarTag::new(node.tag.as_deref(), implicit);
        if value == "<<" && (implicit || tag == ScalarTag::Merge) {
            return Kind::MergeKey;
        }
        match resolve(&tag, value) {
            Ok(scalar) => Kind::Scalar(scalar),
            Err(problem) => {
                self.report(problem, span.clone(), "this value");
                Kind::Broken
            }
        }
    }

    fn alias(&mut self, name: &str, span: Range<usize>) -> Stopped<()> {
        let Some(target) = self.anchors.get(name).copied() else {
            let problem = ReadProblem::UnknownAnchor { name: name.to_owned() };
            self.report(problem, span.clone(), "this alias");
            let id = self.tree.push(Kind::Broken, span, Size::default());
            self.attach(id, None);
            return Ok(());
        };
        if self.open.iter().any(|open| open.id == target) {
            return Err(self.located(ReadProblem::RecursiveAnchor, span, "this alias"));
        }
        let size = self.tree.node(target).size;
        self.aliased_bytes = self.aliased_bytes.saturating_add(size.bytes);
        if self.aliased_bytes > ALIASED_BYTES_MAX {
            return Err(self.located(ReadProblem::ExcessiveAliases, span, "this alias is too much"));
        }
        if self.open.len() + size.height > DEPTH_MAX {
            return Err(self.located(ReadProblem::TooDeep, span, "this alias is too deep"));
        }
        let id = self.tree.push(Kind::Alias(target), span, size);
        self.attach(id, None);
        Ok(())
    }

    fn start(&mut self, kind: Kind, node: Node, layout: Layout, span: Range<usize>) -> Stopped<()> {
        if self.open.len() == DEPTH_MAX {
            return Err(self.located(ReadProblem::TooDeep, span, "too deep"));
        }
        let id = self.tree.push(kind, span, Size::default());
        self.attach(id, node.anchor);
        self.open.push(Open { id, children: Vec::new(), layout });
        Ok(())
    }

    fn end(&mut self, at: &Range<usize>) {
        let Some(open) = self.open.pop() else { return };
        let size = Size::around(open.children.iter().map(|id| self.tree.node(*id).size));
        let last = open.children.last().map(|id| self.tree.node(*id).span.end);
        let node = self.tree.node_mut(open.id);
        let end = if open.layout == Layout::Flow { Some(at.end) } else { last };
        node.size = size;
        node.span.end = end.unwrap_or(node.span.end).max(node.span.start);
        match &mut node.kind {
            Kind::Mapping(pairs) => {
                *pairs = open.children.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            }
            other => *other = Kind::Sequence(open.children),
        }
    }

    fn attach(&mut self, id: NodeId, anchor: Option<String>) {
        if let Some(name) = anchor {
            self.anchors.insert(name, id);
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(id),
            None => self.root = Some(id),
        }
    }

    /// kubectl reads one document and drops what follows it.
    fn check_nothing_follows(&mut self, parser: &mut Parser<'_>) {
        let start = match parser.next_event() {
            Ok(Event { kind: EventKind::StreamEnd, .. }) => return,
            Ok(event) => event.span.start,
            Err(mistake) => mistake.span.start,
        };
        let start = self.document.span(start..start).start;
        let span = self.text.first_line(start..self.text.content.len());
        self.report(ReadProblem::ContentAfterEnd, span, "would be dropped");
    }

    /// Every other tool reads `[?a]` and `[:a]` as text.
    fn check_indicators(&mut self, parser: &Parser<'_>) {
        for at in parser.tight_indicators() {
            let span = self.document.span(*at..*at + 1);
            self.report(ReadProblem::FlowIndicator, span, "this sign");
        }
    }

    fn syntax(&self, mistake: Mistake, parser: &Parser<'_>) -> Box<ReadError> {
        let is_indicator = parser.tight_indicators().contains(&mistake.span.start);
        let span = self.document.span(mistake.span);
        if is_indicator {
            return self.located(ReadProblem::FlowIndicator, span, "this sign");
        }
        self.located(ReadProblem::Yaml(mistake.problem), self.text.first_line(span), "here")
    }

    fn report(&mut self, problem: ReadProblem, span: Range<usize>, label: &'static str) {
        self.errors.push(Located::new(self.text, problem, span, label));
    }

    fn located(&self, problem: ReadProblem, span: Range<usize>, label: &'static str) -> Box<ReadError> {
        Box::new(Located::new(self.text, problem, span, label))
    }
}
