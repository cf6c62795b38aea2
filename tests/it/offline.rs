//! Work without a cluster: what was asked of it before stands in a file.

use std::fs;

use landfall_test_cluster::shared;
use serde_json::Value;

use crate::world;

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
    metadata: {name: tides.offline.example}\nspec:\n  group: offline.example\n  scope: Namespaced\n  \
    names: {kind: Tide, plural: tides, singular: tide}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    \
    schema: {openAPIV3Schema: {type: object}}\n";
const TIDE: &str = "apiVersion: offline.example/v1\nkind: Tide\nmetadata: {name: ebb}\n";

#[tokio::test]
async fn a_file_of_facts_says_which_kinds_have_a_namespace() {
    let cluster = shared().await;
    assert!(cluster.kubectl_with_input(&["apply", "-f", "-"], DEFINITION).status.success());
    let (world, namespace) = world(&[("deploy/tide.yaml", TIDE)]).await;
    let event = world.push_event().await.unwrap();
    let rendered = world.command(&event, &["render", "--format", "json"]).await.unwrap();
    assert_eq!(namespace_of(&rendered.stdout), Value::Null, "{}", rendered.everything());

    let served = cluster.kubectl(&["api-resources", "-o", "json"]);
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), served.stdout).unwrap();
    let facts = file.path().to_str().unwrap();
    let rendered = world.command(&event, &["render", "--format", "json", "--facts", facts]).await.unwrap();
    assert_eq!(namespace_of(&rendered.stdout), Value::from(namespace), "{}", rendered.everything());
}

#[tokio::test]
async fn a_file_that_holds_no_facts_is_named_with_the_command_that_makes_one() {
    let (world, _) = world(&[("deploy/tide.yaml", TIDE)]).await;
    let event = world.push_event().await.unwrap();
    let rendered = world.command(&event, &["render", "--facts", "landfall.yaml"]).await.unwrap();
    assert_eq!(rendered.code, 2, "{}", rendered.everything());
    assert!(rendered.stdout.contains("kubectl api-resources -o json > landfall.yaml"), "{}", rendered.stdout);
}

/// Returns the namespace of the only object that was printed.
fn namespace_of(json: &str) -> Value {
    let objects: Value = serde_json::from_str(json).unwrap();
    objects[0]["metadata"]["namespace"].clone()
}
