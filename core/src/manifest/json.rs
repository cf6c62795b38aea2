//! JSON text as trees: one object after the other, as kubectl reads a file that starts with `{`.
//!
//! Exact JSON: no comments, no trailing commas. Like kubectl, says where YAML may go on.

use std::ops::Range;

use super::limits::DEPTH_MAX;
use super::located::Located;
use super::number::parse_float;
use super::problem::{ReadError, ReadProblem};
use super::source::Text;
use super::tree::{Kind, NodeId, Scalar, Size, Tree};

/// How far kubectl looks for the first character that is not blank.
const PEEK_BYTES: usize = 4096;

/// Documents of JSON after which kubectl no longer believes that the rest may be YAML.
const DOCUMENTS_SURE: usize = 2;

/// Where JSON ended, and why.
pub(crate) struct Ended {
    pub(crate) error: ReadError,
    /// Where kubectl goes on and reads YAML.
    pub(crate) yaml: Option<usize>,
}

/// Returns whether kubectl tries to read the text as JSON (apimachinery `GuessJSONStream`).
pub(crate) fn is_json(text: &Text) -> bool {
    let start = text.content.floor_char_boundary(PEEK_BYTES);
    text.content[..start].trim_start().starts_with('{')
}

/// Adds the tree and root of each object in the text, up to the first mistake.
pub(crate) fn parse(text: &Text, documents: &mut Vec<(Tree, NodeId)>) -> Result<(), Box<Ended>> {
    let mut reader = Reader { content: &text.content, at: 0, tree: Tree::default(), too_large: None };
    loop {
        let end = reader.at;
        reader.skip_blank();
        if reader.at == reader.content.len() {
            return Ok(());
        }
        match reader.whole_value() {
            Ok(root) => documents.push((std::mem::take(&mut reader.tree), root)),
            Err((problem, span)) => {
                let may_be_yaml = documents.len() < DOCUMENTS_SURE && matches!(problem, ReadProblem::Json { .. });
                let yaml = may_be_yaml.then(|| skip_line_end(&text.content, end)).flatten();
                return Err(Box::new(Ended { error: Located::new(text, problem, span, "here"), yaml }));
            }
        }
    }
}

/// Skips blanks up to the end of their line. kubectl wants to see four bytes for each step
/// (apimachinery `consumeWhitespace`).
fn skip_line_end(content: &str, from: usize) -> Option<usize> {
    const SEEN_BYTES_MIN: usize = 4;
    for (at, character) in content[from..].char_indices() {
        if content.len() - from - at < SEEN_BYTES_MIN || character == char::REPLACEMENT_CHARACTER {
            return None;
        }
        if character == '\n' {
            return Some(from + at + 1);
        }
        if !character.is_whitespace() {
            return Some(from + at);
        }
    }
    None
}

type Mistake = (ReadProblem, Range<usize>);

struct Reader<'a> {
    content: &'a str,
    at: usize,
    tree: Tree,
    too_large: Option<Range<usize>>,
}

