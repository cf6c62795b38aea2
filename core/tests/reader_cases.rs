//! Each case under `cases/reader` is a file and what its author sees: the mistakes in it, or the objects.
//! `UPDATE=1` writes what is seen.

#![expect(clippy::disallowed_methods, reason = "UPDATE=1 rewrites the expected files")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking and says what it counted")]

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use landfall_core::manifest::{Compat, Manifest, ReadErrors, SourceFile, read};
use miette::{GraphicalReportHandler, GraphicalTheme};

#[test]
fn mistakes_are_shown_with_their_place_and_the_next_step() {
    let cases = cases();
    let mut different = Vec::new();
    for case in &cases {
        let (seen, expected) = (seen(case), fs::read_to_string(case.join("expected.txt")).unwrap_or_default());
        if env::var_os("UPDATE").is_some() {
            fs::write(case.join("expected.txt"), &seen).unwrap();
        } else if seen != expected {
            different.push(format!("{}:\n{seen}", case.display()));
        }
    }
    println!("{} files read", cases.len());
    assert!(different.is_empty(), "{} of {} differ:\n{}", different.len(), cases.len(), different.join("\n"));
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/reader");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn seen(case: &Path) -> String {
    let name = if case.join("input.json").exists() { "input.json" } else { "input.yaml" };
    match read(&SourceFile::new(name, fs::read(case.join(name)).unwrap()), Compat::Strict) {
        Ok(manifests) => objects(&manifests),
        Err(errors) => mistakes(&errors),
    }
}

fn objects(manifests: &[Manifest]) -> String {
    let lines = manifests.iter().map(|manifest| format!("{}: {}\n", manifest.origin, manifest.object));
    lines.collect::<String>()
}

fn mistakes(errors: &ReadErrors) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100);
    let mut text = String::new();
    for error in errors.all() {
        handler.render_report(&mut text, error).unwrap();
        writeln!(text).unwrap();
    }
    text
}
