//! Stories: what people and hosts do, told in their words, with the real binary, host and control plane.

#![expect(clippy::unwrap_used, reason = "a story that cannot be told has failed")]
#![expect(clippy::print_stdout, reason = "a sample prints its seed")]

mod action;
mod adopt;
mod bad_input;
mod bases;
mod chains;
mod chance;
mod charts;
mod checkout;
mod commands;
mod confined;
mod contents;
mod denied;
mod deploys;
mod drift;
mod encrypted;
mod escapes;
mod explain;
mod fault;
mod fields;
mod history;
mod host;
mod images;
mod jobs;
mod jsonnet;
mod killed;
mod lints;
mod long;
mod namespaces;
mod node;
mod offline;
mod order;
mod phases;
mod pitfalls;
mod policy;
mod predecessors;
mod race;
mod records;
mod refusals;
mod restarts;
mod retired;
mod secrets;
mod shell;
mod tables;
mod templates;
mod turn;
mod waiting;
mod webhooks;

use std::path::Path;

use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::shared;
use landfall_world::World;

/// The binary under test.
fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_landfall"))
}

/// The smallest rules: production follows `main`, from the folder `deploy`.
fn rules(namespace: &str) -> String {
    format!(
        "app: shop\n\
         clusters:\n  test: {{kubeconfig: {{plan: LANDFALL_PLAN_KUBECONFIG, deploy: LANDFALL_DEPLOY_KUBECONFIG}}}}\n\
         environments:\n  production: {{branch: main, source: deploy, target: {{cluster: test, namespace: {namespace}}}}}\n"
    )
}

/// The same with these targets, one after the other, each in YAML's flow style.
fn rules_of(targets: &[String]) -> String {
    rules("none").replace("target: {cluster: test, namespace: none}", &format!("targets: [{}]", targets.join(", ")))
}

/// A repository with these manifests beside the smallest rules, and a namespace of its own. Returns both.
async fn world(manifests: &[(&str, &str)]) -> (World, String) {
    let cluster = shared().await;
    let namespace = cluster.namespace("story").await.name;
    let rules = rules(&namespace);
    let mut files = vec![("landfall.yaml", rules.as_str())];
    files.extend(manifests);
    let mut world = World::with_files(binary(), &files).await.unwrap();
    world.set("LANDFALL_PLAN_KUBECONFIG", &cluster.kubeconfig(&Identity::Planner).display().to_string());
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &cluster.kubeconfig(&Identity::Deployer).display().to_string());
    (world, namespace)
}

/// A `ConfigMap` with one key.
fn config_map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{key: \"{value}\"}}\n")
}
