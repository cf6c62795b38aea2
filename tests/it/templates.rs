//! Templates: what they render to. What is said of those that do not is among the cases of bad input.

use std::fs;
use std::path::Path;

use crate::checkout::Checkout;

fn rules(values: &[&str]) -> String {
    let settings =
        if values.is_empty() { "tera".to_owned() } else { format!("{{tera: {{values: [{}]}}}}", values.join(", ")) };
    format!(
        "app: shop\n\
         clusters: {{test: {{kubeconfig: {{plan: P, deploy: D}}}}}}\n\
         environments:\n  production:\n    branch: main\n    source: deploy\n    render: {settings}\n\
         \x20   target: {{cluster: test, namespace: shop-production}}\n"
    )
}

/// What `landfall render` prints for templates with these values.
fn rendered(values: &str, files: &[(&str, &str)]) -> String {
    let rules = rules(&["values.yaml"]);
    let mut all = vec![("landfall.yaml", rules.as_str()), ("values.yaml", values)];
    all.extend(files);
    let (code, text) = Checkout::with(&all).render();
    assert_eq!(code, 0, "{text}");
    text
}

#[test]
fn a_folder_of_templates_is_rendered_with_the_values_of_the_environment() {
    let text = rendered(
        "image: {name: web, tag: '1.10'}\nlabels: {b: 'yes', a: \"0644\"}\nports: [80, 81]\n",
        &[
            (
                "deploy/web.yaml.tera",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ app }}\n  labels:\n    {{ labels | to_yaml | indent(width=4) }}\n\
                 data:\n  image: {{ image.name }}:{{ image.tag }}\n  tag: {{ image.tag | quote }}\n\
                 {%- for name, value in labels %}\n  {{ name }}: {{ value | quote }}\n{%- endfor %}\n\
                 \x20 ports: {{ ports | to_json | quote }}\n  list: |{{ ports | to_yaml | nindent(width=4) }}\n\
                 \x20 where: {{ environment }} {{ cluster }} {{ namespace }} {{ branch }}\n  commit: {{ commit | length | quote }}\n\
                 \x20 sum: {{ 1 | sha256 }}\n  encoded: {{ \"a\" | b64encode }}{{ \"Yg==\" | b64decode }}\n\
                 \x20 none: {{ nothing | default(value=\"x\") }}\n{% include \"parts/_more.tera\" %}\n",
            ),
            ("deploy/parts/_more.tera", "  more: {{ <both a=\"1\" b=\"2\" /> }}"),
            ("deploy/_components.tera", "{% component both(a, b) %}{{ a }}+{{ b }}{% endcomponent both %}"),
            (
                "deploy/plain.json",
                "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"plain\"}, \"data\": {\"a\": \"{{ as it is }}\"}}",
            ),
            ("deploy/_values/other.yaml", "not: a manifest\n"),
        ],
    );
    let sum = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";
    for line in [
        "image: web:1.10",
        "tag: \"1.10\"",
        "a: \"0644\"",
        "b: \"yes\"",
        "ports: \"[80,81]\"",
        "where: production test shop-production main",
        "commit: \"40\"",
        sum,
        "encoded: YQ==b",
        "none: x",
        "more: 1+2",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn the_example_renders_each_environment_with_its_own_values() {
    let mut files = Vec::new();
    collect(Path::new("examples/tera"), Path::new("examples/tera"), &mut files);
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (code, text) = Checkout::with(&files).render();
    assert_eq!(code, 0, "{text}");
    for line in
        ["replicas: 1\n", "replicas: 3\n", "colour: green", "colour: blue", "image: registry.example/hello:1.10"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn the_order_of_maps_and_groups_is_the_same_in_every_run() {
    let keys: Vec<String> = (0..40).map(|at| format!("k{at}: v{}", at % 7)).collect();
    let values = format!(
        "many: {{{}}}\nitems: [{}]\n",
        keys.join(", "),
        keys.iter().map(|key| format!("{{name: {}}}", &key[key.len() - 2..])).collect::<Vec<_>>().join(", ")
    );
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  a: '{% for k, v in many %}{{ k }}{{ v }} {% endfor %}'\n\
        \x20 b: '{{ many | keys | join(sep=\" \") }} {{ many | values | join(sep=\" \") }}{{ many | pairs }}{{ many }}'\n\
        \x20 c: '{% for k, v in items | group_by(attribute=\"name\") %}{{ k }}{{ v | length }} {% endfor %}'\n";
    let checkout_rules = rules(&["values.yaml"]);
    let files =
        [("landfall.yaml", checkout_rules.as_str()), ("values.yaml", &values), ("deploy/web.yaml.tera", template)];
    let checkout = Checkout::with(&files);
    let first = checkout.render();
    assert!(first.0 == 0 && first.1.contains("c: \"v0"), "{}", first.1);
    for _ in 0..5 {
        assert_eq!(checkout.render(), first);
    }
}

#[test]
fn only_what_may_be_secret_is_masked() {
    let rules = rules(&["values.yaml"]);
    for (template, why) in [
        ("a: {{ throw(message=cluster ~ \" \" ~ image) }}\n", "test registry.example/web:v1.2.3"),
        ("a: {{ throw(message=dbPassword ~ \" \" ~ key) }}\n", "1:7: *** ***\n"),
        ("a: {{ throw(message=\"no production of \" ~ shortToken) }}\n", "no production of ***"),
        ("a: {{ throw(message=namespace ~ \" of \" ~ token) }}\n", "shop-production of shop-production"),
    ] {
        let values = "image: registry.example/web:v1.2.3\ndbPassword: hunter22\nkey: a1b2c3d4e5f6a7b8\nshortToken: prod\n\
            token: shop-production\n";
        let files = [("landfall.yaml", rules.as_str()), ("values.yaml", values), ("deploy/a.yaml.tera", template)];
        let (_, said) = Checkout::with(&files).render();
        assert!(said.contains(why), "{template}: {said}");
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}
