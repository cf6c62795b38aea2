//! What the reader keeps besides values, and where it stops.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking and says what it counted")]

use std::time::{Duration, Instant};

use landfall_core::manifest::{Compat, Manifest, ReadErrors, ReadProblem, SourceFile, Syntax, read};

const HEAD: &str = "apiVersion: t.io/v1\nkind: Thing\nmetadata: {name: a}\n";

fn strict(text: impl Into<Vec<u8>>) -> Result<Vec<Manifest>, ReadErrors> {
    read(&SourceFile::new("a.yaml", text), Compat::Strict)
}

fn problem(text: &str) -> ReadProblem {
    let errors = strict(text).unwrap_err();
    assert_eq!(errors.all().len(), 1, "{errors:?}");
    errors.all()[0].problem.clone()
}

fn written(manifest: &Manifest, pointer: &str) -> String {
    manifest.text.content[manifest.spans.value(pointer).unwrap()].to_owned()
}

#[test]
fn every_scalar_keeps_its_span() {
    let text = format!("# é\r\n---\r\n{HEAD}spec:\n  image: \"x:1\" # c\n  args: [a, 'b']\n  mode: 0644\n")
        .replace("Thing\n", "Thing\r\n");
    let manifests = strict(text).unwrap();
    assert_eq!(written(&manifests[0], "/spec/image"), "\"x:1\"");
    assert_eq!(written(&manifests[0], "/spec/args/1"), "'b'");
    assert_eq!(written(&manifests[0], "/spec/args"), "[a, 'b']");
    assert_eq!(written(&manifests[0], "/spec/mode"), "0644");
    assert_eq!(written(&manifests[0], "/kind"), "Thing");
    assert_eq!(manifests[0].line_of("/spec/mode"), Some(9));
}

#[test]
fn json_keeps_spans_too() {
    let text =
        "{\"apiVersion\": \"t.io/v1\", \"kind\": \"Thing\",\n \"metadata\": {\"name\": \"a\"}, \"n\": [1, -2.5e3]}";
    let manifests = strict(text).unwrap();
    assert_eq!(written(&manifests[0], "/n/1"), "-2.5e3");
    assert_eq!(manifests[0].line_of("/metadata/name"), Some(2));
}

#[test]
fn an_alias_points_to_where_its_value_is_written() {
    let manifests = strict(format!("{HEAD}a: &a {{x: 1}}\nb: *a\nc: {{<<: *a, y: 2}}\n")).unwrap();
    assert_eq!(written(&manifests[0], "/b/x"), "1");
    assert_eq!(manifests[0].line_of("/b"), Some(4));
    assert_eq!(manifests[0].line_of("/c/x"), Some(4));
}

#[test]
fn each_object_of_a_list_has_its_own_line_and_spans() {
    let text = "kind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n\
                - apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: b}\n";
    let manifests = strict(text).unwrap();
    let lines: Vec<_> = manifests.iter().map(|manifest| manifest.origin.line).collect();
    assert_eq!(lines, [Some(3), Some(6)]);
    assert_eq!(written(&manifests[1], "/metadata/name"), "b");
}

#[test]
fn a_comment_above_the_object_is_not_its_line() {
    let manifests = strict(format!("# one\n\n---\n# two\n\n{HEAD}")).unwrap();
    assert_eq!(manifests[0].origin.to_string(), "a.yaml:6");
}

