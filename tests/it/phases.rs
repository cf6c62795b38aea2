//! The order that a set asks for: phases, waves, what comes after what, and what a failure stops.

use std::sync::Arc;

use landfall_fakehost::Change;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Answer, Fault, Rule};
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World};

use crate::contents::{Apart, Contents};
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
async fn a_changed_job_that_has_ended_is_made_anew_and_runs_before_anything_else_changes() {
    let (world, namespace) =
        world(&[("deploy/migrate.yaml", &migrate("ready", "1")), ("deploy/a.yaml", &config_map("a", "1"))]).await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    let first = get(&namespace, "job/migrate", "{.metadata.uid}").await;

    let (changed, a) = (migrate("ready", "2"), config_map("a", "2"));
    let files =
        [("deploy/migrate.yaml", Change::Write(changed.as_str())), ("deploy/a.yaml", Change::Write(a.as_str()))];
    let proposal = world.propose("two", "version 2", &files).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    assert!(plan.stdout.contains("± replace Job/migrate"), "{}", plan.everything());
    assert!(plan.stdout.contains("the finished Job is deleted, and made anew"), "{}", plan.everything());
    let comments = world.comments(proposal).await.unwrap();
    assert!(comments[0].contains("changes 1 object and replaces 1"), "{}", comments[0]);

    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    assert_ne!(get(&namespace, "job/migrate", "{.metadata.uid}").await, first);
    assert_eq!(get(&namespace, "job/migrate", "{.status.succeeded}").await, "1");
    let image = get(&namespace, "job/migrate", "{.spec.template.spec.containers[0].image}").await;
    assert_eq!(image, "example.com/shop:2");

    let again = world.deploy().await.unwrap();
    assert!(again.stderr.contains("0 new, 0 changed, 0 deleted, 2 the same"), "{}", again.everything());
}

#[tokio::test]
async fn a_job_that_ran_and_removed_itself_does_not_run_again() {
    let leaving = |version: &str| migrate("ready", version).replace("backoffLimit: 0", "ttlSecondsAfterFinished: 0");
    let (world, namespace) =
        world(&[("deploy/migrate.yaml", &leaving("1")), ("deploy/a.yaml", &config_map("a", "1"))]).await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    shared().await.kubectl(&["wait", "--for=delete", "job/migrate", "-n", &namespace, "--timeout=60s"]);
    push(&world, "deploy/a.yaml", &config_map("a", "2")).await;
    let next = world.deploy().await.unwrap();
    assert_eq!(next.code, 0, "{}", next.everything());
    assert!(next.stderr.contains("0 new, 1 changed, 0 deleted, 1 the same"), "{}", next.everything());
    assert_eq!(get(&namespace, "configmap/a", "{.data.key}").await, "2");
    push(&world, "deploy/migrate.yaml", &leaving("2")).await;
    let changed = world.deploy().await.unwrap();
    assert!(changed.stderr.contains("1 new, 0 changed, 0 deleted, 1 the same"), "{}", changed.everything());
}

#[tokio::test]
async fn a_job_that_failed_runs_again() {
    let (world, namespace) = world(&[("deploy/migrate.yaml", &migrate("job-fails", "1"))]).await;
    assert_eq!(world.deploy().await.unwrap().code, 6);
    let first = get(&namespace, "job/migrate", "{.metadata.uid}").await;
    let again = world.deploy().await.unwrap();
    assert_eq!(again.code, 6, "{}", again.everything());
    assert!(again.stderr.contains("1 replaced"), "{}", again.everything());
    assert_ne!(get(&namespace, "job/migrate", "{.metadata.uid}").await, first);
}

