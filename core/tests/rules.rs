//! landfall.yaml: every case is a folder with the file and what comes of it. `UPDATE=1` writes what came of it.

#![expect(clippy::disallowed_methods, reason = "UPDATE=1 rewrites the expected files")]

use std::fs;
use std::path::{Path, PathBuf};

use landfall_core::rules;
use miette::{GraphicalReportHandler, GraphicalTheme, NarratableReportHandler};

const WRITES: &str = "every label is inside the text";

#[test]
fn every_case_gives_what_it_expects() {
    let root = folder("tests/cases/rules");
    let mut cases: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() > 15, "the cases are gone");
    for case in cases {
        check(&case);
    }
}

#[test]
fn a_broken_file_always_says_what_is_broken() {
    let text = fs::read_to_string(folder("tests/cases/rules/everything/landfall.yaml")).unwrap();
    for at in 0..text.len() {
        for broken in [
            text[..at].to_owned(),
            format!("{}{}", &text[..at], &text[at + 1..]),
            text.replacen(&text[at..=at], "é", 1),
        ] {
            if let Err(errors) = rules::parse("landfall.yaml", &broken) {
                assert!(!errors.mistakes().is_empty(), "{broken}");
                render(&errors);
            }
        }
    }
}

#[test]
fn the_page_of_keys_is_up_to_date() {
    compare(&folder("../docs/landfall-yaml.md"), &rules::docs());
}

#[test]
fn the_example_of_the_page_is_read() {
    let page = rules::docs();
    let example = page.split("```").nth(1).and_then(|block| block.strip_prefix("yaml\n")).unwrap();
    assert_eq!(rules::parse("landfall.yaml", example).map(|rules| rules.environments.len()).ok(), Some(1));
}

#[test]
fn the_schema_is_up_to_date() {
    let schema = serde_json::to_string_pretty(&rules::schema()).unwrap();
    compare(&folder("tests/cases/landfall.schema.json"), &format!("{schema}\n"));
}

#[test]
fn every_code_has_a_case() {
    if updating() {
        return; // The expectations are being written.
    }
    let source = fs::read_to_string(folder("src/rules/mistake.rs")).unwrap();
    let codes = source.split("code(").skip(1).filter_map(|rest| rest.split(')').next());
    let expected = fs::read_dir(folder("tests/cases/rules")).unwrap();
    let expected = expected.map(|case| fs::read_to_string(case.unwrap().path().join("expected.txt")).unwrap());
    let expected: String = expected.collect();
    for code in codes {
        assert!(expected.contains(code), "no case shows {code}");
    }
}

fn check(case: &Path) {
    let text = fs::read_to_string(case.join("landfall.yaml")).expect("every case has rules");
    let outcome = match rules::parse("landfall.yaml", &text) {
        Ok(rules) => serde_json::to_string_pretty(&rules).expect("rules are plain data") + "\n",
        Err(errors) => render(&errors),
    };
    compare(&case.join("expected.txt"), &outcome);
}

fn render(errors: &rules::RulesErrors) -> String {
    let mut text = String::new();
    let theme = GraphicalTheme::unicode_nocolor();
    GraphicalReportHandler::new_themed(theme).with_width(100).render_report(&mut text, errors).expect(WRITES);
    // The plain form is what screen readers and logs get: it must be written without an error, too.
    NarratableReportHandler::new().render_report(&mut String::new(), errors).expect(WRITES);
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn compare(path: &Path, actual: &str) {
    if updating() {
        return fs::write(path, actual).expect("the tests may write their expectations");
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert!(expected == actual, "{} differs (UPDATE=1 rewrites it); this is the new text:\n{actual}", path.display());
}

fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
