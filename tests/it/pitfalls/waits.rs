//! When a deploy is over: rows 43 to 45.

use landfall_fakehost::Change::Write;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Answer, Fault, Rule};
use landfall_test_cluster::shared;
use std::time::{Duration, Instant};

use super::{deployed, kubectl, live, map, pushed, ruled};
use crate::world;

const A: &str = "deploy/a.yaml";

fn deployment(image: &str, behaviour: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec:\n  selector: {{matchLabels: {{a: a}}}}\n  template:\n    \
         metadata: {{labels: {{a: a}}, annotations: {{test.landfall.dev/behaviour: {behaviour}}}}}\n    \
         spec: {{containers: [{{name: main, image: '{image}'}}]}}\n"
    )
}

#[tokio::test]
async fn pitfall_43_deploy_stale_generation() {
    let (world, namespace) = world(&[(A, &deployment("e.example/a:1", "ready"))]).await;
    deployed(&world).await;
    let rules = ruled(&namespace, "wait: {timeout: 6s}");
    let never = deployment("e.example/a:2", "never-ready");
    let job = pushed(&world, &[("landfall.yaml", Write(&rules)), (A, Write(&never))]).await;
    assert_eq!(job.code, 6, "what was ready was the generation before: {}", job.everything());
}

#[tokio::test]
async fn pitfall_44_failed_create_quota() {
    let (world, namespace) = world(&[(A, &deployment("e.example/a:1", "ready"))]).await;
    kubectl(&["create", "quota", "none", "--hard=pods=0", "-n", &namespace], "").await;
    kubectl(&["wait", "quota/none", "--for=jsonpath={.status.hard.pods}=0", "-n", &namespace, "--timeout=30s"], "")
        .await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 6, "{}", job.everything());
    let first = job.stdout.lines().next().unwrap_or_default();
    assert!(job.stdout.contains("exceeded quota: none"), "{}", job.everything());
    assert!(first.contains("quota"), "{first}");
    assert!(!job.stdout.contains("gave up waiting"), "{}", job.everything());
}

#[tokio::test]
async fn pitfall_45_image_pull_not_found() {
    let (world, _) = world(&[(A, &deployment("e.example/a:does-not-exist", "image-not-found"))]).await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 6, "{}", job.everything());
    let first = job.stdout.lines().next().unwrap_or_default();
    assert!(first.contains("image"), "{first}");
}

#[tokio::test]
async fn pitfall_45_job_that_fails() {
    let text = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  backoffLimit: 0\n  template:\n    \
        metadata: {annotations: {test.landfall.dev/behaviour: job-fails}}\n    \
        spec: {restartPolicy: Never, containers: [{name: a, image: 'e.example/a:1'}]}\n";
    let (world, _) = world(&[(A, text)]).await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 6, "{}", job.everything());
    assert!(job.stdout.contains("backoffLimit"), "{}", job.everything());
}

#[tokio::test]
async fn pitfall_45_too_many_requests() {
    let (mut world, namespace) = world(&[(A, &map("a", "a: '1'"))]).await;
    let proxy = shared().await.proxy(&Identity::Deployer);
    let body = "Too many requests, please try again later.\n".to_owned();
    let busy = Answer { status: 429, retry_after_seconds: Some(2), body };
    proxy.add(Rule::always(Fault::Answer(busy)).containing("configmaps/a?").first(1));
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    let started = Instant::now();
    deployed(&world).await;
    assert!(started.elapsed() >= Duration::from_secs(2), "it waits as long as it was asked to");
    live(&namespace, "configmap/a").await;
}
