//! Objects that move: from one app to another, and from one API group to another: rows 40 and 41.

use landfall_fakehost::Change;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::shared;
use landfall_world::World;

use super::{deployed, kubectl, live, map, pushed};
use crate::{binary, rules, world};

/// Another application, with a repository of its own, that deploys to the same namespace.
async fn other_app(namespace: &str, files: &[(&str, &str)]) -> World {
    let cluster = shared().await;
    let rules = rules(namespace).replace("app: shop", "app: billing");
    let files = [&[("landfall.yaml", rules.as_str())], files].concat();
    let mut world = World::with_files(binary(), &files).await.unwrap();
    world.set("LANDFALL_PLAN_KUBECONFIG", &cluster.kubeconfig(&Identity::Planner).display().to_string());
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &cluster.kubeconfig(&Identity::Deployer).display().to_string());
    world
}

/// The object as the other application has it, which takes it from `shop` in `production`.
fn moved() -> String {
    map("a", "a: '1'").replace("{name: a}", "{name: a, annotations: {landfall.dev/adopt: shop/production}}")
}

async fn deletions(namespace: &str, resource: &str) -> usize {
    let audit = shared().await.audit().into_iter();
    audit.filter(|it| it.namespace == namespace && it.verb == "delete" && it.resource == resource).count()
}

#[tokio::test]
async fn pitfall_40_move_between_apps() {
    let (world, namespace) =
        world(&[("deploy/a.yaml", &map("a", "a: '1'")), ("deploy/b.yaml", &map("b", "b: '1'"))]).await;
    deployed(&world).await;
    let before = live(&namespace, "configmap/a").await["metadata"]["uid"].clone();
    let other = other_app(&namespace, &[("deploy/a.yaml", &moved())]).await;
    deployed(&other).await;
    let done = pushed(&world, &[("deploy/a.yaml", Change::Delete)]).await;
    assert_eq!(done.code, 0, "{}", done.everything());
    assert_eq!(deletions(&namespace, "configmaps").await, 0);
    assert_eq!(live(&namespace, "configmap/a").await["metadata"]["uid"], before);
    let inventory =
        kubectl(&["get", "configmap", "landfall-shop-production", "-n", &namespace, "-o", "yaml"], "").await;
    assert!(!inventory.contains("\"name\":\"a\""), "the entry is dropped: {inventory}");
}

#[tokio::test]
async fn an_object_of_another_app_is_held_with_the_name_of_that_app() {
    let (world, namespace) = world(&[("deploy/a.yaml", &map("a", "a: '1'"))]).await;
    deployed(&world).await;
    let other = other_app(&namespace, &[("deploy/a.yaml", &map("a", "a: '2'"))]).await;
    let held = other.deploy().await.unwrap();
    assert_eq!(held.code, 4, "{}", held.everything());
    for part in ["`shop/production`", "landfall.dev/adopt: \"shop/production\""] {
        assert!(held.stdout.contains(part), "{part}: {}", held.everything());
    }
    let true_alone = moved().replace("shop/production", "'true'");
    let still = pushed(&other, &[("deploy/a.yaml", Change::Write(&true_alone))]).await;
    assert_eq!(still.code, 4, "whose it is has to be said: {}", still.everything());
    assert_eq!(live(&namespace, "configmap/a").await["data"]["a"], "1");
}

#[tokio::test]
async fn an_object_whose_managers_were_lost_is_held_with_the_name_that_its_inventory_says() {
    let (world, namespace) = world(&[("deploy/a.yaml", &map("a", "a: '1'"))]).await;
    deployed(&world).await;
    let nobody = r#"[{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}]"#;
    kubectl(&["patch", "configmap", "a", "-n", &namespace, "--type=json", "-p", nobody], "").await;
    let other = other_app(&namespace, &[("deploy/a.yaml", &map("a", "a: '1'"))]).await;
    let held = other.deploy().await.unwrap();
    assert_eq!(held.code, 4, "{}", held.everything());
    assert!(held.stdout.contains("`shop/production`"), "{}", held.everything());
}

#[tokio::test]
async fn who_still_wants_what_moved_away_is_held() {
    let (world, namespace) = world(&[("deploy/a.yaml", &map("a", "a: '1'"))]).await;
    deployed(&world).await;
    let other = other_app(&namespace, &[("deploy/a.yaml", &moved())]).await;
    deployed(&other).await;
    let held = world.deploy().await.unwrap();
    assert_eq!(held.code, 4, "{}", held.everything());
    assert!(held.stdout.contains("`billing/production`"), "{}", held.everything());
}

/// The same storage is served as two groups: `v1` and `events.k8s.io/v1`.
#[tokio::test]
async fn pitfall_41_api_group_move() {
    let event = |api: &str, reason: &str| {
        let object = "{apiVersion: v1, kind: Service, name: web, namespace: NAMESPACE}";
        match api {
            "v1" => format!(
                "apiVersion: v1\nkind: Event\nmetadata: {{name: a}}\ninvolvedObject: {object}\nreason: {reason}\nmessage: m\ntype: Normal\n"
            ),
            _ => format!(
                "apiVersion: events.k8s.io/v1\nkind: Event\nmetadata: {{name: a}}\nregarding: {object}\nreason: {reason}\nnote: m\ntype: Normal\naction: a\n\
                reportingController: example.com/a\nreportingInstance: a\neventTime: '2026-01-01T00:00:00.000000Z'\n"
            ),
        }
    };
    let (world, namespace) = world(&[("deploy/first.yaml", &map("first", "a: '1'"))]).await;
    let old = event("v1", "Old").replace("NAMESPACE", &namespace);
    let first = pushed(&world, &[("deploy/event.yaml", Change::Write(&old))]).await;
    assert_eq!(first.code, 0, "{}", first.everything());
    let before = live(&namespace, "events/a").await["metadata"]["uid"].clone();
    let new = event("events.k8s.io/v1", "Old").replace("NAMESPACE", &namespace);
    let moved = pushed(&world, &[("deploy/event.yaml", Change::Write(&new))]).await;
    assert_eq!(deletions(&namespace, "events").await, 0, "{}", moved.everything());
    assert_eq!(live(&namespace, "events/a").await["metadata"]["uid"], before);
}
