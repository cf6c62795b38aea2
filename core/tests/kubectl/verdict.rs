//! Whether two readings of a file are one, and where the reader may be stricter.

use landfall_core::manifest::{Compat, ReadErrors, ReadProblem, SourceFile, values};
use serde_json::Value;

use super::kubectl::{Kubectl, Reading};

/// How often kubectl is asked again: it walks over maps in a random order, so that its reading
/// of `{1: a, "1": b}` is another one each time.
const ATTEMPTS: usize = 40;

/// Returns whether kubectl can read the file, or how the reader differs from it.
pub(crate) fn difference(kubectl: &mut Kubectl, file: &[u8]) -> Result<bool, String> {
    let source = SourceFile::new("a.yaml", file);
    let theirs = kubectl.read(file);
    let readable = theirs.error.is_none();
    let ours = values(&source, Compat::Kubectl);
    if ours.as_ref().is_err_and(|errors| any(errors, is_limit)) {
        return Ok(readable);
    }
    if !is_same(&ours, &theirs) && !(1..ATTEMPTS).any(|_| is_same(&ours, &kubectl.read(file))) {
        return Err(format!("landfall: {ours:?}\n  kubectl: {theirs:?}"));
    }
    match values(&source, Compat::Strict) {
        Ok(strict) if ours.as_ref().is_ok_and(|ours| *ours == strict) => Ok(readable),
        Err(errors) if ours.is_err() || all(&errors, is_strict) => Ok(readable),
        strict => Err(format!("strict: {strict:?}\n  kubectl: {theirs:?}")),
    }
}

fn is_same(ours: &Result<Vec<Value>, ReadErrors>, theirs: &Reading) -> bool {
    match ours {
        Ok(values) => theirs.error.is_none() && rounded(values) == rounded(&theirs.values),
        Err(_) => theirs.error.is_some(),
    }
}

fn any(errors: &ReadErrors, is: fn(&ReadProblem) -> bool) -> bool {
    errors.all().iter().any(|error| is(&error.problem))
}

fn all(errors: &ReadErrors, is: fn(&ReadProblem) -> bool) -> bool {
    errors.all().iter().all(|error| is(&error.problem))
}

/// Where the reader refuses on purpose what kubectl may read: limits, invalid bytes behind a byte order
/// mark, which kubectl refuses in YAML and replaces in JSON, and a second mark, which makes it drop characters.
fn is_limit(problem: &ReadProblem) -> bool {
    matches!(
        problem,
        ReadProblem::TooDeep
            | ReadProblem::TooManyDocuments
            | ReadProblem::FileTooLarge { .. }
            | ReadProblem::InvalidUtf8
            | ReadProblem::ControlCharacter { code: 0xFEFF }
    )
}

/// What only `Compat::Strict` refuses.
fn is_strict(problem: &ReadProblem) -> bool {
    matches!(
        problem,
        ReadProblem::InvalidUtf8
            | ReadProblem::InvisibleLineBreak { .. }
            | ReadProblem::FlowIndicator
            | ReadProblem::ContentAfterEnd
            | ReadProblem::DuplicateKey { .. }
            | ReadProblem::MergeOrder { .. }
    )
}

fn rounded(values: &[Value]) -> Vec<Value> {
    values.iter().map(with_rounded_floats).collect()
}

/// Writes floats with 14 digits: `serde_json`, with which the answer is read, is off by some bits.
fn with_rounded_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.as_i64().is_none() => format!("{:.13e}", number.as_f64().unwrap()).into(),
        Value::Array(items) => items.iter().map(with_rounded_floats).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), with_rounded_floats(value))).collect(),
        other => other.clone(),
    }
}
