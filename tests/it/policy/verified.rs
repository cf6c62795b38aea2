//! Verifications by a Job: it runs after everything else and anew for each commit, and decides.

use landfall_fakehost::Change::Write;

use super::{push, shop, title};
use crate::config_map;
use crate::order::get;

const SMOKE: &str = "deploy/smoke.yaml";
const A: &str = "deploy/a.yaml";

/// A Job without any mark of a phase.
fn smoke(behaviour: &str, annotations: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: smoke, annotations: {{{annotations}}}}}\nspec:\n  backoffLimit: 0\n  \
         template:\n    metadata: {{annotations: {{test.landfall.dev/behaviour: {behaviour}}}}}\n    \
         spec: {{restartPolicy: Never, containers: [{{name: main, image: \"example.com/smoke:1\"}}]}}\n"
    )
}

#[tokio::test]
async fn a_job_that_verifies_runs_anew_for_each_commit() {
    let (world, namespace) =
        shop("verify: [{job: smoke}]", &[(SMOKE, &smoke("ready", "")), (A, &config_map("a", "1"))]).await;
    let first = world.deploy().await.unwrap();
    assert_eq!(first.code, 0, "{}", first.everything());
    assert!(first.stderr.contains("objects applied: 1 (phase post)"), "{}", first.stderr);
    let uid = get(&namespace, "job/smoke", "{.metadata.uid}").await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    assert_eq!(get(&namespace, "job/smoke", "{.metadata.uid}").await, uid, "the commit is verified already");

    push(&world, &[(A, Write(&config_map("a", "2")))]).await;
    let second = world.deploy().await.unwrap();
    assert_eq!(second.code, 0, "{}", second.everything());
    assert_ne!(get(&namespace, "job/smoke", "{.metadata.uid}").await, uid);
}

#[tokio::test]
async fn a_job_that_fails_fails_the_deploy_and_takes_it_back() {
    let keys = "wait: {on_failure: rollback}, verify: [{job: smoke}]";
    // As charts mark their tests, which no deploy runs unless a rule names them.
    let hook = "helm.sh/hook: test";
    let (world, namespace) = shop(keys, &[(SMOKE, &smoke("ready", hook)), (A, &config_map("a", "1"))]).await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    push(&world, &[(SMOKE, Write(&smoke("job-fails", hook))), (A, Write(&config_map("a", "2")))]).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    assert!(title(&failed).contains("`Job/smoke`") && title(&failed).contains("rolled back to"), "{}", failed.stdout);
    assert_eq!(get(&namespace, "configmap/a", "{.data.key}").await, "1");
}

#[tokio::test]
async fn a_job_that_is_not_there_or_comes_first_is_shown_where_the_rules_name_it() {
    let (world, _) = shop("verify: [{job: smoke}]", &[(A, &config_map("a", "1"))]).await;
    let missing = world.deploy().await.unwrap();
    assert_eq!(missing.code, 3, "{}", missing.everything());
    assert!(missing.stdout.contains("the Job `smoke` cannot verify: the set has no such Job"), "{}", missing.stdout);
    assert!(missing.stdout.contains("named here"), "{}", missing.stdout);

    push(&world, &[(SMOKE, Write(&smoke("ready", "landfall.dev/phase: pre")))]).await;
    let early = world.deploy().await.unwrap();
    assert_eq!(early.code, 3, "{}", early.everything());
    assert!(early.stdout.contains("cannot verify: it is of the phase pre"), "{}", early.stdout);
}
