//! What differs between two objects: one case a folder, `before.yaml` and `after.yaml` against `expected.diff`.

#![expect(clippy::disallowed_methods, reason = "UPDATE=1 rewrites the expected files")]

mod moves;
mod secrets;

use std::fs;
use std::path::Path;

use landfall_core::diff::{Line, ObjectDiff, between, effect};
use landfall_core::manifest::ObjectId;
use serde_json::Value;

#[test]
fn every_case_reads_as_expected() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/diff");
    for case in fs::read_dir(cases).expect("the cases are there") {
        check(&case.expect("a folder").path());
    }
}

fn check(case: &Path) {
    let read = |file: &str| -> Option<Value> {
        let text = fs::read_to_string(case.join(file)).ok()?;
        Some(serde_saphyr::from_str(&text).expect("the case is YAML"))
    };
    let (before, after) = (read("before.yaml"), read("after.yaml"));
    let id = ObjectId::of(after.as_ref().or(before.as_ref()).expect("a side")).expect("an object");
    let effect = effect(&id, before.as_ref(), after.as_ref());
    let actual = format!("effect: {effect}\n{}", shown(&between(&id, before.as_ref(), after.as_ref())));
    let path = case.join("expected.diff");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &actual).expect("the case can be written");
    }
    assert_eq!(actual, fs::read_to_string(&path).unwrap_or_default(), "{}", path.display());
}

pub(crate) fn shown(diff: &ObjectDiff) -> String {
    let mut lines = Vec::new();
    for hunk in &diff.hunks {
        lines.push(format!("@@ {} @@\n", hunk.path));
        lines.extend(hunk.lines.iter().map(shown_line));
    }
    lines.concat()
}

fn shown_line(line: &Line) -> String {
    match line {
        Line::Removed(line) => format!("- {line}\n"),
        Line::Added(line) => format!("+ {line}\n"),
        Line::Context(line) => format!("  {line}\n"),
        Line::Masked(line) => format!("! {line}\n"),
    }
}
