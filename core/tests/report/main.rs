//! What reports look like: one case a folder, and text that others wrote never gets out of its place.

#![expect(clippy::disallowed_methods, reason = "UPDATE=1 rewrites the expected files")]

mod build;
mod cases;
mod nasty;
mod oversize;

use std::path::PathBuf;

use landfall_core::report::{Color, Options, Report, conclusion, exit, json, markdown, text};

/// Compares every surface of a report with its folder; `UPDATE=1` writes the folder anew.
fn check(case: &str, report: &Report) {
    expect(case, "expected.md", &markdown(report, &Options::default()));
    expect(case, "expected.txt", &text(report, Color::Never));
    let json = json(report);
    let conclusion = conclusion(report);
    let facts = format!(
        "exit {}\ndecision {}\nreason {}\ncheck {}: {}\n",
        exit(report).code(),
        json["decision"],
        json["reason"],
        conclusion.outcome.as_str(),
        conclusion.title
    );
    expect(case, "expected.facts", &facts);
}

fn expect(case: &str, file: &str, actual: &str) {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/cases/report", case, file].iter().collect();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a case is a folder")).expect("the folder can be made");
        std::fs::write(&path, actual).expect("the case can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(actual == expected, "{} differs; UPDATE=1 writes it anew. Now:\n{actual}", path.display());
}
