//! Replicas that an autoscaler changes, and fields that a rule gives to somebody: rows 5, 6 and 8.

#![expect(clippy::disallowed_types, reason = "kubectl watches what happens")]

use std::process::Stdio;
use std::sync::Arc;

use landfall_fakehost::Change;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Fault, Rule};
use landfall_test_cluster::shared;
use landfall_world::World;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::{deployed, kubectl, live, map, proposed, pushed, ruled};
use crate::world;

const HPA: &str = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\n\
    spec: {minReplicas: 2, maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}\n";

/// A workload with these keys in its spec, which end with a comma.
fn workload(keys: &str, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{{keys} selector: {{matchLabels: {{app: web}}}}, \
         template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{{name: web, image: \"example.com/web:{image}\"}}]}}}}}}\n"
    )
}

/// Scales as the autoscaler does: through the subresource, as the controller manager.
async fn scale(namespace: &str, replicas: u32) {
    let patch = json!({"spec": {"replicas": replicas}}).to_string();
    let args = ["patch", "deployment", "web", "-n", namespace, "--subresource=scale", "--type=merge"];
    kubectl(&[&args[..], &["--field-manager=kube-controller-manager", "-p", &patch]].concat(), "").await;
    assert_eq!(live(namespace, "deployment/web").await["spec"]["replicas"], replicas);
}

/// A world whose workload is deployed with three replicas and then scaled to seven.
async fn scaled() -> (World, String) {
    let (world, namespace) = world(&[("deploy/web.yaml", &workload("replicas: 3,", "1"))]).await;
    deployed(&world).await;
    scale(&namespace, 7).await;
    (world, namespace)
}

#[tokio::test]
async fn pitfall_05_conflict_hpa_replicas() {
    let (world, namespace) = scaled().await;
    let version = live(&namespace, "deployment/web").await["metadata"]["generation"].clone();
    let held = pushed(&world, &[("deploy/web.yaml", Change::Write(&workload("replicas: 3,", "2")))]).await;
    assert_eq!(held.code, 4, "{}", held.everything());
    let said = "`kube-controller-manager` (through `scale`) set `spec.replicas` to `7`, Git says `3`";
    assert!(held.stdout.contains(said), "{}", held.everything());
    for option in [
        "Remove the field from Git",
        "kind: Deployment.apps, path: spec.replicas, resolve: theirs",
        "`ours`",
        "`ignore`",
    ] {
        assert!(held.stdout.contains(option), "{option}: {}", held.everything());
    }
    let after = live(&namespace, "deployment/web").await;
    assert_eq!(
        (&after["spec"]["replicas"], &after["metadata"]["generation"]),
        (&json!(7), &version),
        "nothing is written"
    );
}

#[tokio::test]
async fn pitfall_05_a_live_autoscaler_needs_no_rule() {
    let (world, namespace) = scaled().await;
    kubectl(&["apply", "-n", &namespace, "-f", "-"], HPA).await;
    let proposal = proposed(&world, &[("deploy/web.yaml", &workload("replicas: 3,", "2"))]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert!(plan.summary.contains("Leaves `spec.replicas` to HorizontalPodAutoscaler `web`"), "{}", plan.summary);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    let after = live(&namespace, "deployment/web").await;
    assert_eq!(after["spec"]["replicas"], 7);
    assert_eq!(after["spec"]["template"]["spec"]["containers"][0]["image"], "example.com/web:2");
}

#[tokio::test]
async fn pitfall_06_conflict_force_by_field() {
    let (world, namespace) = scaled().await;
    let force = ruled(&namespace, "conflicts: [{kind: Deployment.apps, path: spec.replicas, resolve: ours}]");
    let web = workload("replicas: 4,", "2");
    let files = [("landfall.yaml", Change::Write(force.as_str())), ("deploy/web.yaml", Change::Write(web.as_str()))];
    let proposal = world.propose("force", "take the replicas", &files).await.unwrap();
    let held = world.merge(proposal).await.unwrap();
    assert_eq!(held.code, 4, "no change serves itself: {}", held.everything());
    assert!(held.stdout.contains("counts from the next push on"), "{}", held.everything());
    let forced = pushed(&world, &[("README.md", Change::Write("the next push"))]).await;
    assert_eq!(forced.code, 0, "{}", forced.everything());
    assert_eq!(live(&namespace, "deployment/web").await["spec"]["replicas"], 4);
}

#[tokio::test]
async fn pitfall_06_one_field_too_many_forces_none() {
    let (world, namespace) = scaled().await;
    let edit = r#"{"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "example.com/web:9"}]}}}}"#;
    kubectl(&["patch", "deployment", "web", "-n", &namespace, "--field-manager=kubectl-edit", "-p", edit], "").await;
    let force = ruled(&namespace, "conflicts: [{path: spec.replicas, resolve: ours}]");
    pushed(&world, &[("landfall.yaml", Change::Write(&force))]).await;
    let held = pushed(&world, &[("deploy/web.yaml", Change::Write(&workload("replicas: 4,", "2")))]).await;
    assert_eq!(held.code, 4, "{}", held.everything());
    assert!(
        held.stdout.contains("`kubectl-edit` set `spec.template.spec.containers[web].image`"),
        "{}",
        held.everything()
    );
    let after = live(&namespace, "deployment/web").await;
    assert_eq!(after["spec"]["replicas"], 7);
    assert_eq!(after["spec"]["template"]["spec"]["containers"][0]["image"], "example.com/web:9");
}

#[tokio::test]
async fn pitfall_06_a_field_can_be_left_to_its_owner_or_to_anybody() {
    for resolve in ["theirs", "ignore"] {
        let (world, namespace) = scaled().await;
        let rules = ruled(&namespace, &format!("conflicts: [{{path: spec.replicas, resolve: {resolve}}}]"));
        let web = workload("replicas: 3,", "2");
        world.deploy().await.unwrap();
        let files =
            [("landfall.yaml", Change::Write(rules.as_str())), ("deploy/web.yaml", Change::Write(web.as_str()))];
        pushed(&world, &files).await;
        let done = pushed(&world, &[("README.md", Change::Write("the next push"))]).await;
        assert_eq!(done.code, 0, "{resolve}: {}", done.everything());
        let after = live(&namespace, "deployment/web").await;
        assert_eq!(after["spec"]["replicas"], 7, "{resolve}");
        assert_eq!(after["spec"]["template"]["spec"]["containers"][0]["image"], "example.com/web:2", "{resolve}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pitfall_06_what_somebody_takes_before_the_force_is_not_taken_back() {
    let (mut world, namespace) = scaled().await;
    let force = ruled(&namespace, "conflicts: [{path: spec.replicas, resolve: ours}]");
    pushed(&world, &[("landfall.yaml", Change::Write(&force))]).await;
    scale(&namespace, 7).await;
    let cluster = shared().await;
    let proxy = cluster.proxy(&Identity::Deployer);
    let (program, config, place) =
        (cluster.program().to_owned(), cluster.kubeconfig(&Identity::Admin), namespace.clone());
    let edits = move || {
        let edit =
            r#"{"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "example.com/web:9"}]}}}}"#;
        let patch = ["kubectl", "patch", "deployment", "web", "-n", &place, "--field-manager=kubectl-edit", "-p", edit];
        let done = std::process::Command::new(&program).args(patch).env("KUBECONFIG", &config).output();
        assert!(done.unwrap().status.success());
    };
    let force = Rule::always(Fault::Before(Arc::new(edits))).method("PATCH").containing("Strict&force=true").first(1);
    proxy.add(force);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    let failed = pushed(&world, &[("deploy/web.yaml", Change::Write(&workload("replicas: 4,", "2")))]).await;
    assert_eq!(failed.code, 5, "{}", failed.everything());
    assert!(failed.stdout.contains("kubectl-edit wrote it after it was planned"), "{}", failed.everything());
    let after = live(&namespace, "deployment/web").await;
    assert_eq!(after["spec"]["replicas"], 7);
    assert_eq!(after["spec"]["template"]["spec"]["containers"][0]["image"], "example.com/web:9");
}

#[tokio::test]
async fn pitfall_06_what_is_ignored_stays_when_it_leaves_git() {
    let rules = "conflicts: [{kind: ConfigMap, path: data.b, resolve: ignore}]";
    let (world, namespace) = world(&[("deploy/a.yaml", &map("a", "a: '1', b: '1'"))]).await;
    pushed(&world, &[("landfall.yaml", Change::Write(&ruled(&namespace, rules)))]).await;
    for (git, expected) in [("a: '2', b: '2'", json!({"a": "2", "b": "1"})), ("a: '3'", json!({"a": "3", "b": "1"}))] {
        let done = pushed(&world, &[("deploy/a.yaml", Change::Write(&map("a", git)))]).await;
        assert_eq!(done.code, 0, "{}", done.everything());
        assert_eq!(live(&namespace, "configmap/a").await["data"], expected);
    }
    let again = deployed(&world).await;
    assert!(again.stderr.contains("0 new, 0 changed, 0 deleted"), "{}", again.stderr);
}

/// Sees every version of the workload, from now on.
struct Watch {
    kubectl: Child,
    lines: tokio::io::Lines<BufReader<tokio::process::ChildStdout>>,
}

impl Watch {
    async fn start(namespace: &str) -> Self {
        let cluster = shared().await;
        let admin = cluster.kubeconfig(&Identity::Admin);
        let mut kubectl = Command::new(cluster.program())
            .args([
                "kubectl",
                "get",
                "deployment",
                "web",
                "-n",
                namespace,
                "--watch",
                "-o",
                "jsonpath={.spec.replicas} {.metadata.labels.end}{'\\n'}",
            ])
            .env("KUBECONFIG", admin)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(kubectl.stdout.take().unwrap()).lines();
        assert_eq!(lines.next_line().await.unwrap().unwrap().trim(), "6");
        Self { kubectl, lines }
    }

    /// Returns every number of replicas that was seen until the workload has the label `end`.
    async fn until_the_end(mut self, namespace: &str) -> Vec<String> {
        kubectl(&["label", "deployment", "web", "-n", namespace, "end=yes"], "").await;
        let mut seen = Vec::new();
        while let Some(line) = self.lines.next_line().await.unwrap() {
            let (replicas, end) = line.split_once(' ').unwrap();
            seen.push(replicas.to_owned());
            if end == "yes" {
                break;
            }
        }
        self.kubectl.kill().await.unwrap();
        seen
    }
}

#[tokio::test]
async fn pitfall_08_replicas_dropped_with_hpa() {
    let (world, namespace) = world(&[("deploy/web.yaml", &workload("replicas: 6,", "1"))]).await;
    deployed(&world).await;
    let owns =
        |object: &Value| object["metadata"]["managedFields"].to_string().contains("f:replicas\":{},\"f:selector");
    assert!(owns(&live(&namespace, "deployment/web").await), "the replicas are ours alone");
    let watch = Watch::start(&namespace).await;
    let proposal = proposed(&world, &[("deploy/web.yaml", &workload("", "2")), ("deploy/hpa.yaml", HPA)]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert!(!plan.summary.contains("- replicas"), "{}", plan.summary);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    let seen = watch.until_the_end(&namespace).await;
    assert!(seen.len() > 2 && seen.iter().all(|replicas| replicas == "6"), "{seen:?}");
    let after = live(&namespace, "deployment/web").await;
    assert!(!owns(&after), "the replicas are no longer ours: {after}");
    assert_eq!(after["spec"]["template"]["spec"]["containers"][0]["image"], "example.com/web:2");
    let again = deployed(&world).await;
    assert!(again.stderr.contains("0 new, 0 changed, 0 deleted"), "{}", again.stderr);
}

#[tokio::test]
async fn a_workload_that_is_new_begins_with_the_replicas_of_git() {
    let (world, namespace) =
        world(&[("deploy/web.yaml", &workload("replicas: 3,", "1")), ("deploy/hpa.yaml", HPA)]).await;
    deployed(&world).await;
    assert_eq!(live(&namespace, "deployment/web").await["spec"]["replicas"], 3);
    scale(&namespace, 5).await;
    let done = pushed(&world, &[("deploy/web.yaml", Change::Write(&workload("replicas: 3,", "2")))]).await;
    assert_eq!(done.code, 0, "{}", done.everything());
    assert_eq!(live(&namespace, "deployment/web").await["spec"]["replicas"], 5);
}
