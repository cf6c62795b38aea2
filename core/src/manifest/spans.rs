//! Where each key and value of an object is written, by JSON pointer.

use std::collections::BTreeMap;
use std::ops::Range;

/// Byte spans of one object.
#[derive(Clone, Debug, Default)]
pub struct Spans {
    values: BTreeMap<String, Range<usize>>,
    keys: BTreeMap<String, Range<usize>>,
    repeated: BTreeMap<String, Range<usize>>,
}

impl Spans {
    /// Returns the span of the value at `pointer`.
    pub fn value(&self, pointer: &str) -> Option<Range<usize>> {
        self.values.get(pointer).cloned()
    }

    /// Returns the span of the key whose value is at `pointer`.
    pub fn key(&self, pointer: &str) -> Option<Range<usize>> {
        self.keys.get(pointer).cloned()
    }

    /// Returns the span of the value at `pointer`, or of its nearest parent that has one.
    pub fn nearest(&self, pointer: &str) -> Option<Range<usize>> {
        let mut pointer = pointer;
        loop {
            if let Some(span) = self.values.get(pointer) {
                return Some(span.clone());
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }

    /// Returns the pointers of values whose keys were written before, with other values that nobody sees.
    pub fn repeated(&self) -> impl Iterator<Item = &String> {
        self.repeated.keys()
    }

    /// Returns the place of the first key or value that is written.
    pub(crate) fn first(&self) -> Option<Range<usize>> {
        self.keys.values().chain(self.values.values()).min_by_key(|span| (span.start, span.end)).cloned()
    }

    /// Keeps the places that are still true in another text.
    pub(crate) fn retain(&mut self, is_true: impl Fn(&Range<usize>) -> bool) {
        for map in [&mut self.values, &mut self.keys] {
            map.retain(|_, span| is_true(span));
        }
    }

    pub(crate) fn set_repeated(&mut self, pointer: &str, span: Range<usize>) {
        self.repeated.insert(pointer.to_owned(), span);
    }

    pub(crate) fn set(&mut self, pointer: &str, span: Range<usize>) {
        self.values.insert(pointer.to_owned(), span);
    }

    pub(crate) fn set_key(&mut self, pointer: &str, span: Range<usize>) {
        self.keys.insert(pointer.to_owned(), span);
    }

    /// Forgets everything at and below `pointer`, because another value replaces it.
    pub(crate) fn forget(&mut self, pointer: &str) {
        for map in [&mut self.values, &mut self.keys, &mut self.repeated] {
            let below = children(map, pointer).map(|(key, _)| key.clone());
            for key in below.collect::<Vec<_>>() {
                map.remove(&key);
            }
            map.remove(pointer);
        }
    }

    /// Returns the spans at and below `pointer` as those of an object of its own.
    pub(crate) fn under(&self, pointer: &str) -> Self {
        let mut below = Self {
            values: rooted(&self.values, pointer),
            keys: rooted(&self.keys, pointer),
            repeated: rooted(&self.repeated, pointer),
        };
        below.values.extend(self.value(pointer).map(|span| (String::new(), span)));
        below
    }
}

/// Appends one step to a JSON pointer (RFC 6901).
pub fn push_step(pointer: &mut String, step: &str) {
    pointer.push('/');
    for character in step.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

fn rooted(map: &BTreeMap<String, Range<usize>>, pointer: &str) -> BTreeMap<String, Range<usize>> {
    children(map, pointer).map(|(key, span)| (key[pointer.len()..].to_owned(), span.clone())).collect()
}

fn children<'a>(
    map: &'a BTreeMap<String, Range<usize>>,
    pointer: &str,
) -> impl Iterator<Item = (&'a String, &'a Range<usize>)> {
    let prefix = format!("{pointer}/");
    map.range(prefix.clone()..).take_while(move |(key, _)| key.starts_with(&prefix))
}
