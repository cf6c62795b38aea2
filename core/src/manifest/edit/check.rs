//! Whether a file that was edited is read as what the edit asked for, and as nothing else.

use serde_json::Value;

use super::super::{Compat, SourceFile, push_step, values};
use super::{Edit, EditProblem};

pub(super) fn reads_as(file: &SourceFile, mode: Compat, expected: &[Value], edits: &[Edit]) -> Result<(), EditProblem> {
    let read = values(file, mode).map_err(|_| EditProblem::Unwritable)?;
    if read.len() != expected.len() {
        return Err(EditProblem::Unwritable);
    }
    let mut documents = read.iter().zip(expected).enumerate();
    let different = documents.find_map(|(at, (read, expected))| Some((at, difference(read, expected, String::new())?)));
    let Some((document, pointer)) = different else { return Ok(()) };
    // Where the edit itself, or what it is in, came out otherwise, no other place is to blame.
    let is_own = |edit: &Edit| edit.document == document && edit.pointer.starts_with(&pointer);
    Err(if edits.iter().any(is_own) { EditProblem::Unwritable } else { EditProblem::ChangesOther { pointer } })
}

/// Returns the first place at which two values differ.
fn difference(read: &Value, expected: &Value, pointer: String) -> Option<String> {
    let below = |step: &str| {
        let mut below = pointer.clone();
        push_step(&mut below, step);
        below
    };
    match (read, expected) {
        (Value::Object(read), Value::Object(expected)) if read.keys().eq(expected.keys()) => read
            .iter()
            .zip(expected.values())
            .find_map(|((key, read), expected)| difference(read, expected, below(key))),
        (Value::Array(read), Value::Array(expected)) if read.len() == expected.len() => {
            let mut pairs = read.iter().zip(expected).enumerate();
            pairs.find_map(|(at, (read, expected))| difference(read, expected, below(&at.to_string())))
        }
        _ => (read != expected).then_some(pointer),
    }
}
