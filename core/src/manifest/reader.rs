//! From a file to manifests: decode, split, compose, build, unpack, check.
//!
//! Reports everything that is wrong with a file at once, and then returns no manifest.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::limits::FILE_BYTES_MAX;
use super::located::Located;
use super::problem::{ReadError, ReadErrors, ReadProblem};
use super::source::{SourceFile, Text, decode};
use super::spans::Spans;
use super::tree::{NodeId, Tree};
use super::{Compat, Manifest, build, compose, json, list, object, stream};

/// Reads every object of a file.
pub fn read(source: &SourceFile, mode: Compat) -> Result<Vec<Manifest>, ReadErrors> {
    if source.bytes.len() > FILE_BYTES_MAX {
        let problem = ReadProblem::FileTooLarge { bytes: source.bytes.len() };
        let error = Located::new(&Text::empty(&source.path), problem, 0..0, "this file");
        return Err(ReadErrors::one(error));
    }
    let (text, invalid) = decode(source);
    let text = Arc::new(text);
    let mut errors = Vec::new();
    if mode == Compat::Strict {
        report_invalid(&text, &invalid, &mut errors);
    }
    let mut manifests = Vec::new();
    for (value, spans) in objects(&text, mode, &mut errors) {
        list::unpack(value, spans, &text, &mut manifests, &mut errors);
    }
    for manifest in &manifests {
        errors.extend(object::identify(manifest).err().unwrap_or_default());
    }
    errors.sort_by_key(|error| (error.line, error.column));
    if mentions_secret(&text) {
        errors = errors.into_iter().map(Located::without_text).collect();
    }
    if errors.is_empty() { Ok(manifests) } else { Err(ReadErrors::new(errors)) }
}

/// Returns whether showing lines of this text could show values of a Secret.
fn mentions_secret(text: &Text) -> bool {
    text.content.lines().any(|line| line.contains("kind") && line.contains("Secret"))
}

fn report_invalid(text: &Text, invalid: &[Range<usize>], errors: &mut Vec<ReadError>) {
    for span in invalid.iter().take(1) {
        errors.push(Located::new(text, ReadProblem::InvalidUtf8, span.clone(), "not UTF-8"));
    }
}

/// Returns the value of each document that is neither empty nor null.
fn objects(text: &Text, mode: Compat, errors: &mut Vec<ReadError>) -> Vec<(Value, Spans)> {
    let mut objects = Vec::new();
    for (tree, root) in trees(text, mode, errors) {
        let built = build::build(&tree, root, (text, mode), errors);
        objects.extend(built.filter(|(value, _)| !value.is_null()));
    }
    objects
}

fn trees(text: &Text, mode: Compat, errors: &mut Vec<ReadError>) -> Vec<(Tree, NodeId)> {
    if json::is_json(text) {
        return json::parse(text, errors);
    }
    let mut trees = Vec::new();
    for document in stream::split(text, errors) {
        trees.extend(compose::compose(text, &document, mode, errors));
    }
    trees
}
