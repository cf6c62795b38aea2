//! The order that a set asks for: phases, waves, what comes after what, and what a failure stops.

use landfall_fakehost::Change;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Answer, Fault, Rule};
use landfall_test_cluster::shared;
use landfall_world::{MAIN, REPOSITORY, World};

use crate::{config_map, world};

/// A Job of the phase `pre`, as Argo CD marks it.
fn migrate(behaviour: &str, version: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: migrate, annotations: {{argocd.argoproj.io/hook: PreSync}}}}\n\
         spec:\n  backoffLimit: 0\n  template:\n    metadata: {{annotations: {{test.landfall.dev/behaviour: {behaviour}}}}}\n    \
         spec: {{restartPolicy: Never, containers: [{{name: main, image: \"example.com/shop:{version}\"}}]}}\n"
    )
}

/// A Deployment with annotations of its own.
fn deployment(name: &str, version: &str, behaviour: &str, annotations: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, annotations: {{{annotations}}}}}\nspec:\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    \
         metadata: {{labels: {{app: {name}}}, annotations: {{test.landfall.dev/behaviour: {behaviour}}}}}\n    \
         spec: {{containers: [{{name: main, image: \"example.com/shop:{version}\"}}]}}\n"
    )
}

#[tokio::test]
async fn a_job_of_the_phase_before_is_done_before_anything_else_is_written_and_runs_once() {
    let web = deployment("web", "1", "ready", "");
    let (world, namespace) = world(&[("deploy/migrate.yaml", &migrate("slow", "1")), ("deploy/web.yaml", &web)]).await;
    let deployed = world.deploy().await.unwrap();
    assert_eq!(deployed.code, 0, "{}", deployed.everything());
    let done = get(&namespace, "job/migrate", "{.status.completionTime}").await;
    let made = get(&namespace, "deployment/web", "{.metadata.creationTimestamp}").await;
    assert!(!done.is_empty() && done <= made, "done at {done}, and the Deployment was made at {made}");

    let uid = get(&namespace, "job/migrate", "{.metadata.uid}").await;
    let again = world.deploy().await.unwrap();
    assert_eq!(again.code, 0, "{}", again.everything());
    assert!(again.stderr.contains("0 new, 0 changed, 0 deleted, 2 the same"), "{}", again.everything());
    assert_eq!(get(&namespace, "job/migrate", "{.metadata.uid}").await, uid);
}

#[tokio::test]
async fn a_job_of_the_phase_before_that_fails_leaves_everything_else_as_it_was_and_says_why() {
    let (world, namespace) = world(&[("deploy/web.yaml", &deployment("web", "1", "ready", ""))]).await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    push(&world, "deploy/migrate.yaml", &migrate("job-fails", "2")).await;
    push(&world, "deploy/web.yaml", &deployment("web", "2", "ready", "")).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    for said in ["Job/migrate", "failed more often than its `backoffLimit` allows", "1 not reached: `Deployment/web`"] {
        assert!(failed.stdout.contains(said), "{said}: {}", failed.everything());
    }
    let image = get(&namespace, "deployment/web", "{.spec.template.spec.containers[0].image}").await;
    assert_eq!(image, "example.com/shop:1");
}

#[tokio::test]
async fn a_wave_is_written_when_the_one_before_it_is_ready() {
    let early = deployment("early", "1", "slow", "argocd.argoproj.io/sync-wave: \"-1\"");
    let (world, namespace) = world(&[("deploy/early.yaml", &early), ("deploy/a.yaml", &config_map("a", "1"))]).await;
    let deployed = world.deploy().await.unwrap();
    assert_eq!(deployed.code, 0, "{}", deployed.everything());
    let available = "{.status.conditions[?(@.type=='Available')].lastTransitionTime}";
    let ready = get(&namespace, "deployment/early", available).await;
    let made = get(&namespace, "configmap/a", "{.metadata.creationTimestamp}").await;
    assert!(!ready.is_empty() && ready <= made, "ready at {ready}, and the ConfigMap was made at {made}");
}

#[tokio::test]
async fn objects_that_wait_for_each_other_are_refused_on_the_proposal() {
    let (world, _) = world(&[("deploy/a.yaml", &config_map("a", "1"))]).await;
    let after =
        |name: &str, other: &str| deployment(name, "1", "ready", &format!("landfall.dev/after: Deployment/{other}"));
    let (one, two) = (after("one", "two"), after("two", "one"));
    let files = [("deploy/one.yaml", Change::Write(one.as_str())), ("deploy/two.yaml", Change::Write(two.as_str()))];
    let proposal = world.propose("order", "order them", &files).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 3, "{}", plan.everything());
    let cycle = "Deployment/one (deploy/one.yaml:1) -> Deployment/two (deploy/two.yaml:1) -> Deployment/one";
    assert!(plan.stdout.contains(cycle), "{}", plan.everything());
    let comments = world.comments(proposal).await.unwrap();
    assert!(comments[0].contains("these wait for each other"), "{}", comments[0]);
}

#[tokio::test]
async fn what_needs_a_refused_object_is_not_reached_and_the_rest_is_written() {
    let volumes = "volumes: [{name: a, configMap: {name: refused}}], containers:";
    let files = [
        ("deploy/refused.yaml", config_map("refused", "1")),
        ("deploy/a.yaml", config_map("a", "1")),
        ("deploy/web.yaml", deployment("web", "1", "ready", "").replace("containers:", volumes)),
        ("deploy/other.yaml", deployment("other", "1", "ready", "")),
        ("deploy/late.yaml", deployment("late", "1", "ready", "argocd.argoproj.io/sync-wave: \"1\"")),
    ];
    let (mut world, namespace) = world(&files.each_ref().map(|(path, text)| (*path, text.as_str()))).await;
    let proxy = shared().await.proxy(&Identity::Deployer);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    let answer = Answer { status: 422, retry_after_seconds: None, body: "no such thing".to_owned() };
    // The first one is the dry run.
    proxy.add(Rule::always(Fault::Answer(answer)).method("PATCH").containing("/configmaps/refused?").nth(2));
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 5, "{}", failed.everything());
    let told = "1 object refused, 2 not reached: `Deployment/web` and `Deployment/late`";
    assert!(failed.stdout.contains(told), "{}", failed.everything());
    assert_eq!(ours(&namespace).await, "configmap/a deployment.apps/other");

    proxy.reset();
    let next = world.deploy().await.unwrap();
    assert_eq!(next.code, 0, "{}", next.everything());
}

async fn push(world: &World, path: &str, text: &str) {
    world.host.push_files(REPOSITORY, MAIN, &[(path, Change::Write(text))], "change").await.unwrap();
}

/// Returns one field of an object as text; nothing when there is no such object or field.
async fn get(namespace: &str, object: &str, field: &str) -> String {
    let jsonpath = format!("jsonpath={field}");
    let output = shared().await.kubectl(&["get", object, "-n", namespace, "-o", &jsonpath]);
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the names of what we wrote, in the order of their kinds.
async fn ours(namespace: &str) -> String {
    let kinds = "configmaps,deployments";
    let output = shared().await.kubectl(&["get", kinds, "-n", namespace, "-l", "landfall.dev/inventory", "-o", "name"]);
    let names = String::from_utf8(output.stdout).unwrap();
    names.split_whitespace().filter(|name| !name.contains("landfall-")).collect::<Vec<_>>().join(" ")
}