#[tokio::test]
async fn a_job_that_runs_or_says_nothing_of_its_phase_is_not_made_anew() {
    let plain =
        |version: &str| migrate("ready", version).replace(", annotations: {argocd.argoproj.io/hook: PreSync}", "");
    let suspended = |version: &str| migrate("ready", version).replace("backoffLimit: 0", "suspend: true");
    for (before, after, said) in [
        (plain("1"), plain("2"), "field is immutable"),
        (suspended("1"), suspended("2"), "it still runs, and what it runs cannot change meanwhile"),
    ] {
        let (world, _) = world(&[("deploy/migrate.yaml", &before)]).await;
        assert_eq!(world.deploy().await.unwrap().code, 0);
        push(&world, "deploy/migrate.yaml", &after).await;
        let held = world.deploy().await.unwrap();
        assert_eq!(held.code, 4, "{}", held.everything());
        assert!(held.stdout.contains(said), "{said}: {}", held.everything());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_is_killed_while_it_makes_a_job_anew_is_finished_by_the_next() {
    // Before and after the deletion, while it is looked for, and after it was made.
    for (method, part) in [("DELETE", "/jobs/migrate"), ("GET", "/jobs/migrate"), ("PATCH", "/jobs/migrate?")] {
        let (mut world, namespace) = world(&[("deploy/migrate.yaml", &migrate("ready", "1"))]).await;
        world.set_token("");
        assert_eq!(world.deploy().await.unwrap().code, 0);
        let first = get(&namespace, "job/migrate", "{.metadata.uid}").await;
        push(&world, "deploy/migrate.yaml", &migrate("ready", "2")).await;
        let proxy = shared().await.proxy(&Identity::Deployer);
        world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
        let kill = world.signal("KILL");
        let dies = Fault::After(Arc::new(move || {
            kill();
        }));
        // The first of the patches is the dry run.
        let nth = if method == "PATCH" { 2 } else { 1 };
        proxy.add(Rule::always(dies).method(method).containing(part).nth(nth));
        assert_eq!(attempt(&world).await.code, -1, "{method}");
        proxy.reset();
        let next = attempt(&world).await;
        assert_eq!(next.code, 0, "{method}: {}", next.everything());
        assert_ne!(get(&namespace, "job/migrate", "{.metadata.uid}").await, first, "{method}");
        assert_eq!(get(&namespace, "job/migrate", "{.status.succeeded}").await, "1", "{method}");
        // Otherwise it would be somebody else's, and stay when it leaves Git.
        assert_eq!(Contents::of(&namespace).await.apart(), Apart::default(), "{method}");
    }
}

/// Deploys as one run that is tried again, so that it does not wait for its own lock.
async fn attempt(world: &World) -> Job {
    let tip = world.host.tip(REPOSITORY, MAIN).await.unwrap();
    let event = world.host.push_event(REPOSITORY, MAIN, &"0".repeat(tip.len()), &tip).await.unwrap();
    world.run_with(&event, &[("GITHUB_RUN_ID", "7"), ("GITHUB_REF_PROTECTED", "true")]).await.unwrap()
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
async fn what_comes_after_is_sent_when_that_is_ready_and_a_check_of_all_when_all_is() {
    let smoke = migrate("ready", "1").replace("migrate", "smoke").replace("PreSync", "PostSync");
    let files = [
        ("deploy/api.yaml", deployment("api", "1", "slow", "")),
        ("deploy/web.yaml", deployment("web", "1", "slow", "landfall.dev/after: Deployment/api")),
        ("deploy/smoke.yaml", smoke),
    ];
    let (world, namespace) = world(&files.each_ref().map(|(path, text)| (*path, text.as_str()))).await;
    let deployed = world.deploy().await.unwrap();
    assert_eq!(deployed.code, 0, "{}", deployed.everything());
    let available = "{.status.conditions[?(@.type=='Available')].lastTransitionTime}";
    for (first, second) in [("deployment/api", "deployment/web"), ("deployment/web", "job/smoke")] {
        let ready = get(&namespace, first, available).await;
        let made = get(&namespace, second, "{.metadata.creationTimestamp}").await;
        assert!(!ready.is_empty() && ready <= made, "{first} ready at {ready}, and {second} made at {made}");
    }
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
