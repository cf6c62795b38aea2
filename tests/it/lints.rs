//! What is likely wrong with manifests is said where people look, and holds nothing.

use landfall_fakehost::Change;
use landfall_world::{Job, REPOSITORY, World};
use serde_json::{Value, json};

use crate::{config_map, world};

const CANARY: &str = "canary-5d20-plain";
const WEB: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: web
      image: registry.example/web
";
const SHOWN: &str = "\
lint::image_tag

  ⚠ deploy/web.yaml:7: Pod/web: container `web` runs `registry.example/web`: no tag
   ╭─[deploy/web.yaml:7:14]
 6 │     - name: web
 7 │       image: registry.example/web
   ·              ──────────┬─────────
   ·                        ╰── no tag
   ╰────
  help: write the version that was tested, or its digest; or set it with `images` in landfall.yaml
";

#[tokio::test]
async fn a_check_shows_each_finding_with_its_line_and_ends_well() {
    let (world, _) = world(&[("deploy/web.yaml", WEB), ("deploy/a.yaml", &config_map("a", "1"))]).await;
    let job = check(&world).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(job.stdout.starts_with("🟡 The rules and 1 environment are sound, with 1 warning\n"), "{}", job.stdout);
    assert!(job.stdout.contains(SHOWN), "{}", job.stdout);
}

#[tokio::test]
async fn a_check_of_a_clean_repository_finds_nothing() {
    let tagged = WEB.replace("example/web", "example/web:1.8");
    let (world, _) = world(&[("deploy/web.yaml", &tagged), ("deploy/a.yaml", &config_map("a", "1"))]).await;
    let job = check(&world).await;
    assert!(job.stdout.starts_with("🟢 The rules and 1 environment are sound\n"), "{}", job.stdout);
    assert!(!job.stdout.contains("lint"), "{}", job.stdout);
}

#[tokio::test]
async fn the_image_that_the_rules_set_is_the_one_that_is_judged() {
    let (world, namespace) = world(&[("deploy/web.yaml", WEB)]).await;
    let source = "source: deploy,";
    let images = format!("{source} images: {{web: 'registry.example/web:{{{{ commit }}}}'}},");
    let rules = crate::rules(&namespace).replace(source, &images);
    let files = [("landfall.yaml", Change::Write(rules.as_str()))];
    world.host.push_files(REPOSITORY, landfall_world::MAIN, &files, "set the image").await.unwrap();
    let job = check(&world).await;
    assert!(job.stdout.starts_with("🟢 The rules and 1 environment are sound\n"), "{}", job.stdout);
}

#[tokio::test]
async fn a_proposal_says_what_merging_adds_and_keeps_quiet_about_the_rest() {
    let (world, _) = world(&[("deploy/old.yaml", &WEB.replace("name: web", "name: old"))]).await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    let proposal = propose(&world, &[("deploy/web.yaml", Change::Write(WEB))]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    let comment = world.comments(proposal).await.unwrap().join("\n");
    for said in ["1 warning that this change adds", "deploy/web.yaml:7", "`lint::image_tag`", "Pod/web"] {
        assert!(comment.contains(said), "{said}: {comment}");
    }
    let expected = json!([{
        "path": "deploy/web.yaml", "start_line": 7, "end_line": 7, "annotation_level": "warning",
        "title": "lint::image_tag: Pod/web",
        "message": "Container `web` runs `registry.example/web`: no tag. Write the version that was tested, or its \
                    digest; or set it with `images` in landfall.yaml.",
    }]);
    assert_eq!(annotations(&world), expected);
}

#[tokio::test]
async fn a_value_of_a_secret_is_in_no_finding() {
    let (world, _) = world(&[("deploy/a.yaml", &config_map("a", "1"))]).await;
    let secret = format!(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {{name: key}}\n  \
         stringData: {{key: {CANARY}}}\n- apiVersion: v1\n  kind: Pod\n  metadata: {{name: web}}\n  \
         spec: {{containers: [{{name: web, image: registry.example/web}}]}}\n"
    );
    let again =
        WEB.replace("- name: web", &format!("- name: web\n      args: [{CANARY}]")).replace("{name: web", "{name: b");
    let files = [("deploy/key.yaml", Change::Write(secret.as_str())), ("deploy/web.yaml", Change::Write(&again))];
    let proposal = propose(&world, &files).await;
    let plan = world.plan(proposal).await.unwrap();
    let told: Vec<String> = world.host.requests().iter().map(|request| request.body.to_string()).collect();
    let told = told.join("\n") + &plan.everything();
    for said in ["lint::plain_secret", "lint::image_tag", "deploy/key.yaml:7", "args: [***]"] {
        assert!(told.contains(said), "{said}: {}", plan.stdout);
    }
    assert!(!told.contains(CANARY), "a value is told");
}

#[tokio::test]
async fn findings_hold_no_deploy() {
    let scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec:\n  \
                  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: nowhere}\n  maxReplicas: 2\n";
    let (world, _) = world(&[("deploy/scaler.yaml", scaler)]).await;
    assert!(check(&world).await.stdout.contains("lint::autoscaler_target"));
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(!job.stdout.contains("lint::"), "{}", job.stdout);
}

#[tokio::test]
async fn what_a_lint_says_that_the_server_refuses_is_refused() {
    let (world, _) = world(&[("deploy/a.yaml", &config_map("a", "1"))]).await;
    let sound = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  \
                 selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
                 spec: {containers: [{name: web, image: 'web:1', env: [{name: A, value: b}], \
                 ports: [{containerPort: 80}]}], volumes: [{name: v, emptyDir: {}}]}\n";
    let wrong = [
        ("lint::own_selector", "labels: {app: web}", "labels: {app: wbe}"),
        ("lint::repeated_item", "env: [", "env: [{name: A, value: c}, "),
        ("lint::repeated_item", "ports: [", "ports: [{containerPort: 80, protocol: TCP}, "),
        (
            "lint::repeated_item",
            "ports: [",
            "volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /a}], ports: [",
        ),
        ("lint::unknown_field", "env: [", "evn: ["),
        ("lint::removed_api", "apps/v1", "apps/v1beta2"),
    ];
    for (at, (code, before, after)) in wrong.into_iter().enumerate() {
        let text = sound.replace(before, after);
        let files = [("deploy/web.yaml", Change::Write(text.as_str()))];
        let proposal = world.propose(&format!("wrong-{at}"), code, &files).await.unwrap();
        let plan = world.plan(proposal).await.unwrap();
        assert!(plan.stdout.contains(code), "{code}: {}", plan.stdout);
        assert!(plan.stdout.contains("refused"), "{after}: {}", plan.stdout);
    }
}

async fn check(world: &World) -> Job {
    let event = world.push_event().await.unwrap();
    world.command(&event, &["check"]).await.unwrap()
}

async fn propose(world: &World, files: &[(&str, Change<'_>)]) -> u64 {
    world.propose("web", "add the web", files).await.unwrap()
}

/// Returns the annotations of the newest check.
fn annotations(world: &World) -> Value {
    let requests = world.host.requests();
    let check = requests.iter().rfind(|request| request.path.ends_with("/check-runs"));
    check.map(|request| request.body["output"]["annotations"].clone()).unwrap_or_default()
}
