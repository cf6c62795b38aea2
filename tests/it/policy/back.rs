//! The way back: what runs again, what goes, what stays, what is recorded, and when it is not gone.

use landfall_fakehost::Change::{Delete, Write};
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::shared;
use landfall_world::{MAIN, REPOSITORY, World};

use super::{inventory, push, run, shop, title};
use crate::config_map;
use crate::order::{deployment, get};

const ROLLBACK: &str = "wait: {timeout: 60s, on_failure: rollback}";
const WEB: &str = "deploy/web.yaml";
const A: &str = "deploy/a.yaml";
const JOB: &str = "deploy/job.yaml";
const NEW: &str = "deploy/new.yaml";
const CLAIM: &str = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n\
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
const IMAGE: &str = "{.spec.template.spec.containers[0].image}";

/// Deploys the first version, and returns its commit.
async fn deployed(world: &World) -> String {
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    world.host.tip(REPOSITORY, MAIN).await.unwrap()
}

#[tokio::test]
async fn a_broken_image_is_rolled_back_with_all_that_came_with_it() {
    let (world, namespace) = shop(ROLLBACK, &[(WEB, &deployment("web:1", "ready")), (A, &config_map("a", "1"))]).await;
    let old = deployed(&world).await;
    let (web, a, new) = (deployment("web:2", "image-not-found"), config_map("a", "2"), config_map("new", "1"));
    let files = [(WEB, Write(web.as_str())), (A, Write(&a)), (NEW, Write(&new)), ("deploy/claim.yaml", Write(CLAIM))];
    let bad = push(&world, &files).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    let said = format!("rolled back to `{}`, which runs", &old[..7]);
    assert!(title(&failed).contains("`production` did not become ready"), "{}", failed.everything());
    assert!(title(&failed).ends_with(&said), "{}", failed.everything());
    assert!(
        failed.stdout.contains("`PersistentVolumeClaim/data` stays as it is: deleting it would lose"),
        "{}",
        failed.stdout
    );

    assert_eq!(get(&namespace, "deployment/web", IMAGE).await, "example.com/web:1");
    assert_eq!(get(&namespace, "deployment/web", "{.status.availableReplicas}").await, "1");
    assert_eq!(get(&namespace, "configmap/a", "{.data.key}").await, "1");
    assert_eq!(get(&namespace, "configmap/new", "{.metadata.name}").await, "");
    assert_eq!(get(&namespace, "pvc/data", "{.metadata.name}").await, "data");
    let record = inventory(&namespace).await;
    assert_eq!((record["deployed"].as_str(), record["attempted"].as_str()), (Some(old.as_str()), Some(bad.as_str())));
    assert_eq!((&record["hold"]["commit"], &record["hold"]["stage"]), (&bad.clone().into(), &"done".into()));

    let again = run(&world, &bad).await;
    assert_eq!(again.code, 4, "{}", again.everything());
    assert!(title(&again).contains(&format!("`{}` was rolled back: `Deployment/web`", &bad[..7])), "{}", again.stdout);
    let older = run(&world, &old).await;
    assert_eq!(older.code, 0, "{}", older.everything());
    assert!(title(&older).contains(&format!("`{}` is newer", &bad[..7])), "{}", older.stdout);
    assert_eq!(get(&namespace, "deployment/web", IMAGE).await, "example.com/web:1");

    let fixed = push(&world, &[(WEB, Write(&deployment("web:3", "ready"))), ("deploy/claim.yaml", Delete)]).await;
    let mended = run(&world, &fixed).await;
    assert_eq!(mended.code, 0, "{}", mended.everything());
    assert_eq!(get(&namespace, "deployment/web", IMAGE).await, "example.com/web:3");
    let record = inventory(&namespace).await;
    assert_eq!((record["deployed"].as_str(), record.get("hold")), (Some(fixed.as_str()), None));
}

