//! A target's namespace: it is there before the first deploy, and the set may bring it too.

use landfall_fakehost::Change;

use crate::{config_map, world};

#[tokio::test]
async fn a_set_brings_the_namespace_that_it_is_deployed_to() {
    let (world, namespace) = world(&[("deploy/a.yaml", &config_map("a", "1"))]).await;
    let brought = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}}}\n");
    let files = [("deploy/namespace.yaml", Change::Write(brought.as_str()))];
    let proposal = world.propose("namespace", "bring the namespace", &files).await.unwrap();

    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    assert!(merged.stderr.contains("1 new, 1 changed, 0 deleted, 0 the same"), "{}", merged.stderr);
}

#[tokio::test]
async fn a_namespace_that_does_not_exist_is_named_before_the_merge() {
    let (world, _) = world(&[("deploy/a.yaml", &config_map("a", "1"))]).await;
    let rules = crate::rules("nowhere");
    world
        .host
        .push_files(landfall_world::REPOSITORY, "main", &[("landfall.yaml", Change::Write(&rules))], "move")
        .await
        .unwrap();
    let brought = "apiVersion: v1\nkind: Namespace\nmetadata: {name: nowhere}\n";
    let files = [("deploy/namespace.yaml", Change::Write(brought))];
    let proposal = world.propose("nowhere", "bring a namespace", &files).await.unwrap();

    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 3, "{}", plan.everything());
    let comment = world.comments(proposal).await.unwrap().join("\n");
    assert!(comment.contains("the namespace nowhere does not exist"), "{comment}");
    assert!(comment.contains("Create the namespace nowhere first"), "{comment}");
}
