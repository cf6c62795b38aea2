//! Jsonnet as the source: what is evaluated, where imports are found, and that none leads to the machine.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;

use crate::checkout::Checkout;

const MAIN: &str = "deploy/main.jsonnet";

/// A library that makes a `ConfigMap` of a name.
const LIBRARY: &str =
    "{ map(name, value='x'):: {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: name}, data: {key: value}} }";

fn names(objects: &[Value]) -> Vec<&str> {
    objects.iter().map(|object| object["metadata"]["name"].as_str().unwrap()).collect()
}

#[test]
fn an_object_a_list_and_a_map_of_names_are_objects() {
    for (text, expected) in [
        ("k.map('a')", vec!["a"]),
        ("[k.map('b'), [k.map('a')], null]", vec!["a", "b"]),
        ("{'x.yaml': k.map('a'), y: {z: [k.map('b')], none: null}}", vec!["a", "b"]),
        ("{apiVersion: 'v1', kind: 'List', items: [k.map('a'), k.map('b')]}", vec!["a", "b"]),
    ] {
        let text = format!("local k = import 'k/k.libsonnet'; {text}");
        let checkout = Checkout::with(&[(MAIN, &text), ("vendor/k/k.libsonnet", LIBRARY)]);
        assert_eq!(names(&checkout.objects()), expected, "{text}");
    }
}

#[test]
fn the_rules_name_the_file_its_libraries_and_what_it_is_given() {
    let rules = "render: {jsonnet: {file: deploy/b.jsonnet, libraries: [one, two], \
        ext: {commit: '{{ commit }}'}, tla: {name: from-rules}}},";
    let text = "local k = import 'k.libsonnet'; function(name) k.map(name, std.extVar('commit'))";
    let files = [
        ("deploy/a.jsonnet", "{}"),
        ("deploy/b.jsonnet", text),
        ("one/k.libsonnet", LIBRARY),
        ("two/k.libsonnet", "error 'the first library counts'"),
        ("vendor/k.libsonnet", "error 'not asked'"),
    ];
    let checkout = Checkout::ruled(rules, &files);
    let objects = checkout.objects();
    assert_eq!(names(&objects), ["from-rules"]);
    assert_eq!(objects[0]["data"]["key"], checkout.git(&["rev-parse", "HEAD"]));
    let plan = String::from_utf8(checkout.run(&["plan", "--offline"]).stdout).unwrap();
    assert!(plan.contains("ConfigMap/from-rules · deploy/b.jsonnet\n"), "{plan}");
}

#[test]
fn the_only_file_is_evaluated() {
    let one = ("deploy/shop.jsonnet", "(import '../lib/k.libsonnet').map('a')");
    let library = ("lib/k.libsonnet", LIBRARY);
    assert_eq!(names(&Checkout::with(&[one, library]).objects()), ["a"]);
}

/// A file of the machine, and the path of it from `deploy` in any copy in a temporary folder.
fn outside() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let text = "{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'of-the-runner'}}";
    fs::write(folder.path().join("x.libsonnet"), text).unwrap();
    let path = format!("../../../../../..{}/x.libsonnet", folder.path().display());
    (folder, path)
}

#[test]
fn no_import_reads_a_file_of_the_machine() {
    let (folder, climbing) = outside();
    let absolute = format!("{}/x.libsonnet", folder.path().display());
    for path in [&climbing, &absolute] {
        for text in [
            format!("import '{path}'"),
            format!("{{ a: importstr \"{path}\" }}"),
            format!("{{ a: importbin @'{path}' }}"),
            format!("import/* ' */ // '\n # '\n '{path}'"),
            format!("|||\n  '\n|||+\nimport '{path}'"),
            format!("local s = '\\''; import '{path}'"),
            format!("local s = @'\\'; import '{path}'"),
            format!("import '{}'", path.replacen('/', "\\u002f", 1)),
            format!("import '{}'", path.replacen('/', "\\/", 1)),
        ] {
            let (code, said) = Checkout::with(&[(MAIN, &text)]).render();
            assert_eq!(code, 3, "{text}: {said}");
            assert!(said.contains("deploy/main.jsonnet:") && said.contains("which is not in the commit"), "{said}");
        }
        let through = format!("import '{path}'");
        let (code, said) = Checkout::with(&[(MAIN, "import 'k'"), ("vendor/k", &through)]).render();
        assert_eq!(code, 3, "{said}");
        assert!(said.contains("vendor/k:1 names"), "{said}");
    }
}

#[test]
fn no_import_goes_through_a_link_to_the_machine() {
    let (folder, climbing) = outside();
    let checkout = Checkout::with(&[(MAIN, "import 'there/x.libsonnet'")]);
    for (target, link) in [(folder.path().to_owned(), "deploy/there"), ("../..".into(), "deploy/there")] {
        symlink(target, checkout.path().join(link)).unwrap();
        checkout.commit();
        let (code, said) = checkout.render();
        assert_eq!(code, 3, "{said}");
        assert!(said.contains("names there/x.libsonnet, which is not in the commit"), "{said}");
        fs::remove_file(checkout.path().join(link)).unwrap();
    }
    // Past the link the path stays; through it, as some programs go, it leaves.
    checkout.write("a/b/c/d/e/f/g/h/keep", "");
    symlink("../a/b/c/d/e/f/g/h", checkout.path().join("deploy/deep")).unwrap();
    checkout.write(MAIN, format!("import 'deep/{climbing}'"));
    checkout.commit();
    assert_eq!(checkout.render().0, 3, "{}", checkout.render().1);
    checkout.write(MAIN, "import 'deep/../x.libsonnet'");
    checkout.write("deploy/x.libsonnet", LIBRARY);
    checkout.commit();
    assert!(checkout.render().1.contains("names deep/../x.libsonnet"), "{}", checkout.render().1);
}

#[test]
fn a_link_that_stays_is_followed_and_one_that_is_not_used_is_no_matter() {
    let checkout = Checkout::with(&[(MAIN, "(import 'k').map('a')"), ("shared/k.libsonnet", LIBRARY)]);
    symlink("../shared/k.libsonnet", checkout.path().join("deploy/k")).unwrap();
    symlink("/etc", checkout.path().join("elsewhere")).unwrap();
    checkout.commit();
    assert_eq!(names(&checkout.objects()), ["a"]);
}

#[test]
fn what_jsonnet_says_has_no_value_of_a_secret() {
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: hunter22}}";
    let json = "{ \"password\": \"hunter22\" }";
    for (text, other) in [
        ("error (import '../s.json').password", ("s.json", json)),
        ("local s = 'hunter22'; error s", ("s.yaml", secret)),
        ("local dbPassword = 'hunter22'; error dbPassword", ("s", "")),
        ("{ password: 'hunter22' ", ("s", "")),
    ] {
        let said = Checkout::with(&[(MAIN, text), other]).told();
        let is_masked = said.contains(": ***\n") || said.contains("expected a comma");
        assert!(is_masked && !said.contains("hunter22"), "{text}: {said}");
    }
}
