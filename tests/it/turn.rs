//! Whose turn it is: which of two runs goes on, and which makes way.

use std::sync::{Arc, OnceLock};

use landfall_fakehost::Change::Write;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Fault, Rule};
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World};
use serde_json::{Value, json};

use crate::order::{deployment, get};
use crate::pitfalls::{kubectl, map};
use crate::world;

/// Pushes one more commit with this value, and returns it.
async fn commit(world: &World, branch: &str, value: &str) -> String {
    let text = map("a", &format!("key: '{value}'"));
    world.host.push_files(REPOSITORY, branch, &[("deploy/a.yaml", Write(&text))], value).await.unwrap()
}

/// Runs the job that a pushed ref starts, as a run of this number.
async fn run(world: &World, reference: &str, commit: &str, number: &str) -> Job {
    let mut event = world.host.push_event(REPOSITORY, MAIN, &"0".repeat(commit.len()), commit).await.unwrap();
    event["ref"] = json!(reference);
    let variables = [("GITHUB_RUN_ID", number), ("GITHUB_REF_PROTECTED", "true"), ("GITHUB_REF", reference)];
    world.run_with(&event, &variables).await.unwrap()
}

/// A world whose environment follows something else than `main`.
async fn following(keys: &str) -> (World, String) {
    let (mut world, namespace) = world(&[("deploy/a.yaml", &map("a", "key: '0'"))]).await;
    world.set_token("");
    let rules = crate::rules(&namespace).replace("branch: main", keys);
    world.host.push_files(REPOSITORY, MAIN, &[("landfall.yaml", Write(&rules))], "follow").await.unwrap();
    (world, namespace)
}

async fn value(namespace: &str) -> String {
    get(namespace, "configmap/a", "{.data.key}").await
}

#[tokio::test]
async fn a_lower_version_never_goes_over_a_higher_one_whatever_their_commits() {
    let (world, namespace) = following("tag: 'v*', order: semver").await;
    let older = commit(&world, MAIN, "1.10").await;
    let newer = commit(&world, MAIN, "1.9").await;
    let high = run(&world, "refs/tags/v1.10.0", &older, "1").await;
    assert_eq!(high.code, 0, "{}", high.everything());
    let low = run(&world, "refs/tags/v1.9.1", &newer, "2").await;
    assert_eq!(low.code, 0, "{}", low.everything());
    assert!(low.stdout.contains(&format!("`{}` is newer", &older[..7])), "{}", low.everything());
    assert_eq!(value(&namespace).await, "1.10");

    let none = run(&world, "refs/tags/vnext", &newer, "3").await;
    assert_eq!(none.code, 4, "{}", none.everything());
    assert!(none.stdout.contains("names no version"), "{}", none.everything());
    let higher = run(&world, "refs/tags/v2.0.0-rc.1", &newer, "4").await;
    assert_eq!(higher.code, 0, "{}", higher.everything());
    assert_eq!(value(&namespace).await, "1.9");
}

#[tokio::test]
async fn of_two_branches_the_later_push_stands_and_an_older_run_again_does_not() {
    let (world, namespace) = following("branch: 'release/*', order: latest_push").await;
    let one = commit(&world, "release/one", "one").await;
    let two = commit(&world, "release/two", "two").await;
    assert_eq!(run(&world, "refs/heads/release/one", &one, "9").await.code, 0);
    let later = run(&world, "refs/heads/release/two", &two, "10").await;
    assert_eq!(later.code, 0, "{}", later.everything());
    assert_eq!(value(&namespace).await, "two");
    let again = run(&world, "refs/heads/release/one", &one, "9").await;
    assert!(again.stdout.contains(&format!("`{}` is newer", &two[..7])), "{}", again.everything());
    assert_eq!(value(&namespace).await, "two");
}

