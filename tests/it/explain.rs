//! `landfall explain`: who owns each field of an object, which line of Git sets it, and what a deploy would do.

use landfall_fakehost::Change::Write;
use landfall_world::{Job, MAIN, REPOSITORY, World};
use serde_json::Value;

use crate::pitfalls::kubectl;
use crate::{config_map, world};

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: web}}\n  \
    template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - name: web\n        image: example.com/web:1\n";
const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: key, labels: {app: web}}\nstringData: {key: opensesame}\n";

async fn explain(world: &World, object: &str, more: &[&str]) -> Job {
    let event = world.push_event().await.unwrap();
    world.command(&event, &[&["explain", object], more].concat()).await.unwrap()
}

/// Returns the line of a field; nothing where there is none.
fn line<'a>(job: &'a Job, field: &str) -> &'a str {
    let line = job.stdout.lines().find(|line| line.trim_start().starts_with(&format!("{field} ")));
    line.unwrap_or_default()
}

#[tokio::test]
async fn each_field_has_its_owner_its_line_in_git_and_what_a_deploy_would_do() {
    let (mut world, namespace) = world(&[("deploy/web.yaml", WEB), ("deploy/key.yaml", SECRET)]).await;
    world.set_token("");
    assert_eq!(world.deploy().await.unwrap().code, 0);
    let patch = "{\"metadata\":{\"annotations\":{\"example.com/by-hand\":\"opensesame\"}}}";
    kubectl(&["patch", "deployment", "web", "-n", &namespace, "--field-manager=kubectl-edit", "-p", patch], "").await;
    let newer = WEB.replace("web:1", "web:2").replace("  replicas: 1\n", "");
    let files = [("deploy/web.yaml", Write(newer.as_str()))];
    world.host.push_files(REPOSITORY, MAIN, &files, "another image").await.unwrap();

    world.set("LANDFALL_PLAN_KUBECONFIG", "");
    let told = explain(&world, "deployment/web", &[]).await;
    assert_eq!(told.code, 0, "{}", told.everything());
    for part in [
        "landfall:shop/production/",
        "(Apply, last at 20",
        "kubectl-edit (Update, last at 20",
        ": change (deploy/web.yaml:1)",
    ] {
        assert!(told.stdout.contains(part), "{part}: {}", told.everything());
    }
    let image = line(&told, "spec.template.spec.containers[web].image");
    assert!(
        image.contains("example.com/web:1") && image.ends_with("deploy/web.yaml:12  → example.com/web:2"),
        "{image}"
    );
    assert!(line(&told, "spec.replicas").ends_with("not in Git"), "it keeps its value: {}", told.stdout);
    assert!(line(&told, "metadata.labels[landfall.dev/inventory]").ends_with("not in Git"), "{}", told.stdout);
    let by_hand = line(&told, "metadata.annotations[example.com/by-hand]");
    assert!(by_hand.ends_with("not in Git"), "{by_hand}");
    assert!(!told.everything().contains("opensesame"), "a value of a Secret: {}", told.everything());

    let secret = explain(&world, "secrets/key", &["--format", "json"]).await;
    assert!(
        !secret.everything().contains("opensesame") && secret.stdout.contains("(hidden)"),
        "{}",
        secret.everything()
    );
    let json: Value = serde_json::from_str(&secret.stdout).unwrap();
    assert_eq!(json[0]["change"]["class"]["class"], "same", "{json}");
}

#[tokio::test]
async fn what_git_does_not_have_is_explained_too() {
    let (mut world, namespace) = world(&[("deploy/first.yaml", &config_map("first", "1"))]).await;
    world.set_token("");
    kubectl(&["create", "-n", &namespace, "-f", "-"], &config_map("theirs", "1")).await;
    let told = explain(&world, "ConfigMap/theirs", &[]).await;
    assert_eq!(told.code, 0, "{}", told.everything());
    assert!(told.stdout.contains("no deploy touches it"), "{}", told.stdout);
    assert!(line(&told, "data.key").contains("not in Git"), "{}", told.stdout);
    let new = explain(&world, "configmap/first", &[]).await;
    assert!(new.stdout.contains("nobody yet") && line(&new, "data.key").ends_with("→ 1"), "{}", new.stdout);

    let nothing = explain(&world, "ConfigMap/missing", &[]).await;
    assert_eq!(nothing.code, 2, "{}", nothing.everything());
    assert!(nothing.everything().contains("there is no `ConfigMap/missing`"), "{}", nothing.everything());
    let no_object = explain(&world, "web", &[]).await;
    assert!(no_object.everything().contains("Deployment/web"), "{}", no_object.everything());
}
