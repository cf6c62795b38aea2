//! Bytes of a file as text: byte order marks, UTF-16, invalid UTF-8, lines.
//!
//! Follows the decoder kubectl wraps around every file (`BOMOverride` over UTF-8).

use std::ops::Range;
use std::sync::Arc;

use miette::NamedSource;

/// How every pointer starts that git-lfs leaves in place of a file.
pub(super) const LFS_POINTER: &str = "version https://git-lfs.github.com/spec/v1";

/// Whether git-lfs keeps the content of a file elsewhere.
pub fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.starts_with(LFS_POINTER.as_bytes())
}

/// A file as the caller read it.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path to show to the user.
    pub path: String,
    /// The content, untouched.
    pub bytes: Vec<u8>,
}

impl SourceFile {
    /// Returns a source file.
    pub fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: bytes.into() }
    }
}

/// A decoded file. Every span of this room is a byte range of `content`.
#[derive(Debug)]
pub struct Text {
    /// Path to show to the user.
    pub path: String,
    /// The content without byte order mark.
    pub content: Arc<str>,
    lines: Vec<usize>,
}

impl Text {
    pub(crate) fn new(path: &str, content: &str) -> Self {
        Self { path: path.to_owned(), content: content.into(), lines: line_starts(content) }
    }

    pub(crate) fn empty(path: &str) -> Self {
        Self::new(path, "")
    }

    /// Returns the line that contains the byte at `offset`, counted from one.
    pub fn line(&self, offset: usize) -> u32 {
        let line = self.lines.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// Returns the column of the byte at `offset` in characters, counted from one.
    pub fn column(&self, offset: usize) -> u32 {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line.wrapping_sub(1)).copied().unwrap_or(0);
        let before = self.content.get(start..offset).unwrap_or("");
        u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX)
    }

    /// Returns the part of a span that is on its first line, so that labels stay short.
    pub(crate) fn first_line(&self, span: Range<usize>) -> Range<usize> {
        let line = self.content.get(span.clone()).and_then(|text| text.lines().next());
        span.start..span.start + line.map_or(0, str::len)
    }

    /// Returns the text as miette shows it.
    pub fn named(&self) -> NamedSource<Arc<str>> {
        NamedSource::new(&self.path, Arc::clone(&self.content))
    }
}

/// Offsets at which lines start, for all three line ends YAML knows: LF, CR LF and CR.
fn line_starts(content: &str) -> Vec<usize> {
    let bytes = content.as_bytes();
    let mut starts = vec![0];
    for (at, byte) in bytes.iter().enumerate() {
        let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        if ends {
            starts.push(at + 1);
        }
    }
    starts
}

/// What kubectl takes off the start of a file. Behind it, it replaces no invalid bytes and refuses them.
pub(crate) const UTF8_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Decodes the bytes of a file, and returns where a replacement character stands for
/// bytes that were not valid.
pub(crate) fn decode(file: &SourceFile) -> (Text, Vec<Range<usize>>) {
    let bytes = file.bytes.as_slice();
    let (content, invalid) = match bytes {
        _ if bytes.starts_with(&UTF8_MARK) => utf8(&bytes[UTF8_MARK.len()..]),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes),
    };
    (Text::new(&file.path, &content), invalid)
}

fn utf8(bytes: &[u8]) -> (String, Vec<Range<usize>>) {
    let mut content = String::with_capacity(bytes.len());
    let mut invalid = Vec::new();
    for chunk in bytes.utf8_chunks() {
        content.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            push_replacement(&mut content, &mut invalid);
        }
    }
    (content, invalid)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (String, Vec<Range<usize>>) {
    let mut content = String::with_capacity(bytes.len());
    let mut invalid = Vec::new();
    let (pairs, odd) = bytes.as_chunks::<2>();
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match decoded {
            Ok(character) => content.push(character),
            Err(_) => push_replacement(&mut content, &mut invalid),
        }
    }
    if !odd.is_empty() {
        push_replacement(&mut content, &mut invalid);
    }
    (content, invalid)
}

fn push_replacement(content: &mut String, invalid: &mut Vec<Range<usize>>) {
    let start = content.len();
    content.push(char::REPLACEMENT_CHARACTER);
    invalid.push(start..content.len());
}