#[tokio::test]
async fn what_the_failed_deploy_only_adopted_stays_then_and_later() {
    let (world, namespace) = shop(ROLLBACK, &[(WEB, &deployment("web:1", "ready"))]).await;
    deployed(&world).await;
    let theirs = shared().await.kubectl_with_input(&["apply", "-n", &namespace, "-f", "-"], &config_map("theirs", "1"));
    assert!(theirs.status.success());
    let adopted = config_map("theirs", "2")
        .replace("{name: theirs}", "{name: theirs, annotations: {landfall.dev/adopt: 'true'}}");
    let web = deployment("web:2", "image-not-found");
    push(&world, &[(WEB, Write(web.as_str())), (A, Write(&adopted))]).await;
    let failed = world.deploy().await.unwrap();
    assert!(title(&failed).contains("rolled back to"), "{}", failed.everything());
    assert!(failed.stdout.contains("it was there before a deploy that failed adopted it"), "{}", failed.stdout);
    assert_eq!(get(&namespace, "configmap/theirs", "{.metadata.name}").await, "theirs");

    let reverted = push(&world, &[(WEB, Write(&deployment("web:1", "ready"))), (A, Delete)]).await;
    let reverted = run(&world, &reverted).await;
    assert_eq!(reverted.code, 0, "{}", reverted.everything());
    assert_eq!(get(&namespace, "configmap/theirs", "{.metadata.name}").await, "theirs");
}

#[tokio::test]
async fn a_person_may_deploy_again_what_was_rolled_back() {
    let (world, namespace) = shop(ROLLBACK, &[(WEB, &deployment("web:1", "ready"))]).await;
    deployed(&world).await;
    let bad = push(&world, &[(WEB, Write(&deployment("web:2", "image-not-found")))]).await;
    assert_eq!(run(&world, &bad).await.code, 6);
    let event = world.push_event().await.unwrap();
    let tried = world.command(&event, &["deploy", "--reason", "the registry was down"]).await.unwrap();
    assert_eq!(tried.code, 6, "it was tried, and is as broken as before: {}", tried.everything());
    assert!(title(&tried).contains("rolled back to"), "{}", tried.stdout);
    assert_eq!(get(&namespace, "deployment/web", IMAGE).await, "example.com/web:1");
}

#[tokio::test]
async fn without_a_rule_a_failed_deploy_stays() {
    let (world, namespace) = shop("wait: {timeout: 60s}", &[(WEB, &deployment("web:1", "ready"))]).await;
    deployed(&world).await;
    push(&world, &[(WEB, Write(&deployment("web:2", "image-not-found")))]).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    assert!(!failed.everything().contains("rolled back"), "{}", failed.everything());
    assert_eq!(get(&namespace, "deployment/web", IMAGE).await, "example.com/web:2");
    assert_eq!(inventory(&namespace).await.get("hold"), None);
}

#[tokio::test]
async fn the_first_deploy_has_nothing_to_go_back_to() {
    let (world, namespace) = shop(ROLLBACK, &[(WEB, &deployment("web:1", "image-not-found"))]).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    assert!(title(&failed).ends_with("not rolled back: nothing was deployed before it"), "{}", failed.everything());
    assert_eq!(get(&namespace, "deployment/web", IMAGE).await, "example.com/web:1");
    let record = inventory(&namespace).await;
    assert_eq!((record.get("deployed"), record.get("hold")), (None, None));
}

