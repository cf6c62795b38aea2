//! landfall.yaml as a tree that knows where everything is written. Does not know what any key means.

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, options};
use miette::SourceSpan;

use super::mistake::Mistake;

/// Most nesting of landfall.yaml: its deepest key is six levels down, and a reader that recurses needs an end.
const NESTING_MAX: usize = 32;

/// One value and where it is written.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) at: SourceSpan,
    pub(super) value: Value,
}

/// What a value is, by YAML 1.2's core schema.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Flag(bool),
    Count(u64),
    /// A number that is no whole count: `-1`, `0.5`.
    Number,
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One key of a map with its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) at: SourceSpan,
    pub(super) node: Node,
}

impl Node {
    /// Returns the entry of a key; none when this is not a map or has no such key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// Returns a map's entries in the file's order; none for anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// Returns the entries of the map under a key; none for anything else.
    pub(super) fn children(&self, key: &str) -> &[Entry] {
        self.entry(key).map_or(&[], |entry| entry.node.entries())
    }

    /// Returns a list's items; none for anything else.
    pub(super) fn items(&self) -> &[Node] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// Returns the text, where it is text.
    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }
}

/// Reads a file of one document. Keys written twice are added to `mistakes`; what cannot be read at all ends it.
pub(super) fn read(text: &str, mistakes: &mut Vec<Mistake>) -> Result<Node, Mistake> {
    let options = options! {
        emit_comments: false,
        flow_nesting_limit: NESTING_MAX,
        block_nesting_limit: NESTING_MAX,
    };
    let events = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader { events, mistakes, text };
    let mut document = None;
    while let Some((event, span)) = reader.next()? {
        match event {
            Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => {}
            _ if document.is_some() => return Err(Mistake::Unread { what: "a second document", at: range(&span) }),
            event => document = Some(reader.node(event, &span)?),
        }
    }
    let nothing = |node: &Node| matches!(node.value, Value::Null);
    document.filter(|node| !nothing(node)).ok_or(Mistake::Empty { at: (0, 0).into() })
}

struct Reader<'a, I> {
    events: I,
    mistakes: &'a mut Vec<Mistake>,
    text: &'a str,
}

impl<'a, I> Reader<'a, I>
where
    I: Iterator<Item = Result<(Event<'a>, Span), ScanError>>,
{
    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, Mistake> {
        self.events.next().transpose().map_err(|error| self.syntax(&error))
    }

    /// Reads the next event inside a list or map, which the parser always closes before the stream ends.
    fn inner(&mut self) -> Result<(Event<'a>, Span), Mistake> {
        let end = self.text.len();
        self.next()?.ok_or(Mistake::Syntax { message: "the file ends too early".to_owned(), at: (end, 0).into() })
    }

    fn node(&mut self, event: Event<'a>, span: &Span) -> Result<Node, Mistake> {
        let at = range(span);
        refuse_properties(&event, at)?;
        let value = match event {
            Event::Scalar(text, style, ..) => scalar(&text, style),
            Event::SequenceStart(..) => Value::List(self.items()?),
            Event::MappingStart(..) => Value::Map(self.entries()?),
            _ => return Err(Mistake::Unread { what: "an alias", at }),
        };
        Ok(Node { at, value })
    }

    fn items(&mut self) -> Result<Vec<Node>, Mistake> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.inner()?;
            if event == Event::SequenceEnd {
                return Ok(items);
            }
            items.push(self.node(event, &span)?);
        }
    }

    fn entries(&mut self) -> Result<Vec<Entry>, Mistake> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (event, span) = self.inner()?;
            if event == Event::MappingEnd {
                return Ok(entries);
            }
            let entry = self.entry(event, &span)?;
            match entries.iter().find(|known| known.key == entry.key) {
                Some(first) => {
                    self.mistakes.push(Mistake::DuplicateKey { key: entry.key, first: first.at, at: entry.at });
                }
                None => entries.push(entry),
            }
        }
    }

    fn entry(&mut self, event: Event<'a>, span: &Span) -> Result<Entry, Mistake> {
        let at = range(span);
        refuse_properties(&event, at)?;
        let Event::Scalar(key, ..) = event else {
            return Err(Mistake::Unread { what: "a key that is not text", at });
        };
        let (event, span) = self.inner()?;
        Ok(Entry { key: key.into_owned(), at, node: self.node(event, &span)? })
    }

    fn syntax(&self, error: &ScanError) -> Mistake {
        let start = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        Mistake::Syntax { message: error.info(), at: (start, 0).into() }
    }
}

fn refuse_properties(event: &Event<'_>, at: SourceSpan) -> Result<(), Mistake> {
    if event.tag().is_some() {
        return Err(Mistake::Unread { what: "a tag", at });
    }
    if event.anchor_id().is_some() {
        return Err(Mistake::Unread { what: "an anchor", at });
    }
    Ok(())
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Flag(true),
        "false" | "False" | "FALSE" => Value::Flag(false),
        _ => number(text).unwrap_or_else(|| Value::Text(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['-', '+', '.']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Ok(count) = text.parse() {
        return Some(Value::Count(count));
    }
    text.parse::<f64>().ok().map(|_| Value::Number)
}

fn range(span: &Span) -> SourceSpan {
    span.byte_range().unwrap_or(0..0).into()
}
