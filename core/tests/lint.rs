//! Each case under `cases/lint` is a set of files and what the lints find in it. `UPDATE=1` writes what they find.

#![expect(clippy::disallowed_methods, reason = "UPDATE=1 rewrites the expected files")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use landfall_core::lint::{self, Finding, Input, LINTS, Switch};
use landfall_core::manifest::{
    Compat, Defaults, Gvk, Manifest, Origin, Resource, Scope, ScopeTable, SourceFile, normalise, read,
};
use miette::{GraphicalReportHandler, GraphicalTheme};

#[test]
fn every_case_gives_what_it_expects() {
    let mut different = Vec::new();
    for case in cases() {
        different.extend(compare(&case.join("expected.txt"), &shown(&found(&case))));
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn every_lint_has_a_case() {
    let found: BTreeSet<&str> = cases().iter().flat_map(|case| found(case)).map(|finding| finding.lint.code).collect();
    let silent: Vec<&str> = LINTS.iter().map(|lint| lint.code).filter(|code| !found.contains(code)).collect();
    assert!(silent.is_empty(), "no case shows {silent:?}");
}

#[test]
fn the_page_of_lints_is_up_to_date() {
    let different = compare(&folder("../docs/lints.md"), &lint::docs());
    assert_eq!(different, None);
}

#[test]
fn codes_are_in_order_and_none_is_used_twice() {
    assert!(LINTS.is_sorted_by(|one, next| one.code < next.code));
}

#[test]
fn a_lint_that_the_rules_turn_off_finds_nothing() {
    let manifests = set("image_tag");
    let off = BTreeMap::from([("image_tag".to_owned(), Switch::Off)]);
    assert!(!of(&manifests, None, &BTreeMap::new()).is_empty());
    assert!(of(&manifests, None, &off).is_empty());
    let warn = BTreeMap::from([("image_tag".to_owned(), Switch::Warn)]);
    assert!(!of(&manifests, None, &warn).is_empty());
}

#[test]
fn a_version_is_judged_for_the_cluster_that_is_asked() {
    let manifests = set("api_versions");
    let codes = |version| -> Vec<&str> {
        of(&manifests, version, &BTreeMap::new()).iter().map(|finding| finding.lint.code).collect()
    };
    assert_eq!(codes(Some("v1.20.1")), Vec::<&str>::new());
    assert_eq!(codes(Some("v1.24.1")), ["deprecated_api"]);
    assert_eq!(codes(Some("v1.25.0")), ["removed_api"]);
}

#[test]
fn fields_of_a_newer_kubernetes_are_not_judged() {
    let manifests = set("unknown_fields");
    let objects = |version| -> BTreeSet<String> {
        of(&manifests, version, &BTreeMap::new()).iter().map(|finding| finding.object.to_string()).collect()
    };
    assert_eq!(objects(Some("v1.36.3")), BTreeSet::from(["Cart/main".to_owned(), "Deployment/web".to_owned()]));
    assert_eq!(objects(Some("v1.37.0")), BTreeSet::from(["Cart/main".to_owned()]));
}

#[test]
fn lines_of_a_tools_output_are_never_shown_as_lines_of_a_file() {
    let mut manifests = set("image_tag");
    let origins = [
        (Origin { path: "image_tag/web.yaml".to_owned(), line: None }, "image_tag/web.yaml"),
        (Origin { path: "base/web.yaml".to_owned(), line: Some(1) }, "base/web.yaml:1"),
    ];
    for (origin, expected) in origins {
        manifests[0].origin = origin;
        let findings = of(&manifests, None, &BTreeMap::new());
        assert_eq!(findings[0].origin.to_string(), expected);
        assert!(!shown(&findings).contains("╭─["), "{}", shown(&findings));
    }
}

#[test]
fn a_file_cannot_ask_for_millions_of_findings() {
    let fields: Vec<String> = (0..5_000).map(|number| format!("x{number}: 1")).collect();
    let text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{}\n", fields.join("\n"));
    let manifests = read(&SourceFile::new("a.yaml", text), Compat::Strict).unwrap();
    assert_eq!(of(&manifests, None, &BTreeMap::new()).len(), 1_000);
}

#[test]
fn no_line_of_a_file_with_a_secret_is_shown() {
    let findings = of(&set("plain_secret"), None, &BTreeMap::new());
    let text = shown(&findings);
    assert!(text.contains("removed_api"), "{text}");
    assert!(!text.contains("canary") && !text.contains("Y2FuYXJ5"), "{text}");
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<_> = fs::read_dir(folder("tests/cases/lint")).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    cases
}

fn found(case: &Path) -> Vec<Finding> {
    let name = case.file_name().unwrap().to_str().unwrap();
    // What it takes the place of, where that matters.
    let before = if case.join("before").is_dir() { set(&format!("{name}/before")) } else { Vec::new() };
    lint::lint(&Input { manifests: &set(name), before: &before, version: None, switches: &BTreeMap::new() })
}

fn of(manifests: &[Manifest], version: Option<&str>, switches: &BTreeMap<String, Switch>) -> Vec<Finding> {
    lint::lint(&Input { manifests, before: &[], version, switches })
}

/// Reads a case as a folder of plain files for the namespace `shop`.
fn set(case: &str) -> Vec<Manifest> {
    let path = folder("tests/cases/lint").join(case);
    let mut files: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut manifests = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "yaml")) {
        let name = format!("{case}/{}", file.file_name().unwrap().to_str().unwrap());
        manifests.extend(read(&SourceFile::new(name, fs::read(file).unwrap()), Compat::Strict).unwrap());
    }
    let mut kinds = ScopeTable::builtin().with_crds(&manifests);
    for (api_version, kind) in [("bitnami.com/v1alpha1", "SealedSecret"), ("monitoring.coreos.com/v1", "Prometheus")] {
        let (gvk, plural) = (Gvk::new(api_version, kind), String::new());
        kinds.insert(&Resource { gvk, plural, scope: Scope::Namespaced });
    }
    normalise(manifests, &kinds, &Defaults { namespace: "shop".to_owned() }).unwrap().manifests
}

fn shown(findings: &[Finding]) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(110);
    let mut text = String::new();
    for finding in findings {
        handler.render_report(&mut text, finding).unwrap();
    }
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn compare(path: &Path, actual: &str) -> Option<String> {
    if env::var_os("UPDATE").is_some() {
        fs::write(path, actual).unwrap();
        return None;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    (expected != actual).then(|| format!("{} differs (UPDATE=1 rewrites it); now:\n{actual}", path.display()))
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
