//! First contact: objects that somebody else put into the cluster become ours, with what Git says and nothing else.

use landfall_fakehost::Change;
use landfall_test_cluster::shared;
use landfall_world::{Job, World};
use serde_json::Value;

use crate::world;

/// What is live: one key, one variable and one port more than Git will have.
const LIVE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {kept: '1', dropped: '1'}\n---\n\
    apiVersion: v1\nkind: Service\nmetadata: {name: web}\n\
    spec: {selector: {app: web}, ports: [{name: http, port: 80}, {name: old, port: 81}]}\n---\n\
    apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  \
    template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - name: web\n        \
    image: example.com/web:1\n        env: [{name: KEPT, value: '1'}, {name: DROPPED, value: '1'}]\n";

const ADOPT: &str = "annotations: {landfall.dev/adopt: 'true'}";

/// What Git says of the same objects.
fn adopted() -> String {
    LIVE.replace(", dropped: '1'", "")
        .replace(", {name: old, port: 81}", "")
        .replace(", {name: DROPPED, value: '1'}", "")
        .replace("image: example.com/web:1", "image: example.com/web:2")
        .replace("{name: settings}", &format!("{{name: settings, {ADOPT}}}"))
        .replace("metadata: {name: web}\n", &format!("metadata: {{name: web, {ADOPT}}}\n"))
}

#[tokio::test]
async fn what_kubectl_applied_is_adopted_and_what_git_dropped_goes_with_the_first_deploy() {
    adopts(&["apply"], LIVE, "kubectl-client-side-apply").await;
}

#[tokio::test]
async fn what_kubectl_applied_on_the_server_is_adopted() {
    adopts(&["apply", "--server-side"], LIVE, "kubectl").await;
}

#[tokio::test]
async fn what_kubectl_created_is_adopted() {
    adopts(&["create"], LIVE, "kubectl-create").await;
}

#[tokio::test]
async fn what_argo_cd_applied_is_adopted() {
    adopts(&["apply", "--server-side", "--field-manager=argocd-controller"], LIVE, "argocd-controller").await;
}

/// Puts `live` into the cluster by a kubectl command, adopts it by a proposal, and merges that.
async fn adopts(command: &[&str], live: &str, manager: &str) {
    let (world, namespace) = world(&[("deploy/first.yaml", &crate::config_map("first", "1"))]).await;
    let cluster = shared().await;
    let arguments: Vec<&str> = command.iter().copied().chain(["-n", &namespace, "-f", "-"]).collect();
    let made = cluster.kubectl_with_input(&arguments, live);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let files = [("deploy/app.yaml", adopted())];
    let files = files.each_ref().map(|(path, text)| (*path, Change::Write(text.as_str())));
    let proposal = world.propose("adopt", "adopt the application", &files).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    for part in ["- dropped: \"1\"", "DROPPED", "name: old", &format!("Takes over what {manager} wrote")] {
        assert!(plan.summary.contains(part), "{part}: {}", plan.summary);
    }
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    gone(&namespace, manager);
    let again = world.deploy().await.unwrap();
    assert!(again.stderr.contains("0 new, 0 changed, 0 deleted"), "{}", again.stderr);
}

/// Nothing is left of what Git dropped, nor of who wrote it.
fn gone(namespace: &str, manager: &str) {
    let cluster = futures::executor::block_on(shared());
    let kinds = "configmap/settings,service/web,deployment/web";
    let kinds: Vec<&str> = kinds.split(',').collect();
    let arguments = [&["get", "-n", namespace, "-o", "json", "--show-managed-fields"], kinds.as_slice()].concat();
    let list: Value = serde_json::from_slice(&cluster.kubectl(&arguments).stdout).unwrap();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    let text = list.to_string();
    for word in ["dropped", "DROPPED", "\"old\"", "last-applied", &format!("\"manager\":\"{manager}\"")] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[tokio::test]
async fn what_a_person_edited_is_not_taken_over() {
    let (world, namespace) = world(&[("deploy/first.yaml", &crate::config_map("first", "1"))]).await;
    let cluster = shared().await;
    let live = crate::config_map("settings", "1");
    let made = cluster.kubectl_with_input(&["apply", "-n", &namespace, "-f", "-"], &live);
    assert!(made.status.success());
    let edit = ["patch", "configmap", "settings", "-n", &namespace, "--field-manager=kubectl-edit", "-p"];
    let edited = cluster.kubectl(&[&edit[..], &["{\"data\":{\"key\":\"by hand\"}}"]].concat());
    assert!(edited.status.success(), "{}", String::from_utf8_lossy(&edited.stderr));

    let adopted =
        crate::config_map("settings", "2").replace("{name: settings}", &format!("{{name: settings, {ADOPT}}}"));
    let plan = planned(&world, &adopted).await;
    assert!(plan.summary.contains("kubectl-edit"), "the owner is named: {}", plan.summary);
    assert!(plan.summary.contains("blocked"), "{}", plan.summary);
}

async fn planned(world: &World, settings: &str) -> Job {
    let files = [("deploy/settings.yaml", Change::Write(settings))];
    let proposal = world.propose("adopt", "adopt the settings", &files).await.unwrap();
    world.plan(proposal).await.unwrap()
}
