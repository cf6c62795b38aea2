//! What becomes of a deploy that was written and failed: it is verified, it stays, or it goes back.

mod back;
mod killed;
mod requests;
mod server;
mod verified;

use landfall_fakehost::Change;
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World};
use serde_json::Value;

use crate::{rules, world};

/// A repository with these files, whose production has more keys, and its namespace.
async fn shop(keys: &str, files: &[(&str, &str)]) -> (World, String) {
    let (mut world, namespace) = world(files).await;
    world.set_token("");
    push(&world, &[("landfall.yaml", Change::Write(&with(&namespace, keys)))]).await;
    (world, namespace)
}

/// Returns the smallest rules with more keys for production.
fn with(namespace: &str, keys: &str) -> String {
    rules(namespace).replace("source: deploy,", &format!("source: deploy, {keys},"))
}

/// Commits to the branch, and returns the commit.
async fn push(world: &World, files: &[(&str, Change<'_>)]) -> String {
    world.host.push_files(REPOSITORY, MAIN, files, "change").await.unwrap()
}

/// Runs the job of a commit, as if it had just been pushed.
async fn run(world: &World, commit: &str) -> Job {
    let event = world.host.push_event(REPOSITORY, MAIN, &"0".repeat(commit.len()), commit).await.unwrap();
    world.run(&event, "true").await.unwrap()
}

/// Returns what is recorded of the target.
async fn inventory(namespace: &str) -> Value {
    let arguments = ["get", "configmap", "landfall-shop-production", "-n", namespace, "-o", "json"];
    let stored: Value = serde_json::from_slice(&shared().await.kubectl(&arguments).stdout).unwrap();
    serde_json::from_str(stored["data"]["inventory.json"].as_str().unwrap()).unwrap()
}

/// Returns the first line of what a job printed.
fn title(job: &Job) -> &str {
    job.stdout.lines().next().unwrap_or_default()
}
