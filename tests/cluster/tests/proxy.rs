//! The fault proxy breaks what its rules say, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, DeleteParams, ListParams, PostParams, WatchParams};
use kube::core::WatchEvent;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Answer, Fault, Proxy, Rule};
use landfall_test_cluster::shared;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_request_passes_as_the_identity_and_takes_its_time() {
    let cluster = shared().await;
    let namespace = cluster.namespace("pass").await;
    let proxy = cluster.proxy(&Identity::Deployer);
    let maps = maps(&proxy, &namespace.name).await;
    proxy.delay(Duration::from_millis(50));

    let started = Instant::now();
    maps.create(&PostParams::default(), &named("one")).await.unwrap();

    assert!(started.elapsed() >= Duration::from_millis(50));
    assert_eq!(proxy.requests().len(), 1);
    assert_eq!(proxy.requests()[0].method, "POST");
    let audit = cluster.audit();
    let mut created = audit.iter().filter(|it| it.namespace == namespace.name && it.code == 201);
    assert!(created.any(|it| it.user == "landfall-deployer" && it.resource == "configmaps"));
}

#[tokio::test]
async fn an_answer_comes_with_its_status_and_nothing_is_written() {
    let cluster = shared().await;
    let namespace = cluster.namespace("answer").await;
    let proxy = cluster.proxy(&Identity::Deployer);
    let busy = Answer { status: 500, retry_after_seconds: Some(1), body: "go away".into() };
    proxy.add(Rule::always(Fault::Answer(busy)).method("POST").containing("/configmaps").first(1));
    let response = raw(&proxy, &namespace.name).await;

    assert!(response.starts_with("HTTP/1.1 500"), "{response}");
    assert!(response.contains("retry-after: 1"), "{response}");
    assert!(response.ends_with("go away"), "{response}");
    assert_eq!(names(&maps(&proxy, &namespace.name).await).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_cut_before_writes_nothing_and_a_cut_after_writes() {
    let cluster = shared().await;
    let namespace = cluster.namespace("cut").await;
    let proxy = cluster.proxy(&Identity::Deployer);
    let maps = maps(&proxy, &namespace.name).await;
    proxy.add(Rule::always(Fault::CutBefore).method("POST").nth(1));
    proxy.add(Rule::always(Fault::CutAfter).method("POST").nth(2));

    maps.create(&PostParams::default(), &named("before")).await.unwrap_err();
    maps.create(&PostParams::default(), &named("after")).await.unwrap_err();
    maps.create(&PostParams::default(), &named("later")).await.unwrap();

    assert_eq!(names(&maps).await, ["after", "later"]);
}

#[tokio::test]
async fn a_rule_of_one_place_breaks_that_call_alone_and_tells_whether_it_was_met() {
    let cluster = shared().await;
    let namespace = cluster.namespace("place").await;
    let proxy = cluster.proxy(&Identity::Deployer);
    let maps = maps(&proxy, &namespace.name).await;
    let place = format!("/api/v1/namespaces/{}/configmaps/one?", namespace.name);
    let rule = |place: &str| Rule::always(Fault::CutBefore).method("DELETE").to(place);
    proxy.add(rule(place.trim_end_matches('?')).nth(1));
    proxy.add(rule(&place).nth(2));
    maps.create(&PostParams::default(), &named("one")).await.unwrap();

    maps.delete("one", &DeleteParams::default()).await.unwrap();

    assert_eq!(proxy.requests().last().unwrap().place(), place);
    assert_eq!(proxy.met(), [false, false]);
    maps.delete("one", &DeleteParams::default()).await.unwrap_err();
    assert_eq!(proxy.met(), [false, true]);
}

#[tokio::test]
async fn a_slow_call_is_answered_later() {
    let cluster = shared().await;
    let namespace = cluster.namespace("slow").await;
    let proxy = cluster.proxy(&Identity::Deployer);
    let maps = maps(&proxy, &namespace.name).await;
    let by = Duration::from_millis(200);
    proxy.add(Rule::always(Fault::Slow(by)).method("POST"));
    let started = Instant::now();
    maps.create(&PostParams::default(), &named("one")).await.unwrap();
    assert!(started.elapsed() >= by);
}

#[tokio::test]
async fn a_callback_happens_once_at_its_request() {
    let cluster = shared().await;
    let namespace = cluster.namespace("callback").await;
    let proxy = cluster.proxy(&Identity::Deployer);
    let maps = maps(&proxy, &namespace.name).await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let happens = Fault::After(Arc::new(move || {
        counted.fetch_add(1, Ordering::SeqCst);
    }));
    proxy.add(Rule::always(happens).method("POST").nth(1));

    maps.create(&PostParams::default(), &named("one")).await.unwrap_err();
    maps.create(&PostParams::default(), &named("two")).await.unwrap();

    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(names(&maps).await, ["one", "two"]);
}

#[tokio::test]
async fn a_list_can_be_truncated_and_a_watch_expired() {
    let cluster = shared().await;
    let namespace = cluster.namespace("watch").await;
    let proxy = cluster.proxy(&Identity::Deployer);
    let maps = maps(&proxy, &namespace.name).await;
    proxy.add(Rule::always(Fault::Expire).containing("watch=true"));
    proxy.add(Rule::always(Fault::Truncate(20)).method("GET").nth(1));

    maps.list(&ListParams::default()).await.unwrap_err();
    let watch = maps.watch(&WatchParams::default(), "1").await.unwrap();
    let mut events = std::pin::pin!(watch);
    let event = events.try_next().await.unwrap().unwrap();
    assert!(matches!(event, WatchEvent::Error(status) if status.code == 410));
}

async fn maps(proxy: &Proxy, namespace: &str) -> Api<ConfigMap> {
    Api::namespaced(proxy.client().await, namespace)
}

async fn names(maps: &Api<ConfigMap>) -> Vec<String> {
    let list = maps.list(&ListParams::default()).await.expect("the deployer may list");
    let names = list.items.into_iter().filter_map(|map| map.metadata.name);
    // The controller manager adds its own to every namespace, sooner or later.
    names.filter(|name| name != "kube-root-ca.crt").collect()
}

/// Sends a creation without a client that repeats it or reads the answer.
async fn raw(proxy: &Proxy, namespace: &str) -> String {
    let address = proxy.url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.expect("the proxy answers");
    let request = format!(
        "POST /api/v1/namespaces/{namespace}/configmaps HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("the proxy answers");
    let mut response = String::new();
    stream.read_to_string(&mut response).await.expect("the proxy answers");
    response
}

fn named(name: &str) -> ConfigMap {
    let mut map = ConfigMap::default();
    map.metadata.name = Some(name.into());
    map
}