impl Reader<'_> {
    fn whole_value(&mut self) -> Result<NodeId, Mistake> {
        let root = self.value(0)?;
        match self.too_large.take() {
            Some(span) => Err((ReadProblem::NumberTooLarge, span)),
            None => Ok(root),
        }
    }

    fn value(&mut self, depth: usize) -> Result<NodeId, Mistake> {
        if depth > DEPTH_MAX {
            return Err((ReadProblem::TooDeep, self.here()));
        }
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Kind::Scalar(Scalar::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => Kind::Scalar(self.number()?),
            _ => Kind::Scalar(self.word()?),
        };
        Ok(self.tree.push(kind, start..self.at, Size::default()))
    }

    fn object(&mut self, depth: usize) -> Result<Kind, Mistake> {
        let mut pairs = Vec::new();
        self.at += 1;
        if self.takes(b'}') {
            return Ok(Kind::Mapping(pairs));
        }
        loop {
            self.skip_blank();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in double quotes is expected"));
            }
            let text = self.string()?;
            let key = self.tree.push(Kind::Scalar(Scalar::Text(text)), start..self.at, Size::default());
            if !self.takes(b':') {
                return Err(self.expected("a colon is expected after the key"));
            }
            self.skip_blank();
            pairs.push((key, self.value(depth + 1)?));
            if self.takes(b'}') {
                return Ok(Kind::Mapping(pairs));
            }
            if !self.takes(b',') {
                return Err(self.expected("`,` or `}` is expected"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Kind, Mistake> {
        let mut items = Vec::new();
        self.at += 1;
        if self.takes(b']') {
            return Ok(Kind::Sequence(items));
        }
        loop {
            self.skip_blank();
            items.push(self.value(depth + 1)?);
            if self.takes(b']') {
                return Ok(Kind::Sequence(items));
            }
            if !self.takes(b',') {
                return Err(self.expected("`,` or `]` is expected"));
            }
        }
    }

    fn string(&mut self) -> Result<String, Mistake> {
        let start = self.at;
        let mut escaped = false;
        let body = &self.content.as_bytes()[start + 1..];
        let end = body.iter().position(|byte| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        });
        let Some(length) = end else {
            return Err(self.expected("this string has no end"));
        };
        self.at = start + length + 2;
        let written = &self.content[start..self.at];
        let text = serde_json::from_str(written).or_else(|_| serde_json::from_str(&without_lone_surrogates(written)));
        let wrong = ReadProblem::Json { reason: "a string with a wrong escape or a line break" };
        text.map_err(|_| (wrong, start..self.at))
    }

    fn number(&mut self) -> Result<Scalar, Mistake> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        let written = &self.content[start..self.at];
        if let Ok(int) = written.parse() {
            return Ok(Scalar::Int(int));
        }
        Ok(parse_float(written).map_or_else(|| self.too_large(start), Scalar::Float))
    }

    fn digits(&mut self) -> Result<(), Mistake> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(self.expected("a digit is expected")) } else { Ok(()) }
    }

    /// Notes a number to be refused, if the rest is JSON: if not, kubectl reads the text as YAML.
    fn too_large(&mut self, start: usize) -> Scalar {
        self.too_large.get_or_insert(start..self.at);
        Scalar::Null
    }

    fn word(&mut self) -> Result<Scalar, Mistake> {
        let words = [("true", Scalar::Bool(true)), ("false", Scalar::Bool(false)), ("null", Scalar::Null)];
        for (word, scalar) in words {
            if self.content[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(scalar);
            }
        }
        Err(self.expected("a value is expected"))
    }

    fn takes(&mut self, byte: u8) -> bool {
        self.skip_blank();
        let takes = self.peek() == Some(byte);
        self.at += usize::from(takes);
        takes
    }

    fn skip_blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.content.as_bytes().get(self.at).copied()
    }

    fn expected(&self, reason: &'static str) -> Mistake {
        (ReadProblem::Json { reason }, self.here())
    }

    fn here(&self) -> Range<usize> {
        let length = self.content[self.at..].chars().next().map_or(0, char::len_utf8);
        self.at..self.at + length
    }
}

/// Writes U+FFFD for each half of a surrogate pair that stands alone, as Go's decoder reads it.
fn without_lone_surrogates(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = &rest[at..];
        let length = match (surrogate(escape), surrogate(escape.get(6..).unwrap_or(""))) {
            (Some(Half::High), Some(Half::Low)) => 12,
            (Some(_), _) => 6,
            (None, _) => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        text.push_str(if length == 6 { "\\ufffd" } else { &escape[..length] });
        rest = &escape[length..];
    }
    text + rest
}

#[derive(Clone, Copy)]
enum Half {
    High,
    Low,
}

/// Returns which half of a surrogate pair the escape at the start of `text` is.
fn surrogate(text: &str) -> Option<Half> {
    let code = u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()?;
    match code {
        0xD800..0xDC00 => Some(Half::High),
        0xDC00..0xE000 => Some(Half::Low),
        _ => None,
    }
}
