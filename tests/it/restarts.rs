//! An API server that is killed in the middle of a deploy and comes back: one that is upgraded, or whose node dies.

use std::sync::Arc;
use std::time::Duration;

use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Fault, Proxy, Rule};
use landfall_world::{Job, World};
use tokio::sync::{Mutex, MutexGuard, OnceCell};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use crate::contents::{Apart, Contents};
use crate::{binary, config_map, rules};

/// The control plane whose API server is killed, by one story at a time.
static KILLED: OnceCell<Mutex<ControlPlane>> = OnceCell::const_new();

/// Each is tried once for the plan, and then written: more than are on their way at once, so that some are left.
const OBJECTS: usize = 40;
/// How many of them are written when the API server is killed.
const WRITTEN: usize = 4;
const AVAILABLE_SECONDS_MAX: u64 = 60;
/// How long a Lease lasts that nobody renews.
const LEASE_SECONDS: u64 = 30;
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n\
    spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
    spec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
    spec: {containers: [{name: web, image: \"example.com/web:1\"}]}\n";

async fn killed() -> MutexGuard<'static, ControlPlane> {
    KILLED.get_or_init(async || Mutex::new(ControlPlane::start().await)).await.lock().await
}

/// A repository with these and smaller objects, and a namespace for them.
async fn world(cluster: &ControlPlane, workloads: &[(&str, &str)]) -> (World, String) {
    let namespace = cluster.namespace("restart").await.name;
    let mut files = vec![("landfall.yaml".to_owned(), rules(&namespace))];
    files.extend(workloads.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    for number in workloads.len()..OBJECTS {
        files.push((format!("deploy/{number}.yaml"), config_map(&format!("settings-{number}"), "1")));
    }
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut world = World::with_files(binary(), &files).await.unwrap();
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &cluster.kubeconfig(&Identity::Deployer).display().to_string());
    world.set_token("");
    (world, namespace)
}

/// Lets the API server be killed when the deploy has written so many objects.
fn killed_in_the_middle(cluster: &ControlPlane, world: &mut World) -> Proxy {
    let proxy = cluster.proxy(&Identity::Deployer);
    let kill = Fault::After(Arc::new(cluster.kills_api_server()));
    proxy.add(Rule::always(kill).method("PATCH").nth(OBJECTS + WRITTEN));
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    proxy
}

async fn is_whole(cluster: &ControlPlane, namespace: &str, job: &Job) {
    assert_eq!(job.code, 0, "{}", job.everything());
    assert_eq!(Contents::within(cluster, namespace).await.apart(), Apart::default(), "{}", job.everything());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_outlives_an_api_server_that_restarts_while_it_writes() {
    let mut cluster = killed().await;
    let (mut world, namespace) = world(&cluster, &[]).await;
    let proxy = killed_in_the_middle(&cluster, &mut world);
    let (job, ()) = tokio::join!(world.deploy(), cluster.revive_api_server());
    assert_eq!(proxy.met(), [true]);
    is_whole(&cluster, &namespace, &job.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_outlives_an_api_server_that_restarts_while_it_waits() {
    let mut cluster = killed().await;
    let workloads = [("deploy/service.yaml", SERVICE), ("deploy/web.yaml", DEPLOYMENT)];
    let (world, namespace) = world(&cluster, &workloads).await;
    let restarted = async {
        until_available(&cluster, &namespace).await;
        cluster.kills_api_server()();
        cluster.revive_api_server().await;
        let status = r#"{"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}}"#;
        let patch = ["patch", "service/web", "-n", &namespace, "--subresource=status", "--type=merge", "-p", status];
        assert!(cluster.kubectl(&patch).status.success());
        cluster
    };
    let (job, cluster) = tokio::join!(world.deploy(), restarted);
    is_whole(&cluster, &namespace, &job.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_whose_lease_ends_while_the_api_server_is_away_writes_no_more_and_the_next_run_repairs() {
    let mut cluster = killed().await;
    let (mut world, namespace) = world(&cluster, &[]).await;
    let proxy = killed_in_the_middle(&cluster, &mut world);
    let revived = async {
        while proxy.met() != [true] {
            yield_now().await;
        }
        // Time alone ends a Lease.
        sleep(Duration::from_secs(LEASE_SECONDS)).await;
        cluster.revive_api_server().await;
    };
    let (job, ()) = tokio::join!(world.deploy(), revived);
    let job = job.unwrap();
    assert_eq!(job.code, 8, "{}", job.everything());
    assert!(job.stdout.contains("the hold on"), "{}", job.everything());
    let written = Contents::within(&cluster, &namespace).await.ours().count();
    assert!((1..OBJECTS).contains(&written), "{written} objects: {}", job.everything());
    let job = world.deploy().await.unwrap();
    is_whole(&cluster, &namespace, &job).await;
}

/// Waits until the pods of the Deployment run: then only the Service is waited for.
async fn until_available(cluster: &ControlPlane, namespace: &str) {
    let available = async {
        let deployments = ["apis/apps/v1/deployments"];
        while cluster.objects(namespace, &deployments).await.iter().all(|it| it["status"]["availableReplicas"] != 1) {}
    };
    timeout(Duration::from_secs(AVAILABLE_SECONDS_MAX), available).await.expect("the Deployment runs");
}
