//! A target that ends: its objects are deleted or left to others, and it does not leave the rules before.

use landfall_fakehost::Change::{self, Delete, Write};
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World};

use crate::pitfalls::{entries, kubectl, map, ruled};
use crate::{rules, rules_of, world};

const A: &str = "deploy/a.yaml";
const B: &str = "deploy/b.yaml";
const CLAIM: &str = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n\
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}\n";

/// Two objects that run.
async fn two() -> (World, String) {
    let (world, namespace) = world(&[(A, &map("a", "a: '1'")), (B, &map("b", "b: '1'"))]).await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    (world, namespace)
}

/// The rules without any environment of that namespace, which follow the same branch.
async fn elsewhere() -> String {
    rules(&shared().await.namespace("elsewhere").await.name).replace("production:", "other:")
}

async fn proposed(world: &World, rules: &str) -> (u64, Job) {
    let proposal = world.propose("end", "end it", &[("landfall.yaml", Write(rules))]).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    (proposal, plan)
}

/// Lets these changes land on the branch as a proposal's merge.
async fn merged(world: &World, files: &[(&str, Change<'_>)]) -> Job {
    let proposal = world.propose("change", "change it", files).await.unwrap();
    world.merge(proposal).await.unwrap()
}

async fn maps(namespace: &str) -> String {
    kubectl(&["get", "configmaps", "-n", namespace, "-o", "jsonpath={.items[?(@.data.a)].metadata.name}"], "").await
}

async fn comment(world: &World, proposal: u64) -> String {
    world.comments(proposal).await.unwrap().join("\n")
}

#[tokio::test]
async fn what_leaves_the_rules_too_early_is_held_and_stays() {
    let (world, namespace) = two().await;
    let (proposal, _) = proposed(&world, &elsewhere().await).await;
    let told = comment(&world, proposal).await;
    let why =
        format!("the rules have `production on test/{namespace}` no more, and 2 objects of it are in the cluster");
    assert!(told.contains(&why), "{told}");
    assert!(told.contains("`retired: delete` or `retired: orphan`"), "{told}");

    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 4, "{}", merged.everything());
    assert!(merged.stdout.contains("2 objects of it are in the cluster"), "{}", merged.everything());
    assert_eq!((maps(&namespace).await.as_str(), entries(&namespace).await.len()), ("a", 2));
}

#[tokio::test]
async fn what_is_retired_is_deleted_as_its_proposal_showed_and_may_leave_the_rules_then() {
    let (world, namespace) = two().await;
    let (proposal, plan) = proposed(&world, &ruled(&namespace, "retired: delete, gates: {max_deletions: 0}")).await;
    assert_eq!(plan.code, 0, "{}", plan.everything());
    let told = comment(&world, proposal).await;
    assert!(told.contains("deletes 2"), "{told}");

    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    assert!(merged.stdout.contains("take its entry out of the rules"), "{}", merged.everything());
    assert_eq!((maps(&namespace).await.as_str(), entries(&namespace).await.len()), ("", 0));

    let (proposal, _) = proposed(&world, &elsewhere().await).await;
    let told = comment(&world, proposal).await;
    assert!(!told.contains("the rules have"), "{told}");
    let merged = world.merge(proposal).await.unwrap();
    assert!(!merged.stdout.contains("the rules have"), "{}", merged.everything());
}

#[tokio::test]
async fn what_is_retired_needs_no_source_any_more() {
    let (world, namespace) = two().await;
    let retired = ruled(&namespace, "retired: delete");
    let files = [("landfall.yaml", Write(retired.as_str())), (A, Delete), (B, Delete)];
    let job = merged(&world, &files).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    let again = merged(&world, &[("README.md", Write("more"))]).await;
    assert_eq!(again.code, 0, "{}", again.everything());
    assert_eq!((maps(&namespace).await.as_str(), entries(&namespace).await.len()), ("", 0));
}

#[tokio::test]
async fn what_is_orphaned_stays_without_our_label_and_fields() {
    let (world, namespace) = two().await;
    kubectl(&["annotate", "configmap", "a", "note=kept", "-n", &namespace], "").await;
    let (proposal, plan) = proposed(&world, &ruled(&namespace, "retired: orphan")).await;
    let told = comment(&world, proposal).await;
    assert!(told.contains("releases 2"), "{told}\n{}", plan.everything());

    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    assert_eq!(entries(&namespace).await.len(), 0);
    for name in ["configmap/a", "configmap/b"] {
        let object = crate::pitfalls::live(&namespace, name).await;
        assert!(object["metadata"]["labels"]["landfall.dev/inventory"].is_null(), "{object:#}");
        assert!(!object["metadata"]["managedFields"].to_string().contains("landfall"), "{object:#}");
    }
    let edited = crate::pitfalls::live(&namespace, "configmap/a").await;
    assert_eq!((&edited["data"]["a"], &edited["metadata"]["annotations"]["note"]), (&"1".into(), &"kept".into()));
}

#[tokio::test]
async fn what_holds_data_keeps_a_retired_target_in_the_rules() {
    let (world, namespace) = world(&[(A, &map("a", "a: '1'")), ("deploy/claim.yaml", CLAIM)]).await;
    world.deploy().await.unwrap();
    let retired = ruled(&namespace, "retired: delete");
    let job = merged(&world, &[("landfall.yaml", Write(&retired))]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(job.stdout.contains("so its entry stays too"), "{}", job.everything());
    assert_eq!((maps(&namespace).await.as_str(), entries(&namespace).await.len()), ("", 1));

    let allowed = ruled(&namespace, "retired: delete, allow_delete: [PersistentVolumeClaim/data]");
    let job = merged(&world, &[("landfall.yaml", Write(&allowed))]).await;
    assert_eq!((job.code, entries(&namespace).await.len()), (0, 0), "{}", job.everything());
}

#[tokio::test]
async fn one_of_several_places_ends_alone() {
    let cluster = shared().await;
    let (world, first) = two().await;
    let second = cluster.namespace("second").await.name;
    let ends = format!("{{cluster: test, namespace: {first}, retired: delete}}");
    let moved = rules_of(&[format!("{{cluster: test, namespace: {second}}}"), ends]);
    let job = merged(&world, &[("landfall.yaml", Write(&moved))]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    assert_eq!((maps(&second).await.as_str(), maps(&first).await.as_str()), ("a", ""));
    assert_eq!((entries(&second).await.len(), entries(&first).await.len()), (2, 0));
}

#[tokio::test]
async fn a_target_that_cannot_be_asked_is_held() {
    let (mut world, _) = two().await;
    world.set("LANDFALL_DEPLOY_KUBECONFIG", "/gone");
    let gone = elsewhere().await.replace("deploy: LANDFALL_DEPLOY_KUBECONFIG", "deploy: OTHER_KUBECONFIG");
    world.set("OTHER_KUBECONFIG", &shared().await.kubeconfig(&Identity::Deployer).display().to_string());
    let (proposal, _) = proposed(&world, &gone).await;
    let job = world.merge(proposal).await.unwrap();
    assert!(job.stdout.contains("whether something of it is in the cluster is not known"), "{}", job.everything());
}

#[tokio::test]
async fn what_no_proposal_could_show_needs_more_than_retired() {
    let (world, namespace) = two().await;
    let before = elsewhere().await;
    world.host.push_files(REPOSITORY, MAIN, &[("landfall.yaml", Write(&before))], "leave").await.unwrap();
    let (proposal, _) = proposed(&world, &ruled(&namespace, "retired: delete")).await;
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 4, "{}", merged.everything());
    assert!(merged.stdout.contains("empty_render"), "{}", merged.everything());
    assert_eq!((maps(&namespace).await.as_str(), entries(&namespace).await.len()), ("a", 2));
}

#[tokio::test]
async fn what_ends_is_not_verified() {
    let (world, namespace) = two().await;
    let retired = ruled(&namespace, "retired: delete, verify: [{http: 'http://127.0.0.1:9/'}]");
    let job = merged(&world, &[("landfall.yaml", Write(&retired))]).await;
    assert_eq!((job.code, entries(&namespace).await.len()), (0, 0), "{}", job.everything());
}
