//! The main job: a proposal is planned, its merge deploys, what left Git is deleted, and nothing else is touched.

use std::path::Path;

use landfall_fakehost::Change;
use landfall_test_cluster::shared;
use landfall_world::{MAIN, REPOSITORY, World};

use crate::{binary, config_map, world};

#[tokio::test]
async fn a_merge_deploys_what_its_plan_showed_and_prunes_what_left() {
    let (world, namespace) =
        world(&[("deploy/a.yaml", &config_map("a", "1")), ("deploy/b.yaml", &config_map("b", "1"))]).await;
    let first = world.deploy().await.unwrap();
    assert_eq!(first.code, 0, "{}", first.everything());

    let changed = config_map("a", "2");
    let files = [("deploy/a.yaml", Change::Write(changed.as_str())), ("deploy/b.yaml", Change::Delete)];
    let proposal = world.propose("change", "change a, drop b", &files).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    let comments = world.comments(proposal).await.unwrap();
    assert_eq!(comments.len(), 1);
    assert!(comments[0].contains("changes 1 object and deletes 1"), "{}", comments[0]);
    assert!(comments[0].contains(&format!("checked by Kubernetes v{}", version())), "{}", comments[0]);

    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    assert_eq!(keys(&namespace).await, ["a=2"]);
    let comments = world.comments(proposal).await.unwrap();
    assert_eq!(comments.len(), 1, "the plan's comment becomes the record");
    assert!(comments[0].contains("Deployed"), "{}", comments[0]);

    let again = world.deploy().await.unwrap();
    assert_eq!(again.code, 0, "{}", again.everything());
    assert!(again.stderr.contains("0 new, 0 changed, 0 deleted, 1 the same"), "{}", again.stderr);
}

#[tokio::test]
async fn an_object_is_read_by_its_name_only_where_it_is_there_without_our_label() {
    let (world, namespace) =
        world(&[("deploy/a.yaml", &config_map("new", "1")), ("deploy/b.yaml", &config_map("theirs", "1"))]).await;
    let cluster = shared().await;
    let made = cluster.kubectl(&["create", "configmap", "theirs", "--from-literal=other=1", "-n", &namespace]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let tip = world.host.tip(REPOSITORY, MAIN).await.unwrap();
    let event = world.host.push_event(REPOSITORY, MAIN, &"0".repeat(tip.len()), &tip).await.unwrap();
    let plan = world.command(&event, &["plan"]).await.unwrap();
    assert!(plan.stdout.contains("1 new, 1 refused"), "{}", plan.everything());

    let audit = cluster.audit();
    let read = audit.iter().filter(|it| it.namespace == namespace && it.verb == "get" && it.resource == "configmaps");
    let read: Vec<&str> = read.filter(|it| it.user == "landfall-planner").map(|it| it.name.as_str()).collect();
    assert_eq!(read, ["landfall-shop-production", "theirs"]);
}

/// Returns the test's `ConfigMap`s as "name=value".
async fn keys(namespace: &str) -> Vec<String> {
    let template = "{range .items[*]}{.metadata.name}={.data.key} {end}";
    let jsonpath = format!("jsonpath={template}");
    let output = shared().await.kubectl(&[
        "get",
        "configmaps",
        "-n",
        namespace,
        "-l",
        "landfall.dev/inventory",
        "-o",
        &jsonpath,
    ]);
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
}

/// The version that the tests were asked to run on; nothing when it is the newest.
#[expect(clippy::disallowed_methods, reason = "who runs the tests chooses the version")]
fn version() -> String {
    std::env::var("LANDFALL_KUBERNETES").unwrap_or_default()
}

#[tokio::test]
async fn an_example_is_a_repository_by_its_path_from_here() {
    let world = World::with_folder(binary(), Path::new("examples/minimal")).await.unwrap();
    let checked = world.command(&world.push_event().await.unwrap(), &["check"]).await.unwrap();
    assert_eq!(checked.code, 0, "{}", checked.everything());
}
