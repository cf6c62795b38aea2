//! First contact: objects that somebody else put into the cluster become ours, with what Git says and nothing else.

#![expect(clippy::disallowed_types, reason = "Helm installs what is adopted")]

use std::collections::BTreeMap;
use std::process::Command;

use landfall_core::diff;
use landfall_core::manifest::ObjectId;
use landfall_fakehost::Change;
use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World, tool};
use serde_json::Value;

use crate::pitfalls::kubectl;
use crate::world;

/// What is live: one key, one variable and one port more than Git will have.
pub(crate) const LIVE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {kept: '1', dropped: '1'}\n---\n\
    apiVersion: v1\nkind: Service\nmetadata: {name: web}\n\
    spec: {selector: {app: web}, ports: [{name: http, port: 80}, {name: old, port: 81}]}\n---\n\
    apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  \
    template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - name: web\n        \
    image: example.com/web:1\n        env: [{name: KEPT, value: '1'}, {name: DROPPED, value: '1'}]\n";

const ADOPT: &str = "annotations: {landfall.dev/adopt: 'true'}";

/// What Git says of the same objects.
fn adopted() -> String {
    LIVE.replace(", dropped: '1'", "")
        .replace(", {name: old, port: 81}", "")
        .replace(", {name: DROPPED, value: '1'}", "")
        .replace("image: example.com/web:1", "image: example.com/web:2")
        .replace("{name: settings}", &format!("{{name: settings, {ADOPT}}}"))
        .replace("metadata: {name: web}\n", &format!("metadata: {{name: web, {ADOPT}}}\n"))
}

#[tokio::test]
async fn what_kubectl_applied_is_adopted_and_what_git_dropped_goes_with_the_first_deploy() {
    adopts(&["apply"], LIVE, "kubectl-client-side-apply").await;
}

#[tokio::test]
async fn what_kubectl_applied_on_the_server_is_adopted() {
    adopts(&["apply", "--server-side"], LIVE, "kubectl").await;
}

#[tokio::test]
async fn what_kubectl_created_is_adopted() {
    adopts(&["create"], LIVE, "kubectl-create").await;
}

#[tokio::test]
async fn what_kubectl_replaced_is_adopted() {
    let (world, namespace) = world(&[("deploy/first.yaml", &crate::config_map("first", "1"))]).await;
    kubectl(&["create", "-n", &namespace, "-f", "-"], &LIVE.replace("kept: '1'", "kept: '0'")).await;
    kubectl(&["replace", "-n", &namespace, "-f", "-"], LIVE).await;
    merges(&world, &namespace, "kubectl-create, kubectl-replace").await;
}

/// Every object with one more annotation or label.
pub(crate) fn marked(part: &str, marks: &str) -> String {
    let objects = [("/ConfigMap", "settings"), ("/Service", "web"), ("apps/Deployment", "web")];
    let marked = LIVE.split("---\n").zip(objects).map(|(text, (kind, name))| {
        let mark = format!("metadata: {{name: {name}, {part}: {{{}}}}}\n", marks_of(marks, kind, name));
        text.replace(&format!("metadata: {{name: {name}}}\n"), &mark)
    });
    marked.collect::<Vec<_>>().join("---\n")
}

/// Returns the marks of one object.
pub(crate) fn marks_of(marks: &str, kind: &str, name: &str) -> String {
    marks.replace("KIND", kind).replace("NAME", name)
}

pub(crate) const ARGO: &str = "argocd.argoproj.io/tracking-id: 'shop:KIND:HERE/NAME'";

#[tokio::test]
async fn what_argo_cd_applied_is_adopted() {
    let live = marked("annotations", ARGO);
    let world =
        adopts(&["apply", "--server-side", "--field-manager=argocd-controller"], &live, "argocd-controller").await;
    assert!(world.contains("Argo CD's application `shop` may write it again"), "{world}");
}

#[tokio::test]
async fn what_argo_cd_applied_on_the_client_is_adopted() {
    let live = marked("annotations", ARGO);
    adopts(&["apply", "--field-manager=argocd-controller"], &live, "argocd-controller").await;
}

pub(crate) const FLUX: &str =
    "kustomize.toolkit.fluxcd.io/name: shop, kustomize.toolkit.fluxcd.io/namespace: flux-system";