#[tokio::test]
async fn a_run_that_only_waits_makes_way_for_a_newer_commit() {
    let (mut world, namespace) = world(&[("deploy/web.yaml", &deployment("web:1", "never-ready"))]).await;
    world.set_token("");
    let older = world.push_event().await.unwrap();
    let mended = deployment("web:2", "ready");
    let newer = world.host.push_files(REPOSITORY, MAIN, &[("deploy/web.yaml", Write(&mended))], "mend").await.unwrap();
    let mend = async {
        while get(&namespace, "deployment/web", "{.status.unavailableReplicas}").await != "1" {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        world.deploy().await.unwrap()
    };
    let (waited, mended) = tokio::join!(world.run(&older, "true"), mend);
    let waited = waited.unwrap();
    assert_eq!(mended.code, 0, "{}", mended.everything());
    assert!(mended.stderr.contains("and asks it to make way"), "{}", mended.everything());
    assert_eq!(waited.code, 0, "{}", waited.everything());
    assert!(waited.stdout.contains(&format!("gave way to `{}`", &newer[..7])), "{}", waited.everything());
    assert_eq!(get(&namespace, "deployment/web", "{.status.availableReplicas}").await, "1");
    let annotations = get(&namespace, "lease/landfall-shop-production", "{.metadata.annotations}").await;
    assert!(!annotations.contains("landfall.dev"), "{annotations}");
}

#[tokio::test]
async fn a_run_that_waits_for_another_stops_when_it_is_asked_to() {
    let (mut world, namespace) = world(&[("deploy/a.yaml", &map("a", "key: '1'"))]).await;
    world.set_token("");
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "landfall-shop-production"},
        "spec": {"holderIdentity": "somebody", "leaseDurationSeconds": 600, "renewTime": "2001-01-01T00:00:00.000000Z"},
    });
    kubectl(&["create", "-n", &namespace, "-f", "-"], &lease.to_string()).await;
    let (stop, proxy) = (world.signal("TERM"), shared().await.proxy(&Identity::Deployer));
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    let asked = async {
        while proxy.requests().iter().filter(|request| request.uri.contains("/leases/")).count() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(stop(), "it waits");
    };
    let (stopped, ()) = tokio::join!(world.deploy(), asked);
    let stopped = stopped.unwrap();
    assert_eq!(stopped.code, 5, "{}", stopped.everything());
    assert_eq!(get(&namespace, "lease/landfall-shop-production", "{.spec.holderIdentity}").await, "somebody");
}

#[tokio::test]
async fn a_run_that_was_asleep_for_longer_than_its_lease_writes_nothing_more() {
    let (mut world, namespace) = world(&[("deploy/a.yaml", &map("a", "key: 'asleep'"))]).await;
    world.set_token("");
    let direct = shared().await.kubeconfig(&Identity::Deployer).display().to_string();
    let proxy = shared().await.proxy(&Identity::Deployer);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    let (stop, asleep) = (world.signal("STOP"), Arc::new(OnceLock::new()));
    let falls = Arc::clone(&asleep);
    // It has recorded what it is about to write, and asks what was warned of before.
    let fault = Fault::After(Arc::new(move || {
        let _ = falls.set(stop());
    }));
    proxy.add(Rule::always(fault).method("GET").containing("/events").first(1));
    let older = world.push_event().await.unwrap();
    commit(&world, MAIN, "awake").await;
    let newer = async {
        while asleep.get().is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let process = world.process();
        let event = world.push_event().await.unwrap();
        let variables = [("GITHUB_REF_PROTECTED", "true"), ("LANDFALL_DEPLOY_KUBECONFIG", direct.as_str())];
        let job = world.run_with(&event, &variables).await.unwrap();
        let before = proxy.requests().len();
        assert!(process.signal("CONT"), "it is still there");
        (job, before)
    };
    let (slept, (newer, before)) = tokio::join!(world.run(&older, "true"), newer);
    assert_eq!(newer.code, 0, "{}", newer.everything());
    let slept = slept.unwrap();
    assert_eq!(slept.code, 5, "{}", slept.everything());
    assert_eq!(value(&namespace).await, "awake");
    let after: Vec<Value> = proxy.requests()[before..]
        .iter()
        .filter(|request| request.method != "GET" && !request.uri.contains("dryRun"))
        .map(|request| json!([request.method, request.uri]))
        .collect();
    assert!(after.is_empty(), "{after:?}");
}
