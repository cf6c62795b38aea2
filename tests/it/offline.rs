//! Work without a cluster: what was asked of it before stands in a file.

use std::fs;

use landfall_test_cluster::shared;
use serde_json::Value;

use crate::checkout::Checkout;
use crate::{config_map, world};

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

fn compared(checkout: &Checkout) -> String {
    let output = checkout.run(&["plan", "--offline", "--base", "HEAD~1"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    said
}

#[test]
fn what_left_git_is_a_deletion_without_a_cluster_too_and_data_is_kept() {
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n";
    let files = [("deploy/a.yaml", config_map("a", "1")), ("deploy/b.yaml", config_map("b", "1"))];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let checkout = Checkout::with(&[files.as_slice(), &[("deploy/data.yaml", claim)]].concat());
    checkout.git(&["rm", "-q", "deploy/b.yaml", "deploy/data.yaml"]);
    checkout.commit();
    let said = compared(&checkout);
    assert!(said.contains("1 deleted") || said.contains("deletes 1 object"), "{said}");
    assert!(said.contains("ConfigMap/b") && said.contains("Deleting it would lose what is in it"), "{said}");
}

#[test]
fn a_commit_is_compared_with_by_its_own_rules() {
    let (old, new) = (config_map("a", "old"), config_map("a", "new"));
    let checkout = Checkout::with(&[("deploy/a.yaml", &old), ("other/a.yaml", &new)]);
    let path = checkout.path().join("landfall.yaml");
    let moved = fs::read_to_string(&path).unwrap().replace("source: deploy", "source: other");
    fs::write(&path, moved).unwrap();
    checkout.commit();
    let said = compared(&checkout);
    assert!(said.contains("- key: old") && said.contains("+ key: new"), "{said}");
}

#[test]
fn a_commit_that_cannot_be_compared_with_is_told_and_why() {
    let map = config_map("a", "1");
    for (broken, why) in [("deploy/a.yaml", "this is not valid YAML"), ("landfall.yaml", "landfall.yaml")] {
        let checkout = Checkout::with(&[("deploy/a.yaml", &map)]);
        let whole = fs::read_to_string(checkout.path().join(broken)).unwrap();
        checkout.write(broken, "a: [\n");
        checkout.commit();
        checkout.write(broken, whole);
        checkout.commit();
        let said = compared(&checkout);
        assert!(said.contains("cannot be compared with, so everything is new: ") && said.contains(why), "{said}");
    }
}