#[tokio::test]
async fn what_flux_applied_is_adopted() {
    let command = ["apply", "--server-side", "--field-manager=kustomize-controller"];
    let plan = adopts(&command, &marked("labels", FLUX), "kustomize-controller").await;
    assert!(plan.contains("-   kustomize.toolkit.fluxcd.io/name: shop"), "its labels go: {plan}");
    assert!(!plan.contains("more object"), "nothing else is Flux's: {plan}");
    let labels = FLUX.replace("kustomize.", "helm.");
    adopts(
        &["apply", "--server-side", "--field-manager=helm-controller"],
        &marked("labels", &labels),
        "helm-controller",
    )
    .await;
}

#[tokio::test]
async fn what_nobody_adopts_is_held_with_the_name_of_its_tool() {
    let live = marked("labels", FLUX).replace("{name: settings,", "{name: mine,");
    let mine = crate::config_map("mine", "1");
    let (world, namespace) = world(&[("deploy/mine.yaml", &mine)]).await;
    kubectl(&["apply", "--server-side", "--field-manager=kustomize-controller", "-n", &namespace, "-f", "-"], &live)
        .await;
    let held = world.deploy().await.unwrap();
    assert_eq!(held.code, 4, "{}", held.everything());
    assert!(held.stdout.contains("belongs to Flux's Kustomization `flux-system/shop`"), "{}", held.everything());
}

/// Installs `LIVE` and one more object as a release of the real Helm.
pub(crate) async fn install(namespace: &str) {
    let chart = tempfile::tempdir().unwrap();
    let extra = crate::config_map("extra", "1");
    std::fs::create_dir(chart.path().join("templates")).unwrap();
    std::fs::write(chart.path().join("Chart.yaml"), "apiVersion: v2\nname: web\nversion: 0.1.0\n").unwrap();
    std::fs::write(chart.path().join("templates/all.yaml"), format!("{LIVE}---\n{extra}")).unwrap();
    let admin = shared().await.kubeconfig(&Identity::Admin);
    let output = Command::new(tool("helm"))
        .args(["install", "rel", "--namespace", namespace])
        .arg(chart.path())
        .env("KUBECONFIG", admin)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn what_helm_installed_is_adopted_and_what_git_dropped_goes_with_the_first_deploy() {
    let (world, namespace) = world(&[("deploy/first.yaml", &crate::config_map("first", "1"))]).await;
    install(&namespace).await;
    let (plan, proposal) = shown(&world, &adopted(), "helm").await;
    let (before, planned) = (objects(&namespace).await, differences(&world, proposal).await);
    for part in [
        "the Helm release `rel` still lists it",
        "Keeps the marks of `helm`: `metadata.annotations[meta.helm.sh/release-name]`",
        "has one more object, which Git does not have and which stays",
        "ConfigMap/extra",
    ] {
        assert!(plan.to_lowercase().contains(&part.to_lowercase()), "{part}: {plan}");
    }
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    let after = objects(&namespace).await;
    as_planned(&planned, &before, &after);
    let text = after.to_string();
    for word in ["dropped", "DROPPED", "\"old\"", "web:1"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    assert!(text.contains("meta.helm.sh/release-name"), "Helm's marks stay: {text}");
    kubectl(&["get", "configmap", "extra", "-n", &namespace], "").await;
    unchanged(&world).await;
}

/// Helm 3 sends updates, and leaves the same marks.
#[tokio::test]
async fn what_helm_3_installed_is_adopted() {
    let (world, namespace) = world(&[("deploy/first.yaml", &crate::config_map("first", "1"))]).await;
    let marks = format!("meta.helm.sh/release-name: rel, meta.helm.sh/release-namespace: {namespace}");
    let create = ["create", "--field-manager=helm", "-n", &namespace, "-f", "-"];
    kubectl(&create, &marked("annotations", &marks)).await;
    let (plan, proposal) = shown(&world, &adopted(), "helm").await;
    assert!(plan.contains("The Helm release `rel` still lists it"), "{plan}");
    let (before, planned) = (objects(&namespace).await, differences(&world, proposal).await);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    as_planned(&planned, &before, &objects(&namespace).await);
    unchanged(&world).await;
}

#[tokio::test]
async fn what_helm_installed_is_taken_whole_where_git_says_so_and_goes_when_it_leaves_git() {
    let (world, namespace) = world(&[("deploy/first.yaml", &crate::config_map("first", "1"))]).await;
    install(&namespace).await;
    let (_, proposal) = shown(&world, &adopted().replace("'true'", "whole"), "helm").await;
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    gone(&namespace, "helm");
    assert!(!objects(&namespace).await.to_string().contains("meta.helm.sh"));
    let drop = [("deploy/app.yaml", Change::Delete)];
    world.host.push_files(REPOSITORY, MAIN, &drop, "drop it").await.unwrap();
    let dropped = world.deploy().await.unwrap();
    assert!(dropped.stderr.contains("3 deleted"), "{}", dropped.everything());
}

/// As much of Flux's definition as a `Kustomization` needs here.
const KUSTOMIZATIONS: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
    metadata: {name: kustomizations.kustomize.toolkit.fluxcd.io}\nspec:\n  group: kustomize.toolkit.fluxcd.io\n  \
    scope: Namespaced\n  names: {kind: Kustomization, plural: kustomizations}\n  versions:\n  - {name: v1, served: true, storage: true, \
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}\n";

#[tokio::test]
async fn what_flux_still_applies_is_not_taken_from_it() {
    let cluster = ControlPlane::start().await;
    let namespace = cluster.namespace("flux").await.name;
    assert!(cluster.kubectl_with_input(&["apply", "-f", "-"], KUSTOMIZATIONS).status.success());
    let established = ["wait", "--for=condition=Established", "crd/kustomizations.kustomize.toolkit.fluxcd.io"];
    assert!(cluster.kubectl(&established).status.success());
    let flux = |suspend: bool| {
        let flux = format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: shop}}\nspec: {{suspend: {suspend}}}\n"
        );
        let applied = cluster.kubectl_with_input(&["apply", "-n", &namespace, "-f", "-"], &flux);
        assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    };
    flux(false);
    let live = marked("labels", &FLUX.replace("flux-system", &namespace));
    let apply = ["apply", "--server-side", "--field-manager=kustomize-controller", "-n", &namespace, "-f", "-"];
    assert!(cluster.kubectl_with_input(&apply, &live).status.success());
    let rules = crate::rules(&namespace);
    let files = [("landfall.yaml", rules.as_str()), ("deploy/app.yaml", &adopted())];
    let mut world = World::with_files(crate::binary(), &files).await.unwrap();
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &cluster.kubeconfig(&Identity::Deployer).display().to_string());
    world.set("LANDFALL_PLAN_KUBECONFIG", &cluster.kubeconfig(&Identity::Planner).display().to_string());
    let held = world.deploy().await.unwrap();
    assert_eq!(held.code, 4, "{}", held.everything());
    assert!(held.stdout.contains("flux suspend kustomization shop"), "{}", held.everything());
    flux(true);
    let done = world.deploy().await.unwrap();
    assert_eq!(done.code, 0, "{}", done.everything());
}

