//! The host's deployment record: it ends as the deploy did, and leads to the run's log and to what runs.

use landfall_fakehost::Change::{Delete, Write};
use landfall_world::{Job, MAIN, REPOSITORY, World};
use serde_json::Value;

use crate::order::deployment;
use crate::{config_map, rules, world};

const A: &str = "deploy/a.yaml";
const B: &str = "deploy/b.yaml";
const C: &str = "deploy/c.yaml";
const URL: &str = "https://shop.example";

#[tokio::test]
async fn a_record_ends_as_its_deploy_did() {
    let (b, web) = (config_map("b", "1"), deployment("web:1", "image-not-found"));
    let (world, namespace) = world(&[(A, &config_map("a", "1")), (B, &b), (C, &config_map("c", "1"))]).await;
    let rules = rules(&namespace)
        .replace("source: deploy,", &format!("source: deploy, url: {URL}, gates: {{max_deletions: 1}},"));
    let first = world.host.push_files(REPOSITORY, MAIN, &[("landfall.yaml", Write(&rules))], "rules").await.unwrap();
    ends(&world, &world.deploy().await.unwrap(), 0, "success", "3 objects ready").await;

    world.host.push_files(REPOSITORY, MAIN, &[(B, Delete), (C, Delete)], "drop two").await.unwrap();
    ends(&world, &world.deploy().await.unwrap(), 4, "failure", "deletes 2 objects").await;

    let files = [(B, Write(b.as_str())), (C, Write(web.as_str()))];
    world.host.push_files(REPOSITORY, MAIN, &files, "an image that is missing").await.unwrap();
    ends(&world, &world.deploy().await.unwrap(), 6, "failure", "Deployment/web").await;

    world.host.push_files(REPOSITORY, MAIN, &[(A, Write("kind: [ConfigMap\n"))], "broken").await.unwrap();
    ends(&world, &world.deploy().await.unwrap(), 3, "failure", "").await;

    let event = world.host.push_event(REPOSITORY, MAIN, &"0".repeat(first.len()), &first).await.unwrap();
    ends(&world, &world.run(&event, "true").await.unwrap(), 0, "inactive", "is newer").await;
}

/// Judges the newest record by how the job that made it should have ended.
async fn ends(world: &World, job: &Job, code: i32, state: &str, description: &str) {
    assert_eq!(job.code, code, "{}", job.everything());
    let deployments = world.host.deployments(REPOSITORY).await.unwrap();
    let statuses = deployments.last().unwrap()["statuses"].as_array().unwrap().clone();
    let text = |status: &Value, key: &str| status[key].as_str().unwrap().to_owned();
    let states: Vec<_> = statuses.iter().map(|status| text(status, "state")).collect();
    assert_eq!(states, ["queued", "in_progress", state], "{}", job.stdout);
    for status in &statuses {
        assert!(text(status, "log_url").contains("/acme/shop/actions/runs/"), "{status}");
    }
    let last = statuses.last().unwrap();
    assert!(text(last, "description").contains(description), "{last}");
    assert_eq!(text(last, "environment_url"), URL, "{last}");
}
