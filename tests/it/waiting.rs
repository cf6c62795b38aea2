//! How a deploy waits: by watches, which end, break and grow too old while nothing is wrong.

use std::collections::BTreeMap;

use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Answer, Fault, Proxy, Rule};
use landfall_test_cluster::shared;
use landfall_world::World;

use crate::{binary, rules};

/// A world whose deployer reaches the API server through a proxy, and that waits this long.
async fn world_behind_proxy(behaviour: &str, timeout: &str) -> (World, Proxy) {
    let cluster = shared().await;
    let namespace = cluster.namespace("waiting").await.name;
    let rules = rules(&namespace).replace("source: deploy,", &format!("source: deploy, wait: {{timeout: {timeout}}},"));
    let files = [("landfall.yaml", rules), ("deploy/web.yaml", deployment(behaviour))];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let mut world = World::with_files(binary(), &files).await.unwrap();
    let proxy = cluster.proxy(&Identity::Deployer);
    world.set("LANDFALL_PLAN_KUBECONFIG", &cluster.kubeconfig(&Identity::Planner).display().to_string());
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    world.set_token("");
    (world, proxy)
}

fn deployment(behaviour: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  \
         selector: {{matchLabels: {{app: web}}}}\n  template:\n    \
         metadata: {{labels: {{app: web}}, annotations: {{test.landfall.dev/behaviour: {behaviour}}}}}\n    \
         spec: {{containers: [{{name: web, image: \"example.com/web:1\"}}]}}\n"
    )
}

#[tokio::test]
async fn a_wait_outlives_watches_that_are_cut_or_too_old() {
    for fault in [Fault::Expire, Fault::CutBefore, Fault::Truncate(100)] {
        let (world, proxy) = world_behind_proxy("ready", "60s").await;
        proxy.add(Rule::always(fault.clone()).containing("watch=true").first(4));
        let job = world.deploy().await.unwrap();
        assert_eq!(job.code, 0, "{fault:?}: {}", job.everything());
    }
}

#[tokio::test]
async fn without_the_right_to_watch_a_wait_lists() {
    let (world, proxy) = world_behind_proxy("ready", "60s").await;
    let forbidden = Answer { status: 403, retry_after_seconds: None, body: "no".to_owned() };
    proxy.add(Rule::always(Fault::Answer(forbidden)).containing("watch=true"));
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
}

#[tokio::test]
async fn waiting_costs_requests_by_change_and_not_by_time() {
    let (world, proxy) = world_behind_proxy("never-ready", "12s").await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 6, "{}", job.everything());
    let mut lists: BTreeMap<String, usize> = BTreeMap::new();
    for request in proxy.requests() {
        let (path, query) = request.uri.split_once('?').unwrap_or((&request.uri, ""));
        if request.method == "GET" && query.contains("limit=") {
            *lists.entry(path.rsplit('/').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    // Listed for the plan, when the wait began, and once more before it was called too late.
    assert_eq!(lists.get("deployments"), Some(&3), "{lists:?}");
    assert_eq!(lists.get("pods"), Some(&2), "{lists:?}");
}

/// Deploys a Service that no cloud gives an address to.
async fn load_balancer(wait: &str) -> (i32, String) {
    let cluster = shared().await;
    let namespace = cluster.namespace("waiting").await.name;
    let rules = rules(&namespace).replace("source: deploy,", &format!("source: deploy, wait: {wait},"));
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n";
    let files = [("landfall.yaml", rules.as_str()), ("deploy/web.yaml", service)];
    let mut world = World::with_files(binary(), &files).await.unwrap();
    world.set("LANDFALL_PLAN_KUBECONFIG", &cluster.kubeconfig(&Identity::Planner).display().to_string());
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &cluster.kubeconfig(&Identity::Deployer).display().to_string());
    world.set_token("");
    let job = world.deploy().await.unwrap();
    (job.code, job.everything())
}

#[tokio::test]
async fn a_rule_says_when_a_kind_is_ready() {
    let (code, said) = load_balancer("{timeout: 3s}").await;
    assert_eq!(code, 6, "{said}");
    let (code, said) = load_balancer("{timeout: 60s, ready: [{kind: Service, when: spec.clusterIP != ''}]}").await;
    assert_eq!(code, 0, "{said}");
}
