//! One renderer after the other: what Helm, Jsonnet or plain files give becomes a resource of a kustomization.

use serde_json::Value;

use crate::checkout::Checkout;
use crate::config_map;

const CHART: (&str, &str) = ("deploy/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {key: '{{ .Release.Name }}'}\n";
const OVERLAY: &str = "over/kustomization.yaml";

fn names(objects: &[Value]) -> Vec<&str> {
    objects.iter().map(|object| object["metadata"]["name"].as_str().unwrap()).collect()
}

fn plan(checkout: &Checkout) -> String {
    String::from_utf8(checkout.run(&["plan", "--offline"]).stdout).unwrap()
}

#[test]
fn a_chart_goes_through_a_kustomization_and_keeps_its_origins() {
    let overlay = "namePrefix: x-\nResources: [own.yaml]\npatches:\n- target: {kind: ConfigMap, name: a}\n  \
        patch: '[{\"op\": \"add\", \"path\": \"/data/more\", \"value\": \"b\"}]'\nconfigMapGenerator: [{name: made, literals: [a=b]}]\n";
    let checkout = Checkout::ruled(
        "render: {helm: {release: eu}, then: over},",
        &[CHART, ("deploy/templates/a.yaml", TEMPLATE), (OVERLAY, overlay), ("over/own.yaml", &config_map("own", "1"))],
    );
    let objects = checkout.objects();
    assert_eq!(names(&objects), ["x-a", "x-made-4h2mbtbbt6", "x-own"]);
    assert_eq!(objects[0]["data"], serde_json::json!({"key": "eu", "more": "b"}));
    assert_eq!(objects[0]["metadata"].get("annotations"), None);
    let plan = plan(&checkout);
    for line in
        ["x-a · deploy/templates/a.yaml:1", "x-made-4h2mbtbbt6 · over/kustomization.yaml", "x-own · over/own.yaml:1"]
    {
        assert!(plan.contains(&format!("+ create ConfigMap/{line}\n")), "{line}: {plan}");
    }
}

#[test]
fn jsonnet_and_plain_files_go_through_a_kustomization_too() {
    let jsonnet = "{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a'}}";
    for (path, text) in [("deploy/main.jsonnet", jsonnet), ("deploy/a.yaml", &config_map("a", "1"))] {
        let files = [(path, text), (OVERLAY, "nameSuffix: -x\n")];
        let checkout = Checkout::ruled("render: {then: over},", &files);
        assert_eq!(names(&checkout.objects()), ["a-x"]);
        assert!(plan(&checkout).contains(&format!("ConfigMap/a-x · {path}")), "{}", plan(&checkout));
    }
}

#[test]
fn a_kustomization_in_a_chain_is_refused_as_every_other_one() {
    let files =
        |overlay| [("deploy/a.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n"), (OVERLAY, overlay)];
    let said = Checkout::ruled("render: {then: over},", &files("resources: [/etc]\n")).told();
    assert!(said.contains("names /etc, which is not in the commit"), "{said}");
    let said = Checkout::ruled("render: {then: over},", &files("a: 1\nresources: [\n")).told();
    assert!(
        said.contains("over/kustomization.yaml:3:1: this is not valid YAML") && said.contains("2 │ resources: ["),
        "{said}"
    );
    let said = Checkout::ruled("render: {then: over},", &files("# nothing\n")).told();
    assert!(said.contains("over/kustomization.yaml is no kustomization"), "{said}");
    let said = Checkout::ruled("render: {then: over/kustomization.yaml},", &files("{}\n")).told();
    assert!(said.contains("over/kustomization.yaml is a file; `render.then` is a folder"), "{said}");
}

#[test]
fn what_kustomize_cannot_find_is_named_with_its_line() {
    let base = ("base/kustomization.yaml", "resources:\n- a.yaml\n");
    for (files, why) in [
        (
            vec![("deploy/kustomization.yaml", "resources:\n- extra.yaml\n")],
            "deploy/kustomization.yaml:2 names extra.yaml",
        ),
        (vec![("deploy/kustomization.yaml", "resources: [../base]\n"), base], "base/kustomization.yaml:2 names a.yaml"),
        (vec![("deploy/kustomization.yaml", "resources:\n- ../no\n")], "deploy/kustomization.yaml:2 names ../no"),
    ] {
        let said = Checkout::with(&files).told();
        assert!(said.contains(&format!("🔴 {why}, which is not in the commit\n")), "{said}");
    }
    let files = [("deploy/a.yaml", config_map("a", "1")), (OVERLAY, "resources: [extra.yaml]\n".to_owned())];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let said = Checkout::ruled("render: {then: over},", &files).told();
    assert!(said.contains("🔴 over/kustomization.yaml names extra.yaml, which is not in the commit"), "{said}");
}

#[test]
fn what_kustomize_says_is_told_without_the_noise_of_its_folders() {
    let files = [("deploy/kustomization.yaml", "foo: 1\n")];
    let said = Checkout::with(&files).told();
    let expected = "🔴 kustomize cannot build deploy: deploy/kustomization.yaml:1: `foo` is not a key of a kustomization\n\n\
        Next step: Correct or remove `foo`.\n";
    assert!(said.ends_with(expected), "{said}");
    let files = [("deploy/kustomization.yaml", "resources: [a.yaml]\n"), ("deploy/a.yaml", "a: [\n")];
    let said = Checkout::with(&files).told();
    assert!(said.contains("deploy/a.yaml:2:1: this is not valid YAML: a value is expected"), "{said}");
}

#[test]
fn notes_of_the_first_renderer_outlive_the_second() {
    let template = format!("{TEMPLATE}data: {{key: {{{{ len (lookup \"v1\" \"Pod\" \"\" \"\") | quote }}}}}}\n");
    let files = [CHART, ("deploy/templates/a.yaml", &template), (OVERLAY, "namePrefix: x-\n")];
    let plan = plan(&Checkout::ruled("render: {then: over},", &files));
    assert!(
        plan.contains("`ConfigMap/a` of deploy/templates/a.yaml:1: written twice, and only the last counts: /data"),
        "{plan}"
    );
    assert!(plan.contains("but is called in deploy/templates/a.yaml"), "{plan}");
}

const INFLATING: &str = "helmCharts:\n- name: web\n  releaseName: eu\n  includeCRDs: true\n";
const ALLOWED: &str = "render: {kustomize: {helm: true}},";

fn inflating(rules: &str, kustomization: &str) -> Checkout {
    let files = [
        ("deploy/charts/web/Chart.yaml", CHART.1),
        ("deploy/charts/web/values.yaml", "{}"),
        ("deploy/charts/web/templates/a.yaml", TEMPLATE),
        ("deploy/kustomization.yaml", kustomization),
    ];
    Checkout::ruled(rules, &files)
}

#[test]
fn a_kustomization_inflates_charts_of_the_repository_where_the_rules_allow_it() {
    let objects = inflating(ALLOWED, INFLATING).objects();
    assert_eq!(names(&objects), ["a"]);
    assert_eq!(objects[0]["data"]["key"], "eu");
    let said = inflating("", INFLATING).told();
    assert!(said.contains("Allow it with `render: {kustomize: {helm: true}}` in landfall.yaml"), "{said}");
}

#[test]
fn no_chart_of_elsewhere_is_inflated_and_helm_gets_no_argument() {
    let machine = tempfile::tempdir().unwrap();
    let ran = machine.path().join("ran");
    let program = machine.path().join("program");
    std::fs::write(&program, format!("#!/bin/sh\ntouch {}\ncat\n", ran.display())).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for (kustomization, said) in [
        ("helmCharts: [{name: other, repo: 'https://charts.example'}]\n".to_owned(), "names https://charts.example"),
        ("helmCharts: [{name: other, repo: 'oci://charts.example'}]\n".to_owned(), "names oci://charts.example"),
        ("helmCharts: [{name: web, valuesFile: /etc/passwd}]\n".to_owned(), "names /etc/passwd"),
        ("helmCharts: [{name: web, additionalValuesFiles: [../../x]}]\n".to_owned(), "names ../../x"),
        ("helmCharts: [{name: web, valuesFile: 'a,/etc/passwd'}]\n".to_owned(), "gives Helm several files as one"),
        ("HelmGlobals: {chartHome: /etc}\nhelmCharts: [{name: web}]\n".to_owned(), "names /etc"),
        ("helmCharts: [{name: ../../../web}]\n".to_owned(), "names charts/../../../web"),
        (
            format!("helmCharts: [{{name: web, releaseName: '--post-renderer={}'}}]\n", program.display()),
            "gives Helm the argument `--post-renderer=",
        ),
        ("generators: [chart.yaml]\n".to_owned(), "has `generators`, which may run Helm unseen"),
        ("helmChartInflationGenerator: [{chartName: web}]\n".to_owned(), "has `helmChartInflationGenerator`"),
    ] {
        let told = inflating(ALLOWED, &kustomization).told();
        assert!(told.contains(said), "{kustomization}: {told}");
    }
    assert!(!ran.exists());
}

#[test]
fn the_rules_transform_every_object_whatever_rendered_it() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: bot, namespace: old}\n";
    let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: bot, namespace: old}\n\
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\n\
        subjects: [{kind: ServiceAccount, name: bot, namespace: old}]\n";
    let files = [
        CHART,
        ("deploy/templates/account.yaml", account),
        ("deploy/templates/binding.yaml", binding),
        (OVERLAY, "namePrefix: x-\n"),
    ];
    let transform =
        "render: {then: over}, transform: {namespace: true, labels: {team: shop}, annotations: {owner: ana}},";
    let objects = Checkout::ruled(transform, &files).objects();
    assert_eq!(objects.len(), 2);
    for object in &objects {
        let metadata = &object["metadata"];
        assert_eq!([&metadata["name"], &metadata["namespace"]], ["x-bot", "shop"]);
        assert_eq!([&metadata["labels"]["team"], &metadata["annotations"]["owner"]], ["shop", "ana"]);
    }
    let subjects = objects.iter().find_map(|object| object.get("subjects")).unwrap();
    assert_eq!([&subjects[0]["name"], &subjects[0]["namespace"]], ["x-bot", "shop"]);
}

#[test]
fn what_kustomize_and_kubectl_read_differently_is_told_with_its_line() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  key: on\n  other: 'off'\n";
    let checkout = Checkout::with(&[("deploy/kustomization.yaml", "resources: [a.yaml]\n"), ("deploy/a.yaml", map)]);
    assert_eq!(checkout.objects()[0]["data"], serde_json::json!({"key": "on", "other": "off"}));
    let said = checkout.checked();
    assert!(said.contains("`on` in deploy/a.yaml:5 is text for Kustomize, and for kubectl a boolean"), "{said}");
    assert!(!said.contains("`off`"), "{said}");
}

#[test]
fn a_lint_of_what_kustomize_made_names_the_line_of_the_file_that_says_it_once() {
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {a: b}}\n  \
        template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n      - name: web\n        image: web:latest\n";
    let checkout = Checkout::with(&[
        ("deploy/kustomization.yaml", "resources: [web.yaml]\nnamePrefix: x-\n"),
        ("deploy/web.yaml", web),
    ]);
    let said = checkout.checked();
    assert!(said.contains("deploy/web.yaml:11"), "{said}");
}
