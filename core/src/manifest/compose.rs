//! One YAML document as a tree, from the events of the parser.
//!
//! Follows no alias and merges nothing: `build` does. Where the parser is stricter than kubectl
//! (`[-]`, `"\'"`, quoted text that continues at its key's indentation), the file is refused.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, StructureStyle, Tag};

use super::Compat;
use super::limits::DEPTH_MAX;
use super::located::Located;
use super::problem::{ReadError, ReadProblem};
use super::resolve::{ScalarTag, resolve};
use super::source::Text;
use super::stream::Document;
use super::tree::{Kind, NodeId, Tree};

/// Returns the tree of a document and its root; `None` when it is empty or was reported.
pub(crate) fn compose(
    text: &Text,
    document: &Document,
    mode: Compat,
    errors: &mut Vec<ReadError>,
) -> Option<(Tree, NodeId)> {
    let mut composer = Composer::new(text, document, errors);
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEPTH_MAX,
        block_nesting_limit: DEPTH_MAX,
    };
    let mut parser = Parser::new_from_str_with_options(&document.content, options);
    match composer.document(&mut parser) {
        Ok(root) => {
            if mode == Compat::Strict {
                composer.check_nothing_follows(&mut parser);
            }
            root.map(|root| (composer.tree, root))
        }
        Err(error) => {
            composer.syntax(&error);
            None
        }
    }
}

type Events<'a> = Parser<'a, StrInput<'a>>;

struct Composer<'a> {
    text: &'a Text,
    document: &'a Document,
    errors: &'a mut Vec<ReadError>,
    tree: Tree,
    anchors: BTreeMap<usize, NodeId>,
    open: Vec<Open>,
    root: Option<NodeId>,
}

/// A collection whose end has not come yet.
struct Open {
    id: NodeId,
    children: Vec<NodeId>,
    flow: bool,
}

impl<'a> Composer<'a> {
    fn new(text: &'a Text, document: &'a Document, errors: &'a mut Vec<ReadError>) -> Self {
        let tree = Tree::default();
        Self { text, document, errors, tree, anchors: BTreeMap::new(), open: Vec::new(), root: None }
    }

    fn document(&mut self, events: &mut Events<'_>) -> Result<Option<NodeId>, ScanError> {
        while let Some(next) = events.next_event() {
            let (event, span) = next?;
            if matches!(event, Event::DocumentEnd) {
                break;
            }
            self.event(event, span);
        }
        Ok(self.root)
    }

