//! The vectors with a few bytes changed: pieces put in, taken out, doubled, or taken from another vector.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::BoxedStrategy;

/// What is put in: signs that mean something to YAML or to kubectl somewhere.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    " ",
    "  ",
    "\t",
    ":",
    ": ",
    "- ",
    "-",
    "? ",
    "?",
    ",",
    "[",
    "]",
    "{",
    "}",
    "#",
    " #",
    "&a ",
    "*a",
    "!",
    "!!str ",
    "!!int ",
    "!!float ",
    "!!binary ",
    "!x ",
    "|",
    ">",
    "|-\n",
    ">+2\n",
    "'",
    "\"",
    "\\",
    "%",
    "@",
    "`",
    "---",
    "---\n",
    "\n---\n",
    "...",
    "\n...\n",
    "<<: ",
    "<<",
    "~",
    "0",
    "_",
    ".",
    "e",
    "0x",
    "yes",
    "null",
    "\u{FEFF}",
    "\u{85}",
    "\u{2028}",
    "\u{A0}",
    "é",
    "𝄞",
    "\0",
    "\u{7}",
    "%YAML 1.1\n",
    "\\u00e9",
    "\\x",
    "{}",
    "[]",
];

#[derive(Clone, Copy, Debug)]
enum Change {
    Insert(Index, &'static str),
    Remove(Index, usize),
    Double(Index, usize),
    /// Puts in a part of another vector.
    Splice(Index, Index, Index, usize),
    Byte(Index, u8),
}

pub(crate) fn files() -> BoxedStrategy<Vec<u8>> {
    let vectors = vectors();
    (select(vectors.clone()), vec(change(), 0..5))
        .prop_map(move |(vector, changes)| {
            changes.into_iter().fold(vector, |file, change| changed(file, change, &vectors))
        })
        .boxed()
}

fn vectors() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/yaml");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|e| e == "yaml")).collect();
    paths.sort();
    let files = paths.into_iter().map(|path| fs::read(path).unwrap());
    files.filter(|file| file.len() < 4000).collect() // The few long ones would take most of the time.
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (any::<Index>(), select(PIECES)).prop_map(|(at, piece)| Change::Insert(at, piece)),
        2 => (any::<Index>(), 1..6usize).prop_map(|(at, bytes)| Change::Remove(at, bytes)),
        1 => (any::<Index>(), 1..30usize).prop_map(|(at, bytes)| Change::Double(at, bytes)),
        1 => (any::<Index>(), any::<Index>(), any::<Index>(), 1..40usize)
            .prop_map(|(at, file, from, bytes)| Change::Splice(at, file, from, bytes)),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
    ]
}

fn changed(mut file: Vec<u8>, change: Change, vectors: &[Vec<u8>]) -> Vec<u8> {
    match change {
        Change::Insert(at, piece) => insert(file, at, piece.as_bytes()),
        Change::Remove(at, bytes) => {
            file.drain(part(&file, at, bytes));
            file
        }
        Change::Double(at, bytes) => {
            let doubled = file[part(&file, at, bytes)].to_vec();
            insert(file, at, &doubled)
        }
        Change::Splice(at, other, from, bytes) => {
            let other = other.get(vectors);
            insert(file, at, &other[part(other, from, bytes)])
        }
        Change::Byte(at, byte) => insert(file, at, &[byte]),
    }
}

fn insert(mut file: Vec<u8>, at: Index, piece: &[u8]) -> Vec<u8> {
    let at = at.index(file.len() + 1);
    file.splice(at..at, piece.iter().copied());
    file
}

fn part(file: &[u8], at: Index, bytes: usize) -> std::ops::Range<usize> {
    let start = at.index(file.len() + 1);
    start..file.len().min(start + bytes)
}