/// Puts `live` into the cluster by a kubectl command, adopts it by a proposal, and merges that. Returns the plan.
async fn adopts(command: &[&str], live: &str, manager: &str) -> String {
    let (world, namespace) = world(&[("deploy/first.yaml", &crate::config_map("first", "1"))]).await;
    let arguments: Vec<&str> = command.iter().copied().chain(["-n", &namespace, "-f", "-"]).collect();
    kubectl(&arguments, &live.replace("HERE", &namespace)).await;
    merges(&world, &namespace, manager).await
}

/// Adopts what is live, and merges that.
async fn merges(world: &World, namespace: &str, managers: &str) -> String {
    let (plan, proposal) = shown(world, &adopted(), managers).await;
    let before = objects(namespace).await;
    let planned = differences(world, proposal).await;
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    as_planned(&planned, &before, &objects(namespace).await);
    managers.split(", ").for_each(|manager| gone(namespace, manager));
    unchanged(world).await;
    plan
}

/// Proposes the adoption, and returns its plan, which says what will go.
async fn shown(world: &World, git: &str, managers: &str) -> (String, u64) {
    let files = [("deploy/app.yaml", Change::Write(git))];
    let proposal = world.propose("adopt", "adopt the application", &files).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    for part in ["- dropped: \"1\"", "DROPPED", "name: old", &format!("Takes over what {managers} wrote")] {
        assert!(plan.summary.contains(part), "{part}: {}", plan.summary);
    }
    (plan.summary, proposal)
}

/// Returns what the plan shows of every object, by its name.
pub(crate) async fn differences(world: &World, proposal: u64) -> BTreeMap<String, Value> {
    let event = world.host.pull_request_event(REPOSITORY, proposal, "opened").await.unwrap();
    let plan = world.command(&event, &["plan", "--format", "json"]).await.unwrap();
    let report: Value = serde_json::from_str(&plan.stdout).unwrap();
    let changes = report["report"]["targets"][0]["plan"]["changes"].as_array().unwrap();
    let name = |id: &Value| format!("{}/{}", id["kind"].as_str().unwrap(), id["name"].as_str().unwrap());
    changes.iter().map(|change| (name(&change["id"]), change["diff"].clone())).collect()
}

