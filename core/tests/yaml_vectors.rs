//! Every vector: what kubectl 1.32.4 made of a file against what the reader makes of it.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking and says what it counted")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use landfall_core::manifest::{Compat, SourceFile, read};
use serde_json::Value;

/// Where the reader deliberately differs from kubectl even in `Compat::Kubectl`.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("list-nested", "lists in lists are unpacked; kubectl refuses them"),
    ("nel", "a raw U+0085 is refused; kubectl turns it into a blank"),
];

/// Files that kubectl reads and `Compat::Strict` refuses.
const STRICT: &[(&str, &str)] = &[
    ("anchor-key", "`&k a` and `*k` are one key; kubectl drops the first"),
    ("badutf8", "invalid UTF-8; kubectl replaces the byte"),
    ("dup-key-bool", "`yes` and `true` are one key; kubectl drops the first"),
    ("dup-key-flow", "duplicate key in a flow mapping; kubectl drops the first"),
    ("dup-key-int", "`1` and `01` are one key; kubectl drops the first"),
    ("dup-key-json", "duplicate key in JSON; kubectl drops the first"),
    ("key-int-dup-str", "`1` and `\"1\"` are one key; kubectl drops one of them"),
];

/// The objects kubectl printed; `None` if it refused the file.
type Outcome = Option<Vec<Value>>;

#[test]
fn files_read_as_kubectl_reads_them() {
    compare(Compat::Kubectl, EXCEPTIONS);
}

#[test]
fn strict_differs_from_kubectl_only_where_listed() {
    let all: Vec<_> = EXCEPTIONS.iter().chain(STRICT).copied().collect();
    compare(Compat::Strict, &all);
}

fn compare(mode: Compat, exceptions: &[(&str, &str)]) {
    let exceptions: BTreeMap<_, _> = exceptions.iter().copied().collect();
    let mut different = Vec::new();
    let mut equal = 0;
    for path in vectors() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (ours, theirs) = (landfall(&path, mode), kubectl(&path));
        if (ours == theirs) == exceptions.contains_key(name.as_str()) {
            different.push(format!("{name}: {ours:?}, kubectl: {theirs:?}"));
        }
        equal += usize::from(ours == theirs);
    }
    println!("{mode:?}: {equal} of {} files equal kubectl's reading", vectors().len());
    assert!(different.is_empty(), "{} not as listed:\n{}", different.len(), different.join("\n"));
}

fn vectors() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/yaml");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "yaml")).collect();
    files.sort();
    files
}

fn landfall(path: &Path, mode: Compat) -> Outcome {
    let name = path.file_name().unwrap().to_str().unwrap();
    let manifests = read(&SourceFile::new(name, fs::read(path).unwrap()), mode).ok()?;
    Some(manifests.into_iter().map(|manifest| with_rounded_floats(&with_namespace(manifest.object))).collect())
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
    let text = fs::read_to_string(path.with_extension("json")).unwrap();
    let vector: Value = serde_json::from_str(&text).unwrap();
    let error = vector["error"].as_str().unwrap_or("");
    let refused = !error.is_empty() && !error.contains("no objects passed");
    (!refused).then(|| vector["objects"].as_array().unwrap().iter().map(with_rounded_floats).collect())
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
