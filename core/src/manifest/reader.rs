//! From a file to manifests: decode, split, compose, build, unpack, check.
//!
//! Reports everything that is wrong with a file at once, and then returns no manifest.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::limits::FILE_BYTES_MAX;
use super::located::Located;
use super::problem::{ReadError, ReadErrors, ReadProblem};
use super::source::{LFS_POINTER, SourceFile, Text, UTF8_MARK, decode, is_lfs_pointer};
use super::spans::Spans;
use super::tree::{NodeId, Tree};
use super::{Compat, Manifest, build, compose, json, list, object, stream};

/// Reads every object of a file.
pub fn read(source: &SourceFile, mode: Compat) -> Result<Vec<Manifest>, ReadErrors> {
    let (text, mut errors) = open(source, mode)?;
    let mut manifests = Vec::new();
    for (value, spans) in documents(&text, mode, &mut errors) {
        list::unpack(value, spans, &text, &mut manifests, &mut errors);
    }
    for manifest in &manifests {
        errors.extend(object::identify(manifest).err().unwrap_or_default());
    }
    let holds_secret = manifests.iter().any(|manifest| is_secret(&manifest.object));
    complete(manifests, errors, holds_secret || mentions_secret(&text.content))
}

/// Reads the value of each document that is not null, whatever it is.
pub fn values(source: &SourceFile, mode: Compat) -> Result<Vec<Value>, ReadErrors> {
    let (_, values) = values_with_spans(source, mode)?;
    Ok(values.into_iter().map(|(value, _)| value).collect())
}

/// Text, and the value of each document that is not null with the places of its parts.
pub(crate) type Values = (Arc<Text>, Vec<(Value, Spans)>);

/// Reads the value of each document that is not null, whatever it is, with the places of its parts.
pub(crate) fn values_with_spans(source: &SourceFile, mode: Compat) -> Result<Values, ReadErrors> {
    let (text, mut errors) = open(source, mode)?;
    let values = documents(&text, mode, &mut errors);
    let holds_secret = values.iter().any(|(value, _)| is_secret(value));
    let values = complete(values, errors, holds_secret || mentions_secret(&text.content))?;
    Ok((text, values))
}

/// Decodes a text of whatever language.
pub(crate) fn text(source: &SourceFile) -> Result<Arc<Text>, ReadErrors> {
    let (text, errors) = open(source, Compat::Strict)?;
    complete(vec![Arc::clone(&text)], errors, mentions_secret(&text.content))?;
    Ok(text)
}

fn open(source: &SourceFile, mode: Compat) -> Result<(Arc<Text>, Vec<ReadError>), ReadErrors> {
    if source.bytes.len() > FILE_BYTES_MAX {
        let problem = ReadProblem::FileTooLarge { bytes: source.bytes.len() };
        return Err(ReadErrors::one(Located::of_file(&Text::empty(&source.path), problem)));
    }
    let (text, invalid) = decode(source);
    if is_lfs_pointer(&source.bytes) {
        return Err(ReadErrors::one(Located::new(&text, ReadProblem::LfsPointer, 0..LFS_POINTER.len(), "a pointer")));
    }
    let mut errors = Vec::new();
    if mode == Compat::Strict || source.bytes.starts_with(&UTF8_MARK) {
        report_invalid(&text, &invalid, &mut errors);
    }
    Ok((Arc::new(text), errors))
}

fn report_invalid(text: &Text, invalid: &[Range<usize>], errors: &mut Vec<ReadError>) {
    for span in invalid.iter().take(1) {
        errors.push(Located::new(text, ReadProblem::InvalidUtf8, span.clone(), "not UTF-8"));
    }
}

fn complete<T>(found: Vec<T>, mut errors: Vec<ReadError>, holds_secret: bool) -> Result<Vec<T>, ReadErrors> {
    if errors.is_empty() {
        return Ok(found);
    }
    errors.sort_by_key(|error| (error.line, error.column));
    drop_consequences(&mut errors);
    if holds_secret {
        errors = errors.into_iter().map(Located::without_text).collect();
    }
    Err(ReadErrors::new(errors))
}

/// What is no text is no YAML either: that is said once.
fn drop_consequences(errors: &mut Vec<ReadError>) {
    let is_invalid = |error: &ReadError| error.problem == ReadProblem::InvalidUtf8;
    let invalid: Vec<_> = errors.iter().filter(|error| is_invalid(error)).map(|it| (it.line, it.column)).collect();
    errors.retain(|error| is_invalid(error) || !invalid.contains(&(error.line, error.column)));
}

/// Whether an object is a Secret, however its kind is written in the text (`"\x53ecret"`).
fn is_secret(object: &Value) -> bool {
    object["kind"] == "Secret"
}

/// Returns whether showing lines of this text could show values of a Secret.
pub fn mentions_secret(text: &str) -> bool {
    let is_telling = |line: &str| line.contains("kind") && line.contains("Secret");
    text.lines().any(|line| is_telling(line) || line.to_lowercase().contains("secretgenerator"))
}

fn documents(text: &Text, mode: Compat, errors: &mut Vec<ReadError>) -> Vec<(Value, Spans)> {
    let mut documents = Vec::new();
    for (tree, root) in trees(text, mode, errors) {
        let built = build::build(&tree, root, (text, mode), errors);
        documents.extend(built.filter(|(value, _)| !value.is_null()));
    }
    documents
}

/// Reads JSON where the text starts with `{`, and YAML from where that fails (`YAMLOrJSONDecoder`).
fn trees(text: &Text, mode: Compat, errors: &mut Vec<ReadError>) -> Vec<(Tree, NodeId)> {
    let mut trees = Vec::new();
    if !json::is_json(text) {
        yaml(text, 0, mode, &mut trees, errors);
        return trees;
    }
    let Err(ended) = json::parse(text, &mut trees) else { return trees };
    let mut yaml_errors = Vec::new();
    match ended.yaml {
        Some(from) => yaml(text, from, mode, &mut trees, &mut yaml_errors),
        None => yaml_errors.push(ended.error.clone()),
    }
    // What cannot be read in either way is explained as what its name says that it is.
    let named_json = Path::new(&text.path).extension().is_some_and(|ending| ending == "json");
    if named_json && !yaml_errors.is_empty() {
        errors.push(ended.error);
    } else {
        errors.append(&mut yaml_errors);
    }
    trees
}

fn yaml(text: &Text, from: usize, mode: Compat, trees: &mut Vec<(Tree, NodeId)>, errors: &mut Vec<ReadError>) {
    for document in stream::split(text, from, mode, errors) {
        trees.extend(compose::compose(text, &document, mode, errors));
    }
}
