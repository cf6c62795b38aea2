//! The main job: a proposal is planned, its merge deploys, what left Git is deleted, and nothing else is touched.

use landfall_fakehost::Change;
use landfall_test_cluster::shared;

use crate::{config_map, world};

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