/// What became of each object is what the plan showed of it, line by line.
pub(crate) fn as_planned(planned: &BTreeMap<String, Value>, before: &Value, after: &Value) {
    for (before, after) in before["items"].as_array().unwrap().iter().zip(after["items"].as_array().unwrap()) {
        let id = ObjectId::of(after).unwrap();
        let became = serde_json::to_value(diff::between(&id, Some(before), Some(after))).unwrap();
        assert_eq!(became, planned[&format!("{}/{}", id.kind, id.name)], "{id}");
    }
}

/// The live objects are what Git says: nothing is left to do.
pub(crate) async fn unchanged(world: &World) {
    let again = world.deploy().await.unwrap();
    assert!(again.stderr.contains("0 new, 0 changed, 0 deleted"), "{}", again.everything());
}

/// Returns the live objects.
async fn objects(namespace: &str) -> Value {
    let kinds = ["configmap/settings", "service/web", "deployment/web"];
    let arguments = [&["get", "-n", namespace, "-o", "json", "--show-managed-fields"], kinds.as_slice()].concat();
    let list: Value = serde_json::from_slice(&shared().await.kubectl(&arguments).stdout).unwrap();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    list
}

/// Nothing is left of what Git dropped, nor of who wrote it.
fn gone(namespace: &str, manager: &str) {
    let text = futures::executor::block_on(objects(namespace)).to_string();
    for word in ["dropped", "DROPPED", "\"old\"", "last-applied", &format!("\"manager\":\"{manager}\"")] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[tokio::test]
async fn what_a_person_edited_is_not_taken_over() {
    let (world, namespace) = world(&[("deploy/first.yaml", &crate::config_map("first", "1"))]).await;
    let cluster = shared().await;
    let live = crate::config_map("settings", "1");
    let made = cluster.kubectl_with_input(&["apply", "-n", &namespace, "-f", "-"], &live);
    assert!(made.status.success());
    let edit = ["patch", "configmap", "settings", "-n", &namespace, "--field-manager=kubectl-edit", "-p"];
    let edited = cluster.kubectl(&[&edit[..], &["{\"data\":{\"key\":\"by hand\"}}"]].concat());
    assert!(edited.status.success(), "{}", String::from_utf8_lossy(&edited.stderr));

    let adopted =
        crate::config_map("settings", "2").replace("{name: settings}", &format!("{{name: settings, {ADOPT}}}"));
    let plan = planned(&world, &adopted).await;
    assert!(plan.summary.contains("kubectl-edit"), "the owner is named: {}", plan.summary);
    assert!(plan.summary.contains("blocked"), "{}", plan.summary);
}

#[tokio::test]
async fn what_a_person_added_stays_and_the_first_plan_names_it() {
    let (world, namespace) = world(&[("deploy/first.yaml", &crate::config_map("first", "1"))]).await;
    kubectl(&["create", "-n", &namespace, "-f", "-"], &crate::config_map("settings", "1")).await;
    let edit = ["patch", "configmap", "settings", "-n", &namespace, "--field-manager=kubectl-edit", "-p"];
    kubectl(&[&edit[..], &["{\"data\":{\"by-hand\":\"1\"}}"]].concat(), "").await;
    let adopted =
        crate::config_map("settings", "2").replace("{name: settings}", &format!("{{name: settings, {ADOPT}}}"));
    let files = [("deploy/settings.yaml", Change::Write(adopted.as_str()))];
    let proposal = world.propose("adopt", "adopt the settings", &files).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    let said = "Keeps what `kubectl-edit` wrote and Git does not have: `data[by-hand]`";
    assert!(plan.summary.contains(said), "{}", plan.summary);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    let live = shared().await.kubectl(&["get", "configmap", "settings", "-n", &namespace, "-o", "json"]);
    let live: Value = serde_json::from_slice(&live.stdout).unwrap();
    assert_eq!(live["data"], serde_json::json!({"key": "2", "by-hand": "1"}));
}

async fn planned(world: &World, settings: &str) -> Job {
    let files = [("deploy/settings.yaml", Change::Write(settings))];
    let proposal = world.propose("adopt", "adopt the settings", &files).await.unwrap();
    world.plan(proposal).await.unwrap()
}
