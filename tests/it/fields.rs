//! The table of the fields of Kubernetes' own kinds is what the API server says. `UPDATE=1` writes it.

#![expect(clippy::disallowed_methods, reason = "UPDATE=1 rewrites the table")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use landfall_test_cluster::shared;
use serde_json::Value;

const HEAD: &str = "\
# The fields of every kind that Kubernetes 1.36 serves, from its OpenAPI document. A test keeps it equal:
# UPDATE=1 cargo test -p landfall --test it fields
# TYPE [API_VERSION/KIND]: FIELD FIELD:PLAIN FIELD=TYPE, with [] behind the name of a list and {} behind that of a map.
# PLAIN is a value without parts. What has neither is not looked into.
";

#[tokio::test]
async fn the_table_of_fields_is_what_the_server_says() {
    let document = shared().await.kubectl(&["get", "--raw", "/openapi/v2"]).stdout;
    let document: Value = serde_json::from_slice(&document).unwrap();
    let table = table(&document["definitions"]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("core/src/lint/fields.txt");
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    assert!(table.len() > 10_000, "the server says too little: {table}");
    assert!(fs::read_to_string(&path).unwrap_or_default() == table, "{} differs: UPDATE=1 writes it", path.display());
}

/// Writes every type that a kind needs, in the order of their names.
fn table(definitions: &Value) -> String {
    let all: BTreeMap<String, &Value> = definitions.as_object().unwrap().iter().filter_map(of_kubernetes).collect();
    let mut needed: BTreeSet<String> =
        all.iter().filter(|(_, it)| kind(it).is_some()).map(|(n, _)| n.clone()).collect();
    let mut open: Vec<String> = needed.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let types =
            properties(all[&name]).filter_map(|(key, it)| typed(key, it, &all)).filter(|(_, it)| all.contains_key(it));
        open.extend(types.map(|(_, name)| name).filter(|name| needed.insert(name.clone())));
    }
    let mut table = HEAD.to_owned();
    for name in needed {
        let kind = kind(all[&name]).map(|kind| format!(" {kind}")).unwrap_or_default();
        let _ = write!(table, "{name}{kind}:");
        for (key, property) in properties(all[&name]) {
            let _ = match typed(key, property, &all) {
                Some((form, name)) if all.contains_key(&name) => write!(table, " {key}{form}={name}"),
                Some((form, plain)) if !plain.is_empty() => write!(table, " {key}{form}:{plain}"),
                Some((form, _)) => write!(table, " {key}{form}"),
                None => write!(table, " {key}"),
            };
        }
        table.push('\n');
    }
    table
}

fn of_kubernetes<'a>((name, definition): (&String, &'a Value)) -> Option<(String, &'a Value)> {
    let short = name.strip_prefix("io.k8s.")?;
    let cut = ["api.", "apimachinery.pkg.apis.", "kube-aggregator.pkg.apis.", "apiextensions-apiserver.pkg.apis."];
    Some((cut.iter().find_map(|prefix| short.strip_prefix(prefix)).unwrap_or(short).to_owned(), definition))
}

/// Returns the version and kind of what can be an object in Git.
fn kind(definition: &Value) -> Option<String> {
    let [only] = definition["x-kubernetes-group-version-kind"].as_array()?.as_slice() else { return None };
    let is_object = definition["properties"]["metadata"]["$ref"].as_str()?.ends_with(".ObjectMeta");
    let group = only["group"].as_str().filter(|group| !group.is_empty()).map(|group| format!("{group}/"));
    let (version, kind) = (only["version"].as_str()?, only["kind"].as_str()?);
    is_object.then(|| format!("{}{version}/{kind}", group.unwrap_or_default()))
}

fn properties(definition: &Value) -> impl Iterator<Item = (&String, &Value)> {
    definition["properties"].as_object().into_iter().flatten()
}

/// Returns how a field holds its values, and what each is: a type that has fields, a plain value, or nothing known.
/// A status is the server's, so nobody writes one.
fn typed(key: &str, property: &Value, all: &BTreeMap<String, &Value>) -> Option<(&'static str, String)> {
    if key == "status" || key == "managedFields" {
        return None;
    }
    let (name, property) = followed(property, all);
    if name.is_some() && property["properties"].is_object() {
        return Some(("", name?));
    }
    let each = |form, schema| {
        let (name, schema) = followed(schema, all);
        let of_type = name.clone().filter(|_| schema["properties"].is_object());
        (form, of_type.unwrap_or_else(|| plain(name.as_deref(), schema).unwrap_or_default().to_owned()))
    };
    match property["type"].as_str()? {
        "array" => Some(each("[]", &property["items"])),
        "object" => Some(each("{}", &property["additionalProperties"])),
        _ => plain(name.as_deref(), property).map(|plain| ("", plain.to_owned())),
    }
}

/// Returns what a schema refers to, with its name.
fn followed<'a>(schema: &'a Value, all: &BTreeMap<String, &'a Value>) -> (Option<String>, &'a Value) {
    let reference = schema["$ref"].as_str().map(|it| it.replace("#/definitions/", ""));
    let name = reference.and_then(|name| of_kubernetes((&name, &Value::Null))).map(|(name, _)| name);
    match name.as_ref().and_then(|name| all.get(name)) {
        Some(definition) => (name, definition),
        None => (None, schema),
    }
}

fn plain(name: Option<&str>, schema: &Value) -> Option<&'static str> {
    if name.is_some_and(|name| name.ends_with(".Quantity")) {
        return Some("number-or-text");
    }
    match (schema["type"].as_str()?, schema["format"].as_str()) {
        (_, Some("int-or-string")) => Some("integer-or-text"),
        ("string", _) => Some("text"),
        ("integer", _) => Some("integer"),
        ("number", _) => Some("number"),
        ("boolean", _) => Some("boolean"),
        _ => None,
    }
}

/// A pod with one container, which has these keys too.
fn pod(keys: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a, image: 'a:1', {keys}}}]}}\n"
    )
}

#[tokio::test]
async fn the_server_refuses_what_is_of_a_wrong_type_and_takes_what_only_looks_so() {
    let cluster = shared().await;
    let namespace = cluster.namespace("types").await.name;
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {port: 80}\n".to_owned();
    let cases = [
        (pod("args: [8080]"), false),
        (pod("env: [{name: A, value: 1}]"), false),
        (pod("env: [{name: A, value: true}]"), false),
        (pod("ports: {containerPort: 80}"), false),
        (pod("ports: [80]"), false),
        (pod("ports: [{containerPort: '80'}]"), false),
        (pod("stdin: 'no'"), false),
        (pod("livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 1.5}"), false),
        (pod("resources: {requests: {cpu: [1]}}"), false),
        (map, false),
        (pod("resources: {requests: {cpu: 0.5, memory: 1Gi}}, livenessProbe: {tcpSocket: {port: http}}"), true),
        (pod("livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 2.0}, env: [{name: A, value: null}]"), true),
    ];
    for (manifest, is_taken) in cases {
        let args = ["apply", "--server-side", "--dry-run=server", "--validate=false", "-n", &namespace, "-f", "-"];
        let answer = cluster.kubectl_with_input(&args, &manifest);
        let said = String::from_utf8_lossy(&answer.stderr);
        assert_eq!(answer.status.success(), is_taken, "{manifest}: {said}");
    }
}
