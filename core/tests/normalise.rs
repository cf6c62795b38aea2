//! Each case under `cases/normalise` is a set of manifests and what becomes of it.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking and says what it counted")]

use std::fs;
use std::path::{Path, PathBuf};

use landfall_core::manifest::limits::OBJECTS_MAX;
use landfall_core::manifest::{
    Compat, Defaults, NormaliseProblem, Normalised, ScopeTable, SourceFile, normalise, read, read_annotations,
};
use shown::problems;

#[path = "world/shown.rs"]
mod shown;

#[test]
fn sets_are_normalised() {
    let cases = cases();
    for case in &cases {
        check(case);
    }
    println!("{} sets normalised", cases.len());
    assert!(!cases.is_empty());
}

#[test]
fn ten_runs_give_the_same_bytes() {
    for case in cases() {
        let first = outcome(&case);
        for _ in 0..9 {
            assert_eq!(outcome(&case), first, "{}", case.display());
        }
    }
}

#[test]
fn a_key_written_twice_by_a_tool_is_noted_with_its_file() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b, c: d, a: e}\n";
    let manifests = read(&SourceFile::new("templates/a.yaml", text), Compat::Kubectl).unwrap();
    let set = normalise(manifests, &ScopeTable::builtin(), &Defaults { namespace: "shop".to_owned() }).unwrap();
    assert_eq!(set.manifests[0].object["data"], serde_json::json!({"a": "e", "c": "d"}));
    let notes: Vec<String> = set.notes.iter().map(|note| format!("{} {}", note.origin.path, note.change)).collect();
    assert_eq!(notes, ["templates/a.yaml written twice, and only the last counts: /data/a"]);
}

#[test]
fn a_set_of_too_many_objects_is_refused_before_it_is_planned() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let manifests = read(&SourceFile::new("a.yaml", text), Compat::Strict).unwrap();
    let many = manifests.into_iter().cycle().take(OBJECTS_MAX + 1).collect();
    let errors = normalise(many, &ScopeTable::builtin(), &Defaults { namespace: "shop".to_owned() }).unwrap_err();
    assert_eq!(errors.all()[0].problem, NormaliseProblem::TooManyObjects { objects: OBJECTS_MAX + 1 });
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/normalise");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn check(case: &Path) {
    let (file, text) = outcome(case);
    let path = case.join(file);
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{}", path.display());
}

/// Returns the objects and notes as JSON, or the problems as text.
fn outcome(case: &Path) -> (&'static str, String) {
    let source = SourceFile::new("input.yaml", fs::read(case.join("input.yaml")).unwrap());
    let manifests = match read(&source, Compat::Strict) {
        Ok(manifests) => manifests,
        Err(errors) => return ("expected.txt", problems(errors.all())),
    };
    let defaults = Defaults { namespace: "shop".to_owned() };
    let set = normalise(manifests, &ScopeTable::builtin(), &defaults);
    match set.and_then(|set| read_annotations(&set.manifests).map(|()| set)) {
        Ok(set) => ("expected.json", json(&set)),
        Err(errors) => ("expected.txt", problems(errors.all())),
    }
}

fn json(set: &Normalised) -> String {
    let objects: Vec<_> = set.manifests.iter().map(|manifest| &manifest.object).collect();
    let notes = set.notes.iter().map(|note| format!("{} {}: {}", note.origin, note.object, note.change));
    let both = serde_json::json!({ "objects": objects, "notes": notes.collect::<Vec<_>>() });
    serde_json::to_string_pretty(&both).unwrap() + "\n"
}
