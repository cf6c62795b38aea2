//! The images that the rules name: their registry is asked before anything is written.

use std::fs;

use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::shared;
use landfall_world::registry::{PASSWORD, Registry};
use landfall_world::{Job, World};

use crate::{binary, rules};

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  \
    selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
    spec: {containers: [{name: web, image: web}]}\n";

/// A repository whose production runs this image, and a deploy that waits this long for it.
async fn shop(image: &str, image_wait: &str) -> (World, String) {
    let cluster = shared().await;
    let namespace = cluster.namespace("images").await.name;
    let keys = format!("source: deploy, images: {{web: \"{image}\"}}, image_wait: {image_wait},");
    let rules = rules(&namespace).replace("source: deploy,", &keys);
    let files = [("landfall.yaml", rules.as_str()), ("deploy/web.yaml", WEB)];
    let mut world = World::with_files(binary(), &files).await.unwrap();
    world.set("LANDFALL_PLAN_KUBECONFIG", &cluster.kubeconfig(&Identity::Planner).display().to_string());
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &cluster.kubeconfig(&Identity::ClusterDeployer).display().to_string());
    (world, namespace)
}

fn says(job: &Job, words: &str) {
    let everything = job.everything();
    assert!(everything.contains(words), "{words:?} is not in:\n{everything}");
}

/// Asserts that a deploy was held for its image before it wrote anything.
async fn is_held(world: &World, namespace: &str, why: &str) {
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 4, "{}", job.everything());
    says(&job, why);
    let found = shared().await.kubectl(&["get", "deployments,configmaps", "-n", namespace, "-o", "name"]);
    let found = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(!found.contains("web") && !found.contains("landfall"), "{found}");
}

#[tokio::test]
async fn an_image_that_is_there_is_deployed() {
    let registry = Registry::start().await;
    registry.push("web:1", "amd64").await;
    let (world, _) = shop(&registry.reference("web:1"), "1s").await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(!job.everything().contains("not checked"), "{}", job.everything());
}

#[tokio::test]
async fn without_its_image_nothing_is_written() {
    let registry = Registry::start().await;
    let (world, namespace) = shop(&registry.reference("web:1"), "1s").await;
    is_held(&world, &namespace, "its registry does not have it").await;
}

#[tokio::test]
async fn an_image_that_is_still_built_is_waited_for() {
    let registry = Registry::start().await;
    let (world, _) = shop(&registry.reference("web:1"), "2m").await;
    let built = async {
        registry.is_asked_for("web/manifests/1").await;
        registry.push("web:1", "amd64").await;
    };
    let (job, ()) = tokio::join!(world.deploy(), built);
    let job = job.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    says(&job, "waits for image");
}

#[tokio::test]
async fn an_image_for_other_nodes_is_as_good_as_none() {
    let registry = Registry::start().await;
    registry.push("web:1", "arm64").await;
    let (world, namespace) = shop(&registry.reference("web:1"), "1s").await;
    is_held(&world, &namespace, "it is for linux/arm64, and the nodes are linux/amd64").await;
}

#[tokio::test]
async fn of_an_image_for_several_platforms_one_has_to_fit() {
    let registry = Registry::start().await;
    registry.push("web:arm", "arm64").await;
    registry.push("web:amd", "amd64").await;
    registry.push_index("web:1", &[("web:arm", "arm64"), ("web:amd", "amd64")]).await;
    registry.push_index("web:2", &[("web:arm", "arm64")]).await;
    let (world, _) = shop(&registry.reference("web:1"), "1s").await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    let (world, namespace) = shop(&registry.reference("web:2"), "1s").await;
    is_held(&world, &namespace, "it is for linux/arm64").await;
}

#[tokio::test]
async fn a_login_of_the_container_engine_is_used_and_never_shown() {
    let registry = Registry::with_login().await;
    let (mut world, namespace) = shop(&registry.reference("web:1"), "1s").await;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json"), registry.config_json().to_string()).unwrap();
    world.set("DOCKER_CONFIG", &folder.path().display().to_string());
    is_held(&world, &namespace, "its registry does not have it").await;
    registry.push("web:1", "amd64").await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(!job.everything().contains(PASSWORD), "{}", job.everything());
}

#[tokio::test]
async fn a_registry_that_cannot_be_asked_is_named_and_holds_nothing() {
    let locked = Registry::with_login().await;
    let nobody = "127.0.0.1:9/web:1".to_owned();
    for (image, why) in [(locked.reference("web:1"), "asks for a login"), (nobody, "cannot be reached")] {
        let (world, _) = shop(&image, "1s").await;
        let job = world.deploy().await.unwrap();
        assert_eq!(job.code, 0, "{}", job.everything());
        says(&job, "was not checked");
        says(&job, why);
    }
}

#[tokio::test]
async fn a_proposal_asks_for_what_is_known_already() {
    let registry = Registry::start().await;
    let (world, _) = shop(&registry.reference("web:1"), "1s").await;
    let change = landfall_fakehost::Change::Write("One line.\n");
    let proposal = world.propose("words", "Say more", &[("README.md", change)]).await.unwrap();
    let job = world.plan(proposal).await.unwrap();
    says(&job, "Held by `images`");
    says(&job, "its registry does not have it");

    let (world, _) = shop(&registry.reference("web:{{ commit }}"), "1s").await;
    let proposal = world.propose("words", "Say more", &[("README.md", change)]).await.unwrap();
    let job = world.plan(proposal).await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(!job.everything().contains("Held by"), "{}", job.everything());
}