#[test]
fn ten_thousand_objects_are_read_in_seconds() {
    let one = format!("{HEAD}spec:\n  list:\n  - {{a: 1, b: two}}\n  - {{a: 3, b: four}}\n---\n");
    let start = Instant::now();
    assert_eq!(strict(one.repeat(10_000)).unwrap().len(), 10_000);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn text_after_the_end_of_a_document_is_dropped_only_as_kubectl_does() {
    let text = format!("{HEAD}...\n{HEAD}");
    assert_eq!(problem(&text), ReadProblem::ContentAfterEnd);
    assert_eq!(read(&SourceFile::new("a.yaml", text), Compat::Kubectl).unwrap().len(), 1);
}

#[test]
fn a_merge_below_an_explicit_key_overrides_it_only_as_kubectl_does() {
    let text = format!("{HEAD}base: &b {{l: 2}}\nv: {{l: 3, <<: *b}}\n");
    assert_eq!(problem(&text), ReadProblem::MergeOrder { key: "l".to_owned() });
    let manifests = read(&SourceFile::new("a.yaml", text), Compat::Kubectl).unwrap();
    assert_eq!(manifests[0].object["v"]["l"], 2);
}

#[test]
fn a_problem_in_a_secret_shows_no_text() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {pw: hunter2, pw: hunter3}\n";
    let errors = strict(text).unwrap_err();
    assert!(!format!("{:?}", miette::Report::new(errors.clone())).contains("hunter"));
    assert!(!format!("{errors:?}").contains("hunter"));
}

#[test]
fn a_template_that_was_not_rendered_is_named_as_such() {
    assert_eq!(problem(&format!("{HEAD}v: {{{{ .Values.x }}}}\n")), ReadProblem::KeyType { what: "a mapping" });
}

#[test]
fn the_rarest_numbers_read_as_kubectl_reads_them() {
    let text = format!("{HEAD}v: [.5_5, ._5, +._5, .5e1_0, 0b-1, -0b-1, 0x1FFFFFFFFFFFFFFFFF, .5e400]\n");
    let expected =
        serde_json::json!([0.55, "._5", 0.5, 5_000_000_000_i64, -1, "-0b-1", "0x1FFFFFFFFFFFFFFFFF", ".5e400"]);
    assert_eq!(strict(text).unwrap()[0].object["v"], expected);
}

#[test]
fn flow_values_that_kubectl_reads_as_keys_are_refused() {
    assert_eq!(problem(&format!("{HEAD}v: [?a]\n")), ReadProblem::FlowIndicator);
    assert_eq!(problem(&format!("{HEAD}v: [:a]\n")), ReadProblem::FlowIndicator);
}

#[test]
fn escapes_that_kubectl_does_not_know_are_refused() {
    for escape in ["\\/", "\\ud83d"] {
        let text = format!("{HEAD}v: \"\\\\ {escape}{}\"\n", if escape.len() > 2 { "\\ude00" } else { "" });
        let errors = strict(text).unwrap_err();
        assert_eq!(errors.all()[0].problem, ReadProblem::Yaml(Syntax::Escape { escape: escape.to_owned() }));
        assert_eq!((errors.all()[0].line, errors.all()[0].column), (4, 8));
    }
}

/// YAML 1.2 knows none of these; go-yaml does.
#[test]
fn texts_that_only_kubectl_can_read_are_read() {
    let kubectl = |text: String| read(&SourceFile::new("a.yaml", text), Compat::Kubectl).unwrap().remove(0).object;
    assert_eq!(kubectl(format!("{HEAD}v: \"\\'\"\n"))["v"], "'");
    assert_eq!(kubectl(format!("{HEAD}v: [?a]\n"))["v"], serde_json::json!([{"a": null}]));
    assert_eq!(kubectl(format!("{HEAD}spec:\n  v: \"a\n  b\"\n"))["spec"]["v"], "a b");
}

/// miette panics when it points into the 65,536th column.
#[test]
fn a_mistake_far_to_the_right_is_told_without_its_line() {
    let text = format!("{{\"kind\": \"{}\", \"kind\": 1}}", "x".repeat(70_000));
    let errors = read(&SourceFile::new("a.json", text.into_bytes()), Compat::Strict).unwrap_err();
    let told = format!("{:?}", miette::Report::new(errors));
    assert!(told.contains("a.json:1:7001"), "{told}");
    assert!(!told.contains("xxx"), "{told}");
}
