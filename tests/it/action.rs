//! The action and the example's workflow, as we ship them, run by a runner that is not ours.

use std::fs;

use landfall_fakehost::Change::Write;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::shared;
use landfall_world::{MAIN, REPOSITORY, World};
use serde_json::Value;

use crate::{config_map, world};

const ACTION: &str = include_str!("../../action.yml");
const EXAMPLE: &str = include_str!("../../examples/shop/.github/workflows/landfall.yml");
const WORKFLOW: &str = ".github/workflows/landfall.yml";
const A: &str = "deploy/a.yaml";

/// Steps after the example's last one, which is the deploy: what somebody builds upon its outcome.
const AFTERWARDS: &str = "
      - if: always()
        env: {DECISION: '${{ steps.landfall.outputs.decision }}', CODE: '${{ steps.landfall.outputs.exit-code }}'}
        run: echo \"decided $DECISION, ended with $CODE\"
      - if: failure()
        run: echo somebody is called
";

/// Inputs that the action refuses, and what must reach Landfall as it is.
const REFUSALS: &str = "
on: push
jobs:
  refusals:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - {uses: landfall-dev/landfall@v0, continue-on-error: true, with: {command: deploy}}
      - {uses: landfall-dev/landfall@v0, continue-on-error: true, with: {version: 99.0.0}}
      - {uses: landfall-dev/landfall@v0, continue-on-error: true, with: {binary: no/such/binary}}
      - {uses: landfall-dev/landfall@v0, continue-on-error: true, with: {config: '$(echo ran)`echo ran`\";echo ran'}}
";

#[tokio::test]
async fn the_example_workflow_plans_a_proposal_and_deploys_its_merge() {
    let world = story().await;
    let changed = config_map("a", "2");
    let proposal = world.propose("change", "change a", &[(A, Write(&changed))]).await.unwrap();
    let event = world.host.pull_request_event(REPOSITORY, proposal, "opened").await.unwrap();
    let plan = world.workflow(&event, &secrets().await).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    assert!(plan.summary.contains("Merging into `main` creates 1 object"), "{}", plan.summary);
    assert!(world.comments(proposal).await.unwrap()[0].contains("creates 1 object"));
    assert_eq!(world.host.deployments(REPOSITORY).await.unwrap(), Vec::<Value>::new());

    let event = world.merge_only(proposal).await.unwrap();
    let deploy = world.workflow(&event, &secrets().await).await.unwrap();
    assert_eq!(deploy.code, 0, "{}", deploy.everything());
    assert!(deploy.stdout.contains("decided deploy, ended with 0"), "{}", deploy.stdout);
    assert!(!deploy.stdout.contains("somebody is called"), "{}", deploy.stdout);
    assert!(world.comments(proposal).await.unwrap()[0].contains("Deployed"));
    assert_eq!(states(&world).await, ["queued", "in_progress", "success"]);
}

#[tokio::test]
async fn a_failed_deploy_fails_the_job_and_tells_the_steps_after_it() {
    let world = story().await;
    world.host.push_files(REPOSITORY, MAIN, &[(A, Write("kind: [ConfigMap\n"))], "broken").await.unwrap();
    let job = world.workflow(&push(&world).await, &secrets().await).await.unwrap();
    assert_eq!(job.code, 1, "{}", job.everything());
    assert!(job.stdout.contains("decided failed, ended with 3"), "{}", job.stdout);
    assert!(job.stdout.contains("somebody is called"), "{}", job.stdout);
    assert!(job.summary.contains("deploy/a.yaml"), "{}", job.summary);
    assert_eq!(states(&world).await, ["queued", "in_progress", "failure"]);
}

#[tokio::test]
async fn inputs_are_refused_in_the_action_s_own_words_and_are_never_run() {
    let (world, _) = world(&[(WORKFLOW, REFUSALS)]).await;
    let job = world.workflow(&push(&world).await, &[]).await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    for said in [
        "the input 'command' is ci, plan or check",
        "the input 'version' asks for 99.0.0",
        "no/such/binary is not a program; check the input 'binary'",
        "has no $(echo ran)`echo ran`\";echo ran",
    ] {
        assert!(job.stdout.contains(said), "{said}: {}", job.everything());
    }
}

#[test]
fn no_script_of_the_action_has_an_expression_in_it() {
    let mut scripts = 0;
    let mut indent = None;
    for line in ACTION.lines().filter(|line| !line.is_empty()) {
        let column = line.len() - line.trim_start().len();
        indent = indent.filter(|start| column > *start);
        assert!(indent.is_none() || !line.contains("${{"), "{line}");
        if line.trim_start().starts_with("run:") {
            assert!(line.ends_with("run: |"), "{line}");
            indent = Some(column);
            scripts += 1;
        }
    }
    assert_eq!(scripts, 2);
}

/// A repository with the example's workflow, without the one key that act does not know yet.
async fn story() -> World {
    let known = EXAMPLE.replace("      deployment: false\n", "");
    assert_eq!(known.lines().count(), EXAMPLE.lines().count() - 1);
    let workflow = format!("{}{AFTERWARDS}", known.trim_end());
    world(&[(A, &config_map("a", "1")), (WORKFLOW, &workflow)]).await.0
}

/// The secrets that the example's workflow asks for.
async fn secrets() -> [(&'static str, String); 2] {
    let cluster = shared().await;
    [("PLAN_KUBECONFIG", Identity::Planner), ("DEPLOY_KUBECONFIG", Identity::Deployer)]
        .map(|(name, identity)| (name, fs::read_to_string(cluster.kubeconfig(&identity)).unwrap()))
}

async fn push(world: &World) -> Value {
    let tip = world.host.tip(REPOSITORY, MAIN).await.unwrap();
    world.host.push_event(REPOSITORY, MAIN, &"0".repeat(tip.len()), &tip).await.unwrap()
}

/// Returns the states of the only deployment at the host, in their order.
async fn states(world: &World) -> Vec<String> {
    let deployments = world.host.deployments(REPOSITORY).await.unwrap();
    assert_eq!(deployments.len(), 1);
    let statuses = deployments[0]["statuses"].as_array().unwrap();
    statuses.iter().map(|status| status["state"].as_str().unwrap().to_owned()).collect()
}
