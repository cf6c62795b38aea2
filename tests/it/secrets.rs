//! No value of a Secret is ever told: in no plan, record, log or refusal.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use landfall_fakehost::Change;
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World};

use crate::{config_map, world};

const CANARY: &str = "canary-7f3a-plain";
const SECOND_CANARY: &str = "canary-91bc-next";

#[tokio::test]
async fn a_secret_value_is_in_no_output_of_a_plan_and_its_deploy() {
    let (world, namespace) = world(&[("deploy/key.yaml", &secret("key", CANARY, ""))]).await;
    let first = deploy_loudly(&world).await;
    assert_eq!(first.code, 0, "{}", first.stdout);
    assert_eq!(value_of(&namespace).await, CANARY, "the value itself arrives");

    let changed = secret("key", SECOND_CANARY, "");
    let proposal = world.propose("rotate", "rotate the key", &[("deploy/key.yaml", Change::Write(&changed))]).await;
    let proposal = proposal.unwrap();
    let event = world.host.pull_request_event(REPOSITORY, proposal, "opened").await.unwrap();
    let plan = world.command(&event, &["-vvv", "ci"]).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.stdout);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.stdout);
    assert_eq!(value_of(&namespace).await, SECOND_CANARY);

    for job in [first, plan, merged] {
        assert!(!job.everything().is_empty());
        silent(&job.everything());
    }
    silent(&on_host(&world, proposal).await);
}

#[tokio::test]
async fn a_secret_value_is_not_told_when_the_server_refuses_the_secret() {
    let immutable = secret("key", CANARY, "immutable: true\n");
    let (world, _) = world(&[("deploy/key.yaml", &immutable)]).await;
    assert_eq!(deploy_loudly(&world).await.code, 0);
    let wrong = [
        ("immutable", secret("key", SECOND_CANARY, "immutable: true\n")),
        ("echoed", format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: key2}}\nstringData: [\"{CANARY}\"]\n")),
        (
            "not base64",
            format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: key2}}\ndata: {{key: \"{CANARY}\"}}\n"),
        ),
        ("as a key", secret("key2", "1", &format!("dtaa: {{key: \"{CANARY}\"}}\n"))),
    ];
    for (name, text) in wrong {
        let files = [("deploy/key.yaml", Change::Write(text.as_str()))];
        world.host.push_files(REPOSITORY, MAIN, &files, name).await.unwrap();
        let job = deploy_loudly(&world).await;
        assert_ne!(job.code, 0, "{name}: {}", job.stdout);
        silent(&job.everything());
    }
    silent(&on_host(&world, 0).await);
}

#[tokio::test]
async fn a_value_that_moves_into_a_secret_is_not_told_where_it_was() {
    let open = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: open}}\ndata: {{key: {CANARY}}}\n");
    let (world, _) = world(&[("deploy/open.yaml", &open)]).await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    let closed = open.replace(CANARY, "moved");
    let secret = secret("key", CANARY, "");
    let files = [("deploy/open.yaml", Change::Write(closed.as_str())), ("deploy/key.yaml", Change::Write(&secret))];
    let proposal = world.propose("move", "move the key", &files).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert!(plan.stdout.contains("- key: ***") && plan.stdout.contains("moved"), "{}", plan.stdout);
    silent(&plan.everything());
    silent(&world.comments(proposal).await.unwrap().join("\n"));
}

#[tokio::test]
async fn a_secret_that_leaves_git_is_deleted_in_the_plan_as_in_the_deploy() {
    let (world, _) =
        world(&[("deploy/key.yaml", &secret("key", CANARY, "")), ("deploy/a.yaml", &config_map("a", "1"))]).await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    let proposal = world.propose("drop", "drop the key", &[("deploy/key.yaml", Change::Delete)]).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert!(plan.stdout.contains("deletes") && plan.stdout.contains("Secret/key"), "{}", plan.stdout);
    let merged = world.merge(proposal).await.unwrap();
    assert!(merged.stderr.contains("deleted Secret/key"), "{}", merged.stderr);
}

#[tokio::test]
async fn what_a_kubeconfig_says_is_not_told_when_it_cannot_be_used() {
    let (mut world, _) = world(&[("deploy/a.yaml", &config_map("a", "1"))]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    for text in
        [format!("token: {CANARY}"), CANARY.to_owned(), format!("apiVersion: v1\nkind: Config\nusers: {CANARY}\n")]
    {
        std::fs::write(file.path(), &text).unwrap();
        for value in [file.path().display().to_string(), text] {
            world.set("LANDFALL_DEPLOY_KUBECONFIG", &value);
            let job = deploy_loudly(&world).await;
            assert_eq!(job.code, 8, "{}", job.stdout);
            assert!(job.stdout.contains("LANDFALL_DEPLOY_KUBECONFIG"), "{}", job.stdout);
            silent(&job.everything());
        }
    }
}

fn secret(name: &str, value: &str, more: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\nstringData: {{key: \"{value}\"}}\n{more}")
}

/// Deploys the branch's tip, telling every request.
async fn deploy_loudly(world: &World) -> Job {
    let tip = world.host.tip(REPOSITORY, MAIN).await.unwrap();
    let event = world.host.push_event(REPOSITORY, MAIN, &"0".repeat(tip.len()), &tip).await.unwrap();
    let job = world.command_with(&event, &["-vvv", "ci"], &[("GITHUB_REF_PROTECTED", "true")]).await.unwrap();
    assert!(job.stderr.contains("DEBUG") || job.stderr.contains("TRACE"), "nothing was told: {}", job.stderr);
    job
}

/// Fails when a text has one of the values, as it is or encoded. The failure does not repeat it.
fn silent(text: &str) {
    for canary in [CANARY, SECOND_CANARY] {
        for form in [canary.to_owned(), STANDARD.encode(canary)] {
            let line = text.lines().find(|line| line.contains(&form));
            assert!(line.is_none(), "a value is told: {}", line.unwrap_or_default());
        }
    }
}

/// Returns everything that was written to the host.
async fn on_host(world: &World, proposal: u64) -> String {
    let mut told: Vec<String> = world.host.requests().iter().map(|request| request.body.to_string()).collect();
    told.extend(world.comments(proposal).await.unwrap_or_default());
    told.push(format!("{:?}", world.host.deployments(REPOSITORY).await.unwrap()));
    told.join("\n")
}

async fn value_of(namespace: &str) -> String {
    let jsonpath = "jsonpath={.data.key}";
    let output = shared().await.kubectl(&["get", "secret", "key", "-n", namespace, "-o", jsonpath]);
    String::from_utf8(STANDARD.decode(output.stdout).unwrap()).unwrap()
}