    fn event(&mut self, event: Event<'_>, at: Span) {
        let span = self.span(at);
        match event {
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::UnresolvedAlias(name) => self.unknown_anchor(&name, span),
            Event::Scalar(value, style, anchor, tag) => {
                let kind = self.scalar(&value, style, tag.as_deref(), &span);
                let id = self.tree.push(kind, span);
                self.anchors.insert(anchor, id);
                self.attach(id);
            }
            Event::SequenceStart(style, anchor, _) => {
                self.start(Kind::Sequence(Vec::new()), style, anchor, span);
            }
            Event::MappingStart(style, anchor, _) => {
                self.start(Kind::Mapping(Vec::new()), style, anchor, span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(&span),
            _ => {}
        }
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, tag: Option<&Tag>, span: &Range<usize>) -> Kind {
        if style == ScalarStyle::DoubleQuoted {
            self.check_escapes(span);
        }
        let plain = style == ScalarStyle::Plain && tag.is_none();
        if plain && self.in_flow() && value.starts_with(['?', ':']) {
            self.report(ReadProblem::FlowIndicator, span.clone(), "this value");
        }
        if value == "<<" && (plain || is_merge_tag(tag)) {
            return Kind::MergeKey;
        }
        match resolve(&scalar_tag(style, tag), value) {
            Ok(scalar) => Kind::Scalar(scalar),
            Err(problem) => {
                self.report(problem, span.clone(), "this value");
                Kind::Broken
            }
        }
    }

    fn in_flow(&self) -> bool {
        self.open.last().is_some_and(|open| open.flow)
    }

    /// Refuses escapes that the parser knows and kubectl does not: `\/` and surrogates.
    fn check_escapes(&mut self, span: &Range<usize>) {
        let raw = &self.text.content[span.clone()];
        let mut rest = raw;
        while let Some(at) = rest.find('\\') {
            let escape = &rest[at..];
            if let Some(length) = unknown_escape(escape) {
                let start = span.end - escape.len();
                let problem = ReadProblem::Escape { escape: escape[..length].to_owned() };
                self.report(problem, start..start + length, "this escape");
            }
            let escaped = escape[1..].chars().next().map_or(0, char::len_utf8);
            rest = &escape[1 + escaped..];
        }
    }

    fn alias(&mut self, anchor: usize, span: Range<usize>) {
        let Some(target) = self.anchors.get(&anchor).copied() else {
            return self.unknown_anchor("?", span);
        };
        let id = self.tree.push(Kind::Alias(target), span);
        self.attach(id);
    }

    fn unknown_anchor(&mut self, name: &str, span: Range<usize>) {
        let problem = ReadProblem::UnknownAnchor { name: name.to_owned() };
        self.report(problem, span.clone(), "this alias");
        let id = self.tree.push(Kind::Broken, span);
        self.attach(id);
    }

    fn start(&mut self, kind: Kind, style: StructureStyle, anchor: usize, span: Range<usize>) {
        let id = self.tree.push(kind, span);
        self.anchors.insert(anchor, id);
        self.attach(id);
        self.open.push(Open { id, children: Vec::new(), flow: style == StructureStyle::Flow });
    }

    fn end(&mut self, at: &Range<usize>) {
        let Some(open) = self.open.pop() else { return };
        let last = open.children.last().map(|id| self.tree.node(*id).span.end);
        let node = self.tree.node_mut(open.id);
        let end = if open.flow { Some(at.end) } else { last };
        node.span.end = end.unwrap_or(node.span.end).max(node.span.start);
        match &mut node.kind {
            Kind::Mapping(pairs) => {
                *pairs = open.children.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            }
            other => *other = Kind::Sequence(open.children),
        }
    }

    fn attach(&mut self, id: NodeId) {
        match self.open.last_mut() {
            Some(open) => open.children.push(id),
            None => self.root = Some(id),
        }
    }

    fn check_nothing_follows(&mut self, events: &mut Events<'_>) {
        let next = events.next_event();
        let marker = match &next {
            None | Some(Ok((Event::StreamEnd, _))) => return,
            Some(Ok((_, span))) => span.start,
            Some(Err(error)) => *error.marker(),
        };
        let at = self.offset(marker.byte_offset());
        let span = at..at + self.text.content[at..].lines().next().map_or(0, str::len);
        self.report(ReadProblem::ContentAfterEnd, span, "would be dropped");
    }

    fn syntax(&mut self, error: &ScanError) {
        let at = self.offset(error.marker().byte_offset());
        let end = at + self.text.content[at..].chars().next().map_or(0, char::len_utf8);
        let problem = ReadProblem::Yaml { reason: error.info() };
        self.report(problem, at..end, "here");
    }

    fn report(&mut self, problem: ReadProblem, span: Range<usize>, label: &'static str) {
        self.errors.push(Located::new(self.text, problem, span, label));
    }

    fn span(&self, at: Span) -> Range<usize> {
        let range = at.byte_range().unwrap_or(0..0);
        self.document.span(range)
    }

    fn offset(&self, within: Option<usize>) -> usize {
        let within = within.unwrap_or(0).min(self.document.content.len());
        self.document.span(within..within).start
    }
}

/// Returns the length of the escape at the start of `text`, if kubectl does not know it.
fn unknown_escape(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [b'\\', b'/', ..] => Some(2),
        [b'\\', b'u', b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', _, _, ..] => Some(6),
        _ => None,
    }
}

/// Returns which rule reads the scalar. Like go-yaml, tags it does not know make text.
fn scalar_tag(style: ScalarStyle, tag: Option<&Tag>) -> ScalarTag {
    let Some(tag) = tag else {
        return if style == ScalarStyle::Plain { ScalarTag::Plain } else { ScalarTag::Text };
    };
    match tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref() {
        Some(name @ ("null" | "bool" | "int" | "float" | "timestamp")) => ScalarTag::Core(name.to_owned()),
        Some("binary") => ScalarTag::Binary,
        _ => ScalarTag::Text,
    }
}

fn is_merge_tag(tag: Option<&Tag>) -> bool {
    tag.and_then(|tag| tag.suffix_in_namespace("tag:yaml.org,2002:")).as_deref() == Some("merge")
}
