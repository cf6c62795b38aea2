//! What a deploy deletes, and what it leaves: rows 33 to 39, and what holds a deletion.

use std::sync::Arc;

use landfall_fakehost::Change::{Delete, Write};
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Answer, Fault, Proxy, Rule};
use landfall_test_cluster::shared;
use landfall_world::World;

use super::{deployed, entries, kubectl, live, map, pushed, ruled};
use crate::world;

const A: &str = "deploy/a.yaml";
const B: &str = "deploy/b.yaml";

async fn two() -> (World, String) {
    let (world, namespace) = world(&[(A, &map("a", "a: '1'")), (B, &map("b", "b: '1'"))]).await;
    deployed(&world).await;
    (world, namespace)
}

/// The names of a namespace's `ConfigMap`s that a person made or Git has.
async fn maps(namespace: &str) -> Vec<String> {
    let names = kubectl(&["get", "configmaps", "-n", namespace, "-o", "jsonpath={.items[*].metadata.name}"], "").await;
    let of_others = |name: &&str| *name != "kube-root-ca.crt" && !name.starts_with("landfall-");
    names.split_whitespace().filter(of_others).map(str::to_owned).collect()
}

/// The names that the inventory has.
async fn recorded(namespace: &str) -> Vec<String> {
    entries(namespace).await.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}

async fn deletions(namespace: &str) -> usize {
    let audit = shared().await.audit();
    audit.iter().filter(|it| it.namespace == namespace && it.verb == "delete" && it.resource == "configmaps").count()
}

/// Lets deploys go through a server that answers some requests itself.
async fn through(world: &mut World, rule: Rule) -> Proxy {
    let proxy = shared().await.proxy(&Identity::Deployer);
    proxy.add(rule);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    proxy
}

