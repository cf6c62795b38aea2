//! Pitfalls of server-side apply, pruning and adoption, each a story by its number in `docs/pitfalls.md`.
//!
//! They run on the oldest and the newest Kubernetes: `LANDFALL_KUBERNETES=1.32.2 cargo test --workspace --test it -- pitfalls::`.

mod histories;
mod manifests;
mod moves;
mod ownership;
mod plans;
mod prunes;
mod replicas;
mod shared_keys;
mod waits;

use landfall_fakehost::Change;
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World};
use serde_json::Value;

const ADOPT: &str = "annotations: {landfall.dev/adopt: 'true'}";

/// A `ConfigMap` with this data, in YAML's flow style.
pub(crate) fn map(name: &str, data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{{data}}}\n")
}

/// The same, to be taken over.
fn adopted(manifest: &str, name: &str) -> String {
    manifest.replace(&format!("metadata: {{name: {name}}}"), &format!("metadata: {{name: {name}, {ADOPT}}}"))
}

/// Runs kubectl as the administrator.
///
/// # Panics
///
/// When kubectl fails.
pub(crate) async fn kubectl(args: &[&str], input: &str) -> String {
    let output = shared().await.kubectl_with_input(args, input);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) async fn live(namespace: &str, what: &str) -> Value {
    let object = kubectl(&["get", what, "-n", namespace, "-o", "json", "--show-managed-fields"], "").await;
    serde_json::from_str(&object).unwrap()
}

async fn proposed(world: &World, files: &[(&str, &str)]) -> u64 {
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, Change::Write(text))).collect();
    world.propose("change", "change it", &files).await.unwrap()
}

async fn pushed(world: &World, files: &[(&str, Change<'_>)]) -> Job {
    world.host.push_files(REPOSITORY, MAIN, files, "change it").await.unwrap();
    world.deploy().await.unwrap()
}

/// Deploys what Git has, and fails where that fails.
async fn deployed(world: &World) -> Job {
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    job
}

/// Returns the managers that own anything of an object itself.
fn managers(object: &Value) -> Vec<String> {
    let entries = object["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    let entries = entries.iter().filter(|entry| entry["subresource"].is_null());
    entries.map(|entry| entry["manager"].as_str().unwrap().to_owned()).collect()
}

/// Returns the entries of the inventory.
pub(crate) async fn entries(namespace: &str) -> Vec<Value> {
    let stored = live(namespace, "configmap/landfall-shop-production").await;
    let inventory: Value = serde_json::from_str(stored["data"]["inventory.json"].as_str().unwrap()).unwrap();
    inventory["entries"].as_array().unwrap().clone()
}

/// Writes the smallest rules with more keys of the environment.
pub(crate) fn ruled(namespace: &str, keys: &str) -> String {
    crate::rules(namespace).replace("source: deploy,", &format!("source: deploy, {keys},"))
}