/// A migration in a version.
fn migrate(version: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: migrate, annotations: {{landfall.dev/phase: pre}}}}\nspec:\n  \
         template:\n    metadata: {{annotations: {{test.landfall.dev/behaviour: ready}}}}\n    \
         spec: {{restartPolicy: Never, containers: [{{name: main, image: \"example.com/shop:{version}\"}}]}}\n"
    )
}

#[tokio::test]
async fn a_migration_is_neither_run_again_nor_undone() {
    let (world, namespace) = shop(ROLLBACK, &[(WEB, &deployment("web:1", "ready")), (JOB, &migrate("1"))]).await;
    deployed(&world).await;
    let second = migrate("2");
    push(&world, &[(WEB, Write(&deployment("web:2", "image-not-found"))), (JOB, Write(&second))]).await;
    let failed = world.deploy().await.unwrap();
    assert!(title(&failed).contains("rolled back to"), "{}", failed.everything());
    assert!(failed.stdout.contains("`Job/migrate` stays as it is: a rollback runs no Job again"), "{}", failed.stdout);
    assert_eq!(get(&namespace, "job/migrate", IMAGE).await, "example.com/shop:2");
    let uid = get(&namespace, "job/migrate", "{.metadata.uid}").await;

    push(&world, &[(WEB, Write(&deployment("web:3", "ready")))]).await;
    let mended = world.deploy().await.unwrap();
    assert_eq!(mended.code, 0, "{}", mended.everything());
    assert_eq!(get(&namespace, "job/migrate", "{.metadata.uid}").await, uid, "it had run, and does not run again");
}

#[tokio::test]
async fn what_cannot_go_back_leaves_everything_as_it_is_and_says_so() {
    let fixed = |value: &str, annotation: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: fixed, annotations: {{{annotation}}}}}\nimmutable: true\n\
             data: {{key: \"{value}\"}}\n"
        )
    };
    let (world, namespace) = shop(ROLLBACK, &[(WEB, &deployment("web:1", "ready")), (A, &fixed("1", ""))]).await;
    deployed(&world).await;
    let anew = fixed("2", "landfall.dev/allow: replace");
    push(&world, &[(WEB, Write(&deployment("web:2", "image-not-found"))), (A, Write(&anew))]).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    let said = "not rolled back: 1 object would be deleted and made anew: `ConfigMap/fixed`";
    assert!(title(&failed).contains(said), "{}", failed.everything());
    assert_eq!(get(&namespace, "deployment/web", IMAGE).await, "example.com/web:2");
    assert_eq!(get(&namespace, "configmap/fixed", "{.data.key}").await, "2");
    assert_eq!(inventory(&namespace).await.get("hold"), None);
}

#[tokio::test]
async fn a_kind_that_came_with_the_failed_deploy_stays_and_its_objects_go() {
    let (mut world, namespace) = shop(ROLLBACK, &[(WEB, &deployment("web:1", "ready"))]).await;
    let cluster = shared().await;
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &cluster.kubeconfig(&Identity::Admin).display().to_string());
    deployed(&world).await;
    let group = format!("{namespace}.test.landfall.dev");
    let definition = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: widgets.{group}}}\nspec:\n  group: {group}\n  \
         scope: Namespaced\n  names: {{kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}}\n  versions:\n  - name: v1\n    \
         served: true\n    storage: true\n    schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}\n"
    );
    let widget = format!("apiVersion: {group}/v1\nkind: Widget\nmetadata: {{name: w}}\n");
    let web = deployment("web:2", "image-not-found");
    push(&world, &[(WEB, Write(&web)), (A, Write(&definition)), (NEW, Write(&widget))]).await;
    let failed = world.deploy().await.unwrap();
    assert!(title(&failed).contains("rolled back to"), "{}", failed.everything());
    let said = format!("`CustomResourceDefinition/widgets.{group}` stays as it is");
    assert!(failed.stdout.contains(&said), "{}", failed.stdout);
    let left = cluster.kubectl(&["get", &format!("widgets.{group}"), "-n", &namespace, "-o", "name"]);
    assert_eq!(String::from_utf8_lossy(&left.stdout), "");
    let definitions = cluster.kubectl(&["get", "crd", &format!("widgets.{group}"), "-o", "name"]);
    assert!(definitions.status.success(), "{}", String::from_utf8_lossy(&definitions.stderr));
}

#[tokio::test]
async fn two_failures_in_a_row_lead_back_to_the_last_success() {
    let (world, namespace) = shop(ROLLBACK, &[(WEB, &deployment("web:1", "ready"))]).await;
    let old = deployed(&world).await;
    for version in ["web:2", "web:3"] {
        push(&world, &[(WEB, Write(&deployment(version, "image-not-found")))]).await;
        let failed = world.deploy().await.unwrap();
        assert!(title(&failed).ends_with(&format!("rolled back to `{}`, which runs", &old[..7])), "{}", failed.stdout);
        assert_eq!(get(&namespace, "deployment/web", IMAGE).await, "example.com/web:1");
    }
}

#[tokio::test]
async fn a_failure_before_anything_but_a_job_was_written_has_nothing_to_take_back() {
    let (world, namespace) = shop(ROLLBACK, &[(WEB, &deployment("web:1", "ready"))]).await;
    let old = deployed(&world).await;
    let broken = migrate("2")
        .replace("behaviour: ready", "behaviour: job-fails")
        .replace("spec:\n  ", "spec:\n  backoffLimit: 0\n  ");
    push(&world, &[(WEB, Write(&deployment("web:2", "ready"))), (JOB, Write(&broken))]).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    let said = format!("not rolled back: all that goes back is as `{}` has it", &old[..7]);
    assert!(title(&failed).ends_with(&said), "{}", failed.everything());
    assert_eq!(get(&namespace, "deployment/web", IMAGE).await, "example.com/web:1");
    assert_eq!(inventory(&namespace).await.get("hold"), None);
}
