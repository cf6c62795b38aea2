//! Every vector: what kubectl 1.36.3 made of a file against what the reader makes of it.
//!
//! `refused` in a vector is the code with which the default refuses what kubectl reads.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking and says what it counted")]

use std::fs;
use std::path::{Path, PathBuf};

use landfall_core::manifest::{Compat, SourceFile, read};
use miette::Diagnostic as _;
use serde_json::Value;

/// Where the reader deliberately differs from kubectl even in `Compat::Kubectl`.
const EXCEPTIONS: &[(&str, &str)] = &[("list-nested", "lists in lists are unpacked; kubectl refuses them")];

/// The objects kubectl printed; `None` if it refused the file.
type Outcome = Option<Vec<Value>>;

#[test]
fn files_read_as_kubectl_reads_them() {
    let mut different = Vec::new();
    for path in vectors() {
        let (ours, theirs) = (landfall(&path, Compat::Kubectl).ok(), kubectl(&path));
        let excepted = EXCEPTIONS.iter().any(|(name, _)| path.ends_with(format!("{name}.yaml")));
        if (ours == theirs) == excepted {
            different.push(format!("{}: {ours:?}, kubectl: {theirs:?}", path.display()));
        }
    }
    println!("{} of {} files differ from kubectl's reading", EXCEPTIONS.len(), vectors().len());
    assert!(different.is_empty(), "{} not as listed:\n{}", different.len(), different.join("\n"));
}

#[test]
fn the_default_reads_the_same_or_refuses_as_the_vector_says() {
    let mut different = Vec::new();
    for path in vectors() {
        let (kubectl, strict) = (landfall(&path, Compat::Kubectl), landfall(&path, Compat::Strict));
        let refused = strict.as_ref().err().filter(|_| kubectl.is_ok()).cloned();
        let same = strict.is_err() || strict == kubectl;
        if !same || refused != vector(&path)["refused"].as_str().map(str::to_owned) {
            different.push(format!("{}: {refused:?}", path.display()));
        }
    }
    assert!(different.is_empty(), "{} not as the vector says:\n{}", different.len(), different.join("\n"));
}

fn vectors() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/yaml");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "yaml")).collect();
    files.sort();
    files
}

/// Returns the objects, or the code of the first problem.
fn landfall(path: &Path, mode: Compat) -> Result<Vec<Value>, String> {
    let name = path.file_name().unwrap().to_str().unwrap();
    match read(&SourceFile::new(name, fs::read(path).unwrap()), mode) {
        Ok(manifests) => Ok(manifests.into_iter().map(|manifest| shown(manifest.object)).collect()),
        Err(errors) => Err(errors.all()[0].code().unwrap().to_string()),
    }
}

fn shown(object: Value) -> Value {
    with_rounded_floats(&with_namespace(object))
}

/// kubectl prints the namespace it would create the object in.
fn with_namespace(mut object: Value) -> Value {
    if object["metadata"].get("namespace").is_none() {
        object["metadata"]["namespace"] = "default".into();
    }
    object
}

/// kubectl refuses a file without objects; to the reader it is an empty set.
fn kubectl(path: &Path) -> Outcome {
    let vector = vector(path);
    let error = vector["error"].as_str().unwrap_or("");
    let refused = !error.is_empty() && !error.contains("no objects passed");
    (!refused).then(|| vector["objects"].as_array().unwrap().iter().map(with_rounded_floats).collect())
}

fn vector(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path.with_extension("json")).unwrap()).unwrap()
}

/// Writes floats with 16 digits, because `serde_json` is off by one bit in the 17th.
fn with_rounded_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.as_i64().is_none() => format!("{:.15e}", number.as_f64().unwrap()).into(),
        Value::Array(items) => items.iter().map(with_rounded_floats).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), with_rounded_floats(value))).collect(),
        other => other.clone(),
    }
}