#[tokio::test]
async fn pitfall_33_prune_basic() {
    let (world, namespace) = two().await;
    let job = pushed(&world, &[(A, Write(&map("a", "a: '2'"))), (B, Delete)]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    assert_eq!((maps(&namespace).await, recorded(&namespace).await), (vec!["a".to_owned()], vec!["a".to_owned()]));
    let audit = shared().await.audit();
    let of_maps = |it: &&landfall_test_cluster::audit::AuditedRequest| {
        it.namespace == namespace && it.resource == "configmaps" && !it.dry_run
    };
    let written: Vec<(&str, &str)> =
        audit.iter().filter(of_maps).map(|it| (it.verb.as_str(), it.name.as_str())).collect();
    let change = written.iter().rposition(|it| *it == ("patch", "a")).unwrap();
    let deletion = written.iter().position(|it| *it == ("delete", "b")).unwrap();
    assert!(change < deletion, "it is deleted after everything is applied: {written:?}");
}

#[tokio::test]
async fn pitfall_34_prune_uid_changed() {
    let (world, namespace) = two().await;
    kubectl(&["delete", "configmap", "b", "-n", &namespace], "").await;
    kubectl(&["create", "configmap", "b", "-n", &namespace], "").await;
    let job = pushed(&world, &[(B, Delete)]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(job.stdout.contains("Somebody made it anew, so it is not ours to delete"), "{}", job.everything());
    assert_eq!(
        (maps(&namespace).await, recorded(&namespace).await),
        (vec!["a".into(), "b".into()], vec!["a".to_owned()])
    );
}

/// Lets somebody write `b` as a deploy sends a request, deletes it from Git, and returns whether it is recorded after.
async fn written_meanwhile(rule: impl Fn(Fault) -> Rule, write: &'static [&'static str], said: &str) -> bool {
    let (mut world, namespace) = two().await;
    let cluster = shared().await;
    let there = namespace.clone();
    let happens = move || assert!(cluster.kubectl(&[write, &["-n", &there]].concat()).status.success());
    let proxy = through(&mut world, rule(Fault::Before(Arc::new(happens)))).await;
    let job = pushed(&world, &[(A, Write(&map("a", "a: '2'"))), (B, Delete)]).await;
    assert_eq!((job.code, proxy.met()), (0, vec![true]), "{}", job.everything());
    assert!(job.stdout.contains(&format!("`ConfigMap/b` was not deleted: {said}")), "{}", job.everything());
    assert_eq!(maps(&namespace).await, ["a", "b"]);
    recorded(&namespace).await.contains(&"b".to_owned())
}

#[tokio::test]
async fn pitfall_34_prune_of_what_another_app_took_over_since_the_plan() {
    let take = &["label", "configmap/b", "--overwrite", "landfall.dev/inventory=another"];
    let written = |fault| Rule::always(fault).method("PATCH").containing("configmaps/a?").nth(2);
    written_meanwhile(written, take, "another app of Landfall, whose inventory is `another` has it now").await;
}

#[tokio::test]
async fn pitfall_34_prune_of_what_is_asked_to_stay_as_it_is_deleted() {
    let ask = &["annotate", "configmap/b", "landfall.dev/prune=keep"];
    let deleted = |fault| Rule::always(fault).method("DELETE").nth(1);
    let is_recorded = written_meanwhile(deleted, ask, "its annotation landfall.dev/prune: keep asks for it").await;
    assert!(is_recorded, "it is still ours");
}

#[tokio::test]
async fn pitfall_35_crash_after_superset() {
    let (mut world, namespace) = two().await;
    let never = Rule::always(Fault::CutBefore).method("PATCH").containing("configmaps/c?fieldManager");
    let proxy = through(&mut world, never).await;
    let job = pushed(&world, &[("deploy/c.yaml", Write(&map("c", "c: '1'")))]).await;
    assert_ne!(job.code, 0, "{}", job.everything());
    proxy.reset();
    let job = pushed(&world, &[("deploy/c.yaml", Delete)]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    assert_eq!(
        (maps(&namespace).await, recorded(&namespace).await),
        (vec!["a".into(), "b".into()], vec!["a".into(), "b".into()])
    );
}

#[tokio::test]
async fn pitfall_36_apply_error_skips_prune() {
    let (mut world, namespace) = two().await;
    let no = Answer { status: 403, retry_after_seconds: None, body: "policy says no".to_owned() };
    let proxy =
        through(&mut world, Rule::always(Fault::Answer(no)).method("PATCH").containing("configmaps/c?").nth(2)).await;
    let (a, c) = (map("a", "a: '2'"), map("c", "c: '1'"));
    let job = pushed(&world, &[(A, Write(&a)), (B, Delete), ("deploy/c.yaml", Write(&c))]).await;
    assert_eq!(job.code, 5, "{}", job.everything());
    assert_eq!((maps(&namespace).await, deletions(&namespace).await), (vec!["a".to_owned(), "b".to_owned()], 0));
    assert_eq!(recorded(&namespace).await, ["a", "b", "c"], "more than there is, until a deploy succeeds");
    proxy.reset();
    assert_eq!(world.deploy().await.unwrap().code, 0);
    assert_eq!(maps(&namespace).await, ["a", "c"]);
}

#[tokio::test]
async fn pitfall_37_empty_render() {
    let (world, namespace) = two().await;
    let job = pushed(&world, &[(A, Write("# nothing\n")), (B, Delete)]).await;
    assert_eq!(job.code, 4, "{}", job.everything());
    assert!(job.stdout.contains("renders no object, and 2 are deployed"), "{}", job.everything());
    assert_eq!(maps(&namespace).await, ["a", "b"]);
}

/// A world whose deployer may do everything everywhere.
async fn everywhere() -> (World, String) {
    let (mut world, namespace) = world(&[(A, &map("a", "a: '1'"))]).await;
    let kubeconfig = shared().await.kubeconfig(&Identity::ClusterDeployer);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &kubeconfig.display().to_string());
    (world, namespace)
}

#[tokio::test]
async fn pitfall_38_namespace_in_use() {
    let (world, namespace) = everywhere().await;
    let other = format!("{namespace}-b");
    let brought = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {other}}}\n");
    let job = pushed(&world, &[(B, Write(&brought))]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    kubectl(&["create", "configmap", "theirs", "-n", &other], "").await;
    let job = pushed(&world, &[(B, Delete)]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    for said in ["keep", "1 ConfigMap", &format!("`Namespace/{other}` to `allow_delete`")] {
        assert!(job.stdout.contains(said), "{said}: {}", job.everything());
    }
    assert_eq!(live(&other, "configmap/theirs").await["metadata"]["name"], "theirs");
}

#[tokio::test]
async fn pitfall_39_crd_prune() {
    let (world, namespace) = everywhere().await;
    let group = format!("{namespace}.test.landfall.dev");
    let definition = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: widgets.{group}}}\nspec:\n  group: {group}\n  \
         scope: Namespaced\n  names: {{kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}}\n  versions:\n  - name: v1\n    \
         served: true\n    storage: true\n    schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}\n"
    );
    assert_eq!(pushed(&world, &[(B, Write(&definition))]).await.code, 0);
    for number in 0..12 {
        let widget =
            format!("apiVersion: {group}/v1\nkind: Widget\nmetadata: {{name: w{number}, namespace: {namespace}}}\n");
        kubectl(&["create", "-f", "-"], &widget).await;
    }
    let kept = pushed(&world, &[(B, Delete)]).await;
    assert_eq!(kept.code, 0, "{}", kept.everything());
    assert!(kept.stdout.contains("what is in it, 12 Widgets"), "{}", kept.everything());
    assert_eq!(recorded(&namespace).await.len(), 2, "it stays recorded");

    let rules = ruled(&namespace, &format!("allow_delete: [CustomResourceDefinition/widgets.{group}]"));
    let gone = pushed(&world, &[("landfall.yaml", Write(&rules))]).await;
    assert_eq!(gone.code, 0, "{}", gone.everything());
    let left = kubectl(&["get", "crds", "-o", "name"], "").await;
    assert!(!left.contains(&group), "{left}");
}

#[tokio::test]
async fn a_deletion_that_a_finalizer_holds_is_not_done_and_names_it() {
    let (world, namespace) = two().await;
    let hold = r#"{"metadata": {"finalizers": ["example.org/backup"]}}"#;
    kubectl(&["patch", "configmap", "b", "-n", &namespace, "--type=merge", "-p", hold], "").await;
    let stuck = pushed(&world, &[(B, Delete)]).await;
    assert_eq!(stuck.code, 5, "{}", stuck.everything());
    assert!(stuck.stdout.contains("the finalizer `example.org/backup` holds it"), "{}", stuck.everything());
    assert_eq!(recorded(&namespace).await, ["a", "b"]);
    let let_go = r#"{"metadata": {"finalizers": null}}"#;
    kubectl(&["patch", "configmap", "b", "-n", &namespace, "--type=merge", "-p", let_go], "").await;
    deployed(&world).await;
    assert_eq!(recorded(&namespace).await, ["a"]);
}
