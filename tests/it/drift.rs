//! What Git does not explain: a change that somebody made in the cluster is shown before a merge overwrites it, and what
//! would delete or widen a privilege waits for a person.

use landfall_fakehost::Change::Write;
use landfall_test_cluster::shared;
use landfall_world::{MAIN, REPOSITORY, World};

use crate::{config_map, world};

const BINDING: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: ops}\n\
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\n\
    subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: mallory}]\n";

const TWO_KEYS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {kept: \"1\", lost: \"1\"}\n";

/// Does what somebody does in the cluster by hand, and returns what it prints.
async fn by_hand(namespace: &str, arguments: &[&str]) -> String {
    let whole = [arguments, &["-n", namespace]].concat();
    let output = shared().await.kubectl(&whole);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn deployed(files: &[(&str, &str)]) -> (World, String) {
    let (world, namespace) = world(files).await;
    let first = world.deploy().await.unwrap();
    assert_eq!(first.code, 0, "{}", first.everything());
    (world, namespace)
}

/// Changes another object in Git.
async fn push(world: &World, value: &str) {
    let other = config_map("other", value);
    world.host.push_files(REPOSITORY, MAIN, &[("deploy/other.yaml", Write(&other))], "other").await.unwrap();
}

#[tokio::test]
async fn what_was_changed_in_the_cluster_is_shown_before_a_merge_overwrites_it() {
    let (world, namespace) = deployed(&[("deploy/a.yaml", TWO_KEYS)]).await;
    let remove = r#"[{"op": "remove", "path": "/data/lost"}]"#;
    by_hand(&namespace, &["patch", "configmap", "a", "--type=json", "-p", remove]).await;

    let changed = TWO_KEYS.replace("kept: \"1\"", "kept: \"2\"");
    let proposal = world.propose("change", "change a", &[("deploy/a.yaml", Write(&changed))]).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    let comment = world.comments(proposal).await.unwrap().remove(0);
    let told = "**Drift**: no merged commit changes `data.lost`: it goes back to what Git says.";
    assert!(comment.contains(told), "{comment}");

    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    let value = by_hand(&namespace, &["get", "configmap", "a", "-o", "jsonpath={.data}"]).await;
    assert_eq!(value, r#"{"kept":"2","lost":"1"}"#);
}

#[tokio::test]
async fn a_binding_that_somebody_deleted_comes_back_only_by_a_persons_word() {
    let (world, namespace) = deployed(&[("deploy/a.yaml", BINDING)]).await;
    by_hand(&namespace, &["delete", "rolebinding", "ops"]).await;
    push(&world, "1").await;
    let held = world.deploy().await.unwrap();
    assert_eq!(held.code, 4, "{}", held.everything());
    let why =
        "1 change follows from no merged commit: `RoleBinding/ops` (it gives the role `view` to the User `mallory`)";
    assert!(held.stdout.replace('`', "").contains(&why.replace('`', "")), "{}", held.stdout);
    let others = by_hand(&namespace, &["get", "rolebindings,configmaps", "-o", "name"]).await;
    assert!(!others.contains("ops") && !others.contains("other"), "nothing is written: {others}");

    let event = world.push_event().await.unwrap();
    let told = world.command(&event, &["deploy", "--reason", "ops gets it back"]).await.unwrap();
    assert_eq!(told.code, 0, "{}", told.everything());
    by_hand(&namespace, &["get", "rolebinding", "ops"]).await;
}

#[tokio::test]
async fn what_an_inventory_names_and_no_commit_removed_is_not_deleted() {
    let (world, namespace) = deployed(&[("deploy/a.yaml", TWO_KEYS)]).await;
    let name = "landfall-shop-production";
    let label = by_hand(&namespace, &["get", "configmap", "a", "-o", "jsonpath={.metadata.labels}"]).await;
    let id = label.split('"').nth(3).unwrap().to_owned();
    by_hand(&namespace, &["create", "configmap", "theirs"]).await;
    by_hand(&namespace, &["label", "configmap", "theirs", &format!("landfall.dev/inventory={id}")]).await;
    let text = by_hand(&namespace, &["get", "configmap", name, "-o", "jsonpath={.data.inventory\\.json}"]).await;
    let mut inventory: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut entry = inventory["entries"][0].clone();
    entry["name"] = "theirs".into();
    entry.as_object_mut().unwrap().remove("uid");
    inventory["entries"].as_array_mut().unwrap().push(entry);
    let patch = serde_json::json!({"data": {"inventory.json": inventory.to_string()}}).to_string();
    by_hand(&namespace, &["patch", "configmap", name, "--type=merge", "-p", &patch]).await;

    push(&world, "1").await;
    let held = world.deploy().await.unwrap();
    assert_eq!(held.code, 4, "{}", held.everything());
    assert!(held.stdout.contains("`ConfigMap/theirs` (it would be deleted)"), "{}", held.stdout);
    by_hand(&namespace, &["get", "configmap", "theirs"]).await;
}

#[tokio::test]
async fn where_the_deployed_commit_is_gone_nothing_is_explained() {
    let (world, namespace) = deployed(&[("deploy/a.yaml", TWO_KEYS)]).await;
    let name = "landfall-shop-production";
    let text = by_hand(&namespace, &["get", "configmap", name, "-o", "jsonpath={.data.inventory\\.json}"]).await;
    let tip = world.host.tip(REPOSITORY, MAIN).await.unwrap();
    let gone = text.replace(&format!("\"deployed\":\"{tip}\""), &format!("\"deployed\":\"{}\"", "ab".repeat(20)));
    let patch = serde_json::json!({"data": {"inventory.json": gone}}).to_string();
    by_hand(&namespace, &["patch", "configmap", name, "--type=merge", "-p", &patch]).await;

    push(&world, "1").await;
    let held = world.deploy().await.unwrap();
    assert_eq!(held.code, 4, "{}", held.everything());
    assert!(held.stdout.contains("nothing says what changed since `abababa`, which is deployed"), "{}", held.stdout);
    let event = world.push_event().await.unwrap();
    let told = world.command(&event, &["deploy", "--reason", "history was rewritten"]).await.unwrap();
    assert_eq!(told.code, 0, "{}", told.everything());
    push(&world, "2").await;
    let next = world.deploy().await.unwrap();
    assert_eq!(next.code, 0, "a person's deploy is the next one's base: {}", next.everything());
}
