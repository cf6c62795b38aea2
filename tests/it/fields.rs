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
# TYPE [API_VERSION/KIND]: FIELD FIELD=TYPE FIELD[]=TYPE FIELD{}=TYPE; the last is a map. What has no type is not looked into.
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
            all[&name]["properties"].as_object().into_iter().flatten().filter_map(|(key, it)| typed(key, it, &all));
        open.extend(types.map(|(_, name)| name).filter(|name| needed.insert(name.clone())));
    }
    let mut table = HEAD.to_owned();
    for name in needed {
        let kind = kind(all[&name]).map(|kind| format!(" {kind}")).unwrap_or_default();
        let _ = write!(table, "{name}{kind}:");
        for (key, property) in all[&name]["properties"].as_object().unwrap() {
            let typed = typed(key, property, &all).map(|(form, name)| format!("{form}={name}")).unwrap_or_default();
            let _ = write!(table, " {key}{typed}");
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

/// Returns how a field holds a type that has fields. A status is the server's, so nobody writes one.
fn typed(key: &str, property: &Value, all: &BTreeMap<String, &Value>) -> Option<(&'static str, String)> {
    let named = |schema: &Value| {
        let (name, _) = of_kubernetes((&schema["$ref"].as_str()?.replace("#/definitions/", ""), &Value::Null))?;
        all.get(&name)?["properties"].is_object().then_some(name)
    };
    if key == "status" || key == "managedFields" {
        return None;
    }
    let of = |form, schema| named(schema).map(|name| (form, name));
    of("", property).or_else(|| of("[]", &property["items"])).or_else(|| of("{}", &property["additionalProperties"]))
}
