//! Whose a field is, and what an apply does to it: rows 1, 2, 3, 4 and 7.

#![expect(clippy::disallowed_types, reason = "somebody else writes with kubectl at the same time")]

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use landfall_fakehost::Change;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Fault, Rule};
use landfall_test_cluster::shared;

use super::{adopted, deployed, kubectl, live, managers, map, proposed, pushed};
use crate::world;

#[tokio::test]
async fn pitfall_01_remove_field_sole_owner() {
    let (world, namespace) = world(&[("deploy/a.yaml", &map("a", "a: '1', b: '1'"))]).await;
    deployed(&world).await;
    let proposal = proposed(&world, &[("deploy/a.yaml", &map("a", "a: '1'"))]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert!(plan.summary.contains("- b: \"1\""), "{}", plan.summary);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    assert_eq!(live(&namespace, "configmap/a").await["data"], serde_json::json!({"a": "1"}));
    let writes = shared().await.audit().into_iter().filter(|it| {
        it.namespace == namespace
            && it.name == "a"
            && it.verb == "patch"
            && !it.dry_run
            && it.user == "landfall-deployer"
    });
    assert_eq!(writes.count(), 2, "one to create it, one to change it");
}

#[tokio::test]
async fn pitfall_02_remove_field_csa_owned() {
    let (world, namespace) = world(&[("deploy/first.yaml", &map("first", "a: '1'"))]).await;
    kubectl(&["apply", "-n", &namespace, "-f", "-"], &map("a", "a: '1', b: '1'")).await;
    let proposal = proposed(&world, &[("deploy/a.yaml", &adopted(&map("a", "a: '1'"), "a"))]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert!(plan.summary.contains("- b: \"1\""), "the first plan shows it: {}", plan.summary);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    let after = live(&namespace, "configmap/a").await;
    assert_eq!(after["data"], serde_json::json!({"a": "1"}));
    assert!(!after.to_string().contains("last-applied-configuration"), "{after}");
    assert_eq!(managers(&after).len(), 1, "{after}");
}

/// An object from before the server knew owners, made by taking its owners away.
async fn untracked(namespace: &str) {
    kubectl(&["create", "-n", namespace, "-f", "-"], &map("a", "a: '1', x: '1'")).await;
    let nobody = r#"[{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}]"#;
    kubectl(&["patch", "configmap", "a", "-n", namespace, "--type=json", "-p", nobody], "").await;
    assert!(managers(&live(namespace, "configmap/a").await).is_empty());
}

#[tokio::test]
async fn pitfall_03_before_first_apply() {
    let (world, namespace) = world(&[("deploy/first.yaml", &map("first", "a: '1'"))]).await;
    untracked(&namespace).await;
    let proposal = proposed(&world, &[("deploy/a.yaml", &adopted(&map("a", "a: '2'"), "a"))]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert!(plan.summary.contains("+ a: \"2\"") && !plan.summary.contains("- x"), "{}", plan.summary);
    assert!(plan.summary.contains("not managed by Landfall") && plan.summary.contains("data.x"), "{}", plan.summary);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    assert_eq!(live(&namespace, "configmap/a").await["data"], serde_json::json!({"a": "2", "x": "1"}));
}

#[tokio::test]
async fn pitfall_03_before_first_apply_taken_whole() {
    let (world, namespace) = world(&[("deploy/first.yaml", &map("first", "a: '1'"))]).await;
    untracked(&namespace).await;
    let whole = adopted(&map("a", "a: '2'"), "a").replace("'true'", "whole");
    let proposal = proposed(&world, &[("deploy/a.yaml", &whole)]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert!(plan.summary.contains("- x: \"1\""), "{}", plan.summary);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    assert_eq!(live(&namespace, "configmap/a").await["data"], serde_json::json!({"a": "2"}));
}

/// Only a migration says first how it is validated.
const MIGRATION: &str = "configmaps/a?fieldValidation=Strict&fieldManager=";

/// Writes the object as somebody else, right before the migration reaches the server.
async fn race(namespace: &str) -> (landfall_test_cluster::proxy::Proxy, Arc<AtomicUsize>) {
    let cluster = shared().await;
    let proxy = cluster.proxy(&Identity::Deployer);
    let (program, config) = (cluster.program().to_owned(), cluster.kubeconfig(&Identity::Admin));
    let (namespace, count) = (namespace.to_owned(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    let somebody = move || {
        let value = format!("n={}", counted.fetch_add(1, Ordering::SeqCst));
        let label = ["label", "configmap", "a", "--overwrite", &value, "-n", &namespace];
        let done = Command::new(&program).arg("kubectl").args(label).env("KUBECONFIG", &config).output();
        assert!(done.unwrap().status.success());
    };
    // Its connection is cut, and it is sent again.
    proxy.add(Rule::always(Fault::Before(Arc::new(somebody))).method("PATCH").containing(MIGRATION).first(1));
    (proxy, count)
}

#[tokio::test(flavor = "multi_thread")]
async fn pitfall_04_migrate_race() {
    let (mut world, namespace) = world(&[("deploy/a.yaml", &adopted(&map("a", "a: '1'"), "a"))]).await;
    kubectl(&["apply", "-n", &namespace, "-f", "-"], &map("a", "a: '1', b: '1'")).await;
    let (proxy, count) = race(&namespace).await;
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    deployed(&world).await;
    assert_eq!(count.load(Ordering::SeqCst), 1, "somebody wrote it in between");
    let migrations = proxy.requests().into_iter().filter(|it| it.method == "PATCH" && it.uri.contains(MIGRATION));
    assert_eq!(migrations.count(), 3, "one is cut, one comes too late, one is of the version that was read again");
    let after = live(&namespace, "configmap/a").await;
    assert_eq!(after["data"], serde_json::json!({"a": "1"}));
    assert_eq!(after["metadata"]["labels"]["n"], "0", "what was written meanwhile is kept");
}

#[tokio::test]
async fn pitfall_07_shared_value() {
    let git = |value: &str| adopted(&map("a", &format!("a: '{value}'")), "a");
    let (world, namespace) = world(&[("deploy/a.yaml", &git("1"))]).await;
    let other = ["apply", "--server-side", "--field-manager=other", "-n", &namespace, "-f", "-"];
    kubectl(&other, &map("a", "a: '1'")).await;
    deployed(&world).await;
    let owners = managers(&live(&namespace, "configmap/a").await);
    assert!(owners.len() == 2 && owners.contains(&"other".to_owned()), "both own it: {owners:?}");
    let held = pushed(&world, &[("deploy/a.yaml", Change::Write(&git("2")))]).await;
    assert_eq!(held.code, 4, "{}", held.everything());
    assert!(held.stdout.contains("`other` set `data.a` to `1`, Git says `2`"), "{}", held.everything());
    assert_eq!(live(&namespace, "configmap/a").await["data"]["a"], "1");
}
