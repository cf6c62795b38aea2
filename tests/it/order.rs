//! Runs that come late, are stopped, or end badly.

use std::time::Duration;

use landfall_fakehost::Change;
use landfall_test_cluster::shared;
use landfall_world::{MAIN, REPOSITORY};

use crate::{config_map, world};

#[tokio::test]
async fn an_older_commit_that_runs_late_is_superseded_and_changes_nothing() {
    let (world, namespace) = world(&[("deploy/a.yaml", &config_map("a", "1"))]).await;
    let older = world.host.tip(REPOSITORY, MAIN).await.unwrap();
    let changed = config_map("a", "2");
    let files = [("deploy/a.yaml", Change::Write(changed.as_str()))];
    let newer = world.host.push_files(REPOSITORY, MAIN, &files, "a is 2").await.unwrap();
    assert_eq!(world.deploy().await.unwrap().code, 0);

    let event = world.host.push_event(REPOSITORY, MAIN, &"0".repeat(older.len()), &older).await.unwrap();
    let late = world.run(&event, "true").await.unwrap();
    assert_eq!(late.code, 0, "{}", late.everything());
    assert!(late.stdout.contains(&newer[..7]), "it says which commit is newer: {}", late.stdout);
    assert_eq!(get(&namespace, "configmap/a", "{.data.key}").await, "2");
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_while_it_waits_gives_up_its_lock_and_the_next_one_converges() {
    let (mut world, namespace) = world(&[("deploy/web.yaml", &deployment("web:1", "never-ready"))]).await;
    world.set_token("");
    let stop = world.signal("TERM");
    let asked = async {
        while get(&namespace, "deployment/web", "{.status.unavailableReplicas}").await != "1" {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert!(stop(), "the run ended by itself");
    };
    let (stopped, ()) = tokio::join!(world.deploy(), asked);
    let stopped = stopped.unwrap();
    assert_eq!(stopped.code, 5, "{}", stopped.everything());
    assert!(stopped.stdout.contains("the run was asked to stop"), "{}", stopped.stdout);
    assert_eq!(get(&namespace, "lease/landfall-shop-production", "{.spec.holderIdentity}").await, "");

    let mended = deployment("web:2", "ready");
    let files = [("deploy/web.yaml", Change::Write(mended.as_str()))];
    world.host.push_files(REPOSITORY, MAIN, &files, "mend").await.unwrap();
    let next = world.deploy().await.unwrap();
    assert_eq!(next.code, 0, "{}", next.everything());
    assert_eq!(get(&namespace, "deployment/web", "{.status.availableReplicas}").await, "1");
}

#[tokio::test]
async fn an_image_that_does_not_exist_is_named_as_the_cause() {
    let (mut world, namespace) =
        world(&[("deploy/web.yaml", &deployment("web:does-not-exist", "image-not-found"))]).await;
    world.set_token("");
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    for part in ["example.com/web:does-not-exist", "not found", "Deployment"] {
        assert!(failed.stdout.contains(part), "{part}: {}", failed.stdout);
    }
    assert_eq!(get(&namespace, "lease/landfall-shop-production", "{.spec.holderIdentity}").await, "");
}

pub(crate) fn deployment(image: &str, behaviour: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  \
         selector: {{matchLabels: {{app: web}}}}\n  template:\n    \
         metadata: {{labels: {{app: web}}, annotations: {{test.landfall.dev/behaviour: {behaviour}}}}}\n    \
         spec: {{containers: [{{name: web, image: \"example.com/{image}\"}}]}}\n"
    )
}

/// Returns one field of an object as text; nothing when there is no such object or field.
pub(crate) async fn get(namespace: &str, object: &str, field: &str) -> String {
    let jsonpath = format!("jsonpath={field}");
    let output = shared().await.kubectl(&["get", object, "-n", namespace, "-o", &jsonpath]);
    String::from_utf8(output.stdout).unwrap()
}
