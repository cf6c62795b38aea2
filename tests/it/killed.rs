//! A deploy that is killed at any point is finished by its next attempt, as if nothing had happened.

use std::sync::Arc;

use futures::StreamExt;
use landfall_fakehost::{Change, Error};
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Fault, Proxy, Rule};
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World};
use serde_json::{Value, json};

use crate::chance::number;
use crate::{config_map, world};

/// Worlds that are told at the same time.
const AT_A_TIME: usize = 4;
const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {key: opensesame}\n";
const ACCOUNT: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n\
    spec: {selector: {app: web}, ports: [{port: 80}]}\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
    spec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
    spec: {serviceAccountName: web, containers: [{name: web, image: \"example.com/web:2\"}]}\n";

/// What the deploy finds.
#[derive(Debug, Clone, Copy)]
enum Found {
    /// An empty namespace.
    Nothing,
    /// An older set, of which it changes some objects, keeps some, deletes some, and gives one another name.
    OlderSet,
}

impl Found {
    /// Every how manyeth call is a point of death, from one that `LANDFALL_TEST_SEED` chooses. A story that deploys
    /// before it starts is told less often. With `LANDFALL_TEST_EVERY_CALL=1` it is every call.
    fn every(self) -> usize {
        match self {
            Found::Nothing => 3,
            Found::OlderSet => 6,
        }
    }
}

/// When a run dies, seen from one of its calls.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Before,
    After,
}

/// What became of a run that was to be killed, and of the one after it.
struct Story {
    killed: bool,
    calls: usize,
    cluster: Value,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_is_killed_at_any_call_is_finished_by_the_next_attempt() {
    sample(Found::Nothing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_changes_and_deletes_is_finished_like_one_that_creates() {
    sample(Found::OlderSet).await;
}

/// Kills deploys at a sample of their calls, and compares what their next attempts leave with an undisturbed run.
async fn sample(found: Found) {
    let undisturbed = tell(found, None).await;
    assert!(undisturbed.calls > 15, "only {} calls reached the API server", undisturbed.calls);
    let every = number("LANDFALL_TEST_EVERY_CALL").map_or(found.every(), |_| 1);
    let seed = number("LANDFALL_TEST_SEED").unwrap_or(std::process::id() as usize);
    println!("seed {seed}: every {every} of {} calls, from {}", undisturbed.calls, 1 + seed % every);
    let points = (1 + seed % every..=undisturbed.calls).step_by(every);
    let points = points.flat_map(|call| [(call, Moment::Before), (call, Moment::After)]);
    let stories = futures::stream::iter(points).map(|point| async move { (point, tell(found, Some(point)).await) });
    let mut stories = stories.buffer_unordered(AT_A_TIME);
    let mut deaths = 0;
    while let Some((point, story)) = stories.next().await {
        deaths += usize::from(story.killed);
        assert_eq!(story.cluster, undisturbed.cluster, "killed at {point:?}: the cluster differs (seed {seed})");
    }
    assert!(deaths * 4 > undisturbed.calls / every * 6, "only {deaths} runs were killed");
}

/// Deploys six objects, killing the run at one of its calls, and deploys again as the same run.
async fn tell(found: Found, point: Option<(usize, Moment)>) -> Story {
    let files = [
        ("deploy/config.yaml", config_map("settings", "1")),
        ("deploy/secret.yaml", SECRET.to_owned()),
        ("deploy/account.yaml", ACCOUNT.to_owned()),
        ("deploy/new-name.yaml", config_map("new-name", "1")),
        ("deploy/service.yaml", SERVICE.to_owned()),
        ("deploy/web.yaml", DEPLOYMENT.to_owned()),
    ];
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (mut world, namespace) = match found {
        Found::Nothing => world(&files).await,
        Found::OlderSet => after_an_older_set(&files).await,
    };
    let proxy = shared().await.proxy(&Identity::Deployer);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    world.set_token("");
    if let Some((call, moment)) = point {
        proxy.add(Rule::always(death(moment, &world)).nth(call));
    }
    let first = attempt(&world).await.unwrap();
    // Only the fault sends signals, and a run that outlives its fault ends well.
    let killed = first.code == -1;
    assert!(killed || first.code == 0, "at {point:?}: {}", first.everything());
    let calls = proxy.requests().len();
    if killed {
        again(&world, &proxy, point).await;
    }
    Story { killed, calls, cluster: cluster(&namespace).await }
}

/// A world in which an older set is deployed and these files were pushed since.
async fn after_an_older_set(files: &[(&str, &str)]) -> (World, String) {
    let older = [
        ("deploy/config.yaml", config_map("settings", "0")),
        ("deploy/account.yaml", ACCOUNT.to_owned()),
        ("deploy/old-name.yaml", config_map("old-name", "1")),
        ("deploy/old-key.yaml", SECRET.replace("name: key", "name: old-key")),
        ("deploy/service.yaml", SERVICE.replace("port: 80", "port: 8080")),
        ("deploy/web.yaml", DEPLOYMENT.replace("web:2", "web:1")),
        ("deploy/worker.yaml", DEPLOYMENT.replace("web", "worker").replace("AccountName: worker", "AccountName: web")),
    ];
    let (mut world, namespace) = world(&older.each_ref().map(|(path, text)| (*path, text.as_str()))).await;
    world.set_token("");
    let first = world.deploy().await.unwrap();
    assert_eq!(first.code, 0, "{}", first.everything());
    let gone = older.iter().filter(|(path, _)| files.iter().all(|(kept, _)| kept != path));
    let changes: Vec<_> = gone
        .map(|(path, _)| (*path, Change::Delete))
        .chain(files.iter().map(|(path, text)| (*path, Change::Write(text))))
        .collect();
    world.host.push_files(REPOSITORY, MAIN, &changes, "change and delete").await.unwrap();
    (world, namespace)
}

fn death(moment: Moment, world: &World) -> Fault {
    let kill = world.signal("KILL");
    let happens = Arc::new(move || {
        kill();
    });
    match moment {
        Moment::Before => Fault::Before(happens),
        Moment::After => Fault::After(happens),
    }
}

/// The next attempt of the same run: it does not wait for its own Lease, which it would ask for again and again.
async fn again(world: &World, proxy: &Proxy, point: Option<(usize, Moment)>) {
    proxy.reset();
    let second = attempt(world).await.unwrap();
    assert_eq!(second.code, 0, "after a death at {point:?}: {}", second.everything());
    let of_lease: Vec<_> = proxy.requests().into_iter().filter(|it| it.uri.contains("/leases")).collect();
    assert_eq!(of_lease[0].method, "GET", "after a death at {point:?}: {of_lease:?}");
    assert_ne!(of_lease[1].method, "GET", "after a death at {point:?}: {of_lease:?}");
}

async fn attempt(world: &World) -> Result<Job, Error> {
    let tip = world.host.tip(REPOSITORY, MAIN).await?;
    let event = world.host.push_event(REPOSITORY, MAIN, &"0".repeat(tip.len()), &tip).await?;
    world.run_with(&event, &[("GITHUB_RUN_ID", "7"), ("GITHUB_REF_PROTECTED", "true")]).await
}

/// Returns what the deploy left, without what differs from world to world: names, ids, versions and times.
async fn cluster(namespace: &str) -> Value {
    let kinds = "configmaps,secrets,serviceaccounts,services,deployments,leases";
    let output = shared().await.kubectl(&["get", kinds, "-n", namespace, "-o", "json", "--show-managed-fields"]);
    let mut text = String::from_utf8(output.stdout).unwrap().replace(namespace, "NAMESPACE");
    let list: Value = serde_json::from_str(&text).unwrap();
    let items = list["items"].as_array().unwrap();
    for item in items {
        let name = format!("uid of {}/{}", item["kind"].as_str().unwrap(), item["metadata"]["name"].as_str().unwrap());
        text = text.replace(item["metadata"]["uid"].as_str().unwrap(), &name);
        if let Some(id) = item["metadata"]["labels"]["landfall.dev/inventory"].as_str() {
            text = text.replace(id, "INVENTORY").replace(&id[..8], "INVENTORY");
        }
        if let Some(inventory) = item["data"]["inventory.json"].as_str() {
            let inventory: Value = serde_json::from_str(inventory).unwrap();
            text = text.replace(inventory["deployed"].as_str().expect("the deploy was recorded"), "COMMIT");
        }
    }
    let mut list: Value = serde_json::from_str(&text).unwrap();
    for item in list["items"].as_array_mut().unwrap() {
        steady(item);
    }
    list["items"].take()
}

/// Takes out of an object what no two runs share.
fn steady(item: &mut Value) {
    let metadata = item["metadata"].as_object_mut().unwrap();
    for key in ["creationTimestamp", "resourceVersion", "generation"] {
        metadata.remove(key);
    }
    let mut managers: Vec<Value> = metadata.get("managedFields").and_then(Value::as_array).cloned().unwrap_or_default();
    managers.retain(|manager| manager["manager"].as_str().is_some_and(|name| name.starts_with("landfall:")));
    for manager in &mut managers {
        manager["time"] = Value::Null;
    }
    metadata.insert("managedFields".to_owned(), managers.into());
    item["status"] = json!(null);
    for key in ["clusterIP", "clusterIPs", "acquireTime", "renewTime"] {
        item["spec"][key] = json!(null);
    }
}
