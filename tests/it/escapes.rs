//! What a commit may try, to have a renderer read, ask or run what is not in it.

#![expect(clippy::disallowed_types, reason = "the binary under test is stopped while it renders")]

use std::fs;
use std::process::{Command, Stdio};

use landfall_world::{RENDERERS, renderers_on_path};

use crate::binary;
use crate::checkout::Checkout;

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
const KUSTOMIZATION: &str = "deploy/kustomization.yaml";
const INFLATING: &str = "render: {kustomize: {helm: true}},";

/// The long s, which Go takes for an s in the key of an object.
const LONG_S: char = '\u{17f}';

#[test]
fn a_key_that_kustomize_takes_for_another_one_is_refused() {
    let resources = format!("re{LONG_S}ources: [../../../outside]\n");
    let twice = "resources: [a.yaml]\nResources: [../../../outside]\n".to_owned();
    let generator = format!("{LONG_S}ecretGenerator: [{{name: s, literals: [hunter22]}}]\n");
    for text in [resources, twice, generator] {
        let checkout = Checkout::with(&[(KUSTOMIZATION, &text), ("deploy/a.yaml", MAP)]);
        checkout.refused(&["deploy/kustomization.yaml has the key", "plain letters"]);
    }
}

#[test]
fn a_kustomization_gives_helm_no_plugin_and_no_address() {
    let files = [
        ("deploy/charts/web/Chart.yaml", CHART),
        ("deploy/charts/web/values.yaml", "{}"),
        ("deploy/charts/web/templates/a.yaml", MAP),
    ];
    for (text, said) in [
        ("helmGlobals: {configHome: commit/deploy/home}\nhelmCharts: [{name: web}]\n", "has `configHome`"),
        ("helmCharts: [{name: web, nameTemplate: '{{ env \"HOME\" }}'}]\n", "has `nameTemplate`"),
        ("helmCharts: [{name: web, version: 1.0.0, repo: 'http://127.0.0.1:9/x'}]\n", "names http://127.0.0.1:9/x"),
    ] {
        let mut all = vec![(KUSTOMIZATION, text)];
        all.extend(files);
        Checkout::ruled(INFLATING, &all).refused(&["deploy/kustomization.yaml", said]);
    }
    let mut all = vec![(KUSTOMIZATION, "helmCharts: [{name: web}]\n")];
    all.extend(files);
    assert_eq!(Checkout::ruled(INFLATING, &all).objects().len(), 1);
}

#[test]
fn a_chart_takes_no_chart_from_the_machine() {
    let long_s = format!("repo{LONG_S}itory: 'file:///tmp/other'");
    for (dependency, said) in [
        ("repository: 'file:///tmp/other'", "names file:///tmp/other"),
        ("repository: 'file://link/../../../../other'", "names file://link/../../../../other"),
        ("repository: 'file://../dep', Repository: 'file:///tmp/other'", "has the key `Repository`"),
        (&format!("repository: 'file://../dep', {long_s}"), "has the key `repo\\u{17f}itory`"),
    ] {
        let chart = format!("{CHART}dependencies: [{{name: other, version: 1.0.0, {dependency}}}]\n");
        let other = "apiVersion: v2\nname: other\nversion: 1.0.0\n";
        let files = [
            ("deploy/Chart.yaml", chart.as_str()),
            ("deploy/templates/a.yaml", MAP),
            ("dep/Chart.yaml", other),
            ("deploy/tmp/other/Chart.yaml", other),
            ("deploy/e/f/g/h/other/Chart.yaml", other),
            ("deploy/e/f/g/h/i/j/k/l/here", ""),
        ];
        let checkout = Checkout::with(&files);
        std::os::unix::fs::symlink("e/f/g/h/i/j/k/l", checkout.path().join("deploy/link")).unwrap();
        checkout.commit();
        checkout.refused(&["deploy/Chart.yaml", said]);
    }
}

#[test]
fn a_schema_of_values_asks_for_no_other_one() {
    for address in ["http://127.0.0.1:9/schema", "file:///etc/passwd", "/etc/passwd"] {
        let schema = format!("{{\"properties\": {{\"a\": {{\"$ref\": \"{address}\"}}}}}}");
        for path in ["deploy/values.schema.json", "deploy/charts/part/values.schema.json"] {
            let files = [
                ("deploy/Chart.yaml", CHART),
                ("deploy/charts/part/Chart.yaml", "apiVersion: v2\nname: part\nversion: 1.0.0\n"),
                (path, schema.as_str()),
            ];
            Checkout::with(&files).refused(&[path, &format!("refers to `{address}`"), "refer to itself only"]);
        }
    }
}

#[test]
fn a_render_that_is_stopped_leaves_nothing_behind() {
    let endless = "local f(n) = if n == 0 then 0 else f(n - 1) tailstrict; f(1e15)\n";
    let checkout = Checkout::with(&[("deploy/main.jsonnet", endless)]);
    let folder = tempfile::tempdir().unwrap();
    let mut landfall = Command::new(binary())
        .arg("render")
        .current_dir(checkout.path())
        .env_clear()
        .env("PATH", renderers_on_path(&RENDERERS))
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let copies = || fs::read_dir(folder.path()).unwrap().count();
    let renders = || {
        let parent = landfall.id().to_string();
        Command::new("pgrep").args(["-P", &parent, "jsonnet"]).output().unwrap().status.success()
    };
    while copies() == 0 || !renders() {
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args(["-TERM", &landfall.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let status = landfall.wait().unwrap();
    assert!(!status.success());
    assert_eq!(copies(), 0);
}
