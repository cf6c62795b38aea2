//! Verifications by a request: an address, and a server that speaks Prometheus' API.
//!
//! Prometheus itself cannot run here; its answers are those of its documentation ("HTTP API", "Instant queries").

use landfall_fakehost::Change::{Delete, Write};

use super::server::Server;
use super::{inventory, push, shop, title};
use crate::config_map;
use crate::order::get;

const A: &str = "deploy/a.yaml";
const B: &str = "deploy/b.yaml";

#[tokio::test]
async fn a_deploy_succeeds_when_its_address_answered_well_for_long_enough() {
    let server = Server::answering(&[("503 Service Unavailable", "starting"), ("200 OK", "ready")]).await;
    let keys = format!("verify: [{{http: {{url: \"{}/healthz\", contains: ready}}, for: 3s}}]", server.address());
    let (world, _) = shop(&keys, &[(A, &config_map("a", "1"))]).await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(job.stderr.contains("it answered 503"), "{}", job.stderr);
    assert!(job.stderr.contains("verified: `http://127.0.0.1"), "{}", job.stderr);
    let requests = server.requests();
    assert!(requests.len() >= 4, "asked once more for each two seconds: {requests:?}");
    assert!(requests.iter().all(|request| request.starts_with("GET /healthz HTTP/1.1\r\n")), "{requests:?}");
}

#[tokio::test]
async fn a_bad_answer_fails_the_deploy_before_anything_is_deleted_and_is_shown_without_the_token() {
    let server = Server::answering(&[("200 OK", "ok")]).await;
    let keys = format!(
        "verify: [{{http: {{url: \"{}/healthz\", token: SHOP_TOKEN}}, for: 1s, timeout: 3s}}]",
        server.address()
    );
    let (mut world, namespace) = shop(&keys, &[(A, &config_map("a", "1")), (B, &config_map("b", "1"))]).await;
    world.set("SHOP_TOKEN", "opensesame-opensesame");
    assert_eq!(world.deploy().await.unwrap().code, 0);
    assert!(server.requests()[0].to_lowercase().contains("authorization: bearer opensesame-opensesame"));

    server.now(&[("503 Service Unavailable", "database is down\nyou sent opensesame-opensesame\n")]);
    push(&world, &[(B, Delete), (A, Write(&config_map("a", "2")))]).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    assert!(title(&failed).contains("`production` was not verified on `test`"), "{}", failed.stdout);
    for said in ["it answered 503, not 200 to 299", "    database is down", "    you sent ***"] {
        assert!(failed.stdout.contains(said), "{said}: {}", failed.stdout);
    }
    assert!(!failed.everything().contains("opensesame"), "{}", failed.everything());
    assert_eq!(get(&namespace, "configmap/b", "{.data.key}").await, "1", "nothing was deleted");
    assert_eq!(get(&namespace, "configmap/a", "{.data.key}").await, "2", "what was written stays");
    let record = inventory(&namespace).await;
    assert_ne!(record["deployed"], record["attempted"]);
}

#[tokio::test]
async fn a_verification_that_fails_is_rolled_back() {
    let server = Server::answering(&[("200 OK", "ok")]).await;
    let keys = format!(
        "wait: {{on_failure: rollback}}, verify: [{{http: \"{}/healthz\", for: 1s, timeout: 3s}}]",
        server.address()
    );
    let (world, namespace) = shop(&keys, &[(A, &config_map("a", "1"))]).await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    server.now(&[("302 Found", "")]);
    push(&world, &[(A, Write(&config_map("a", "2"))), (B, Write(&config_map("b", "1")))]).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    assert!(title(&failed).contains("it answered 302, not 200 to 299; rolled back to"), "{}", failed.stdout);
    assert_eq!(get(&namespace, "configmap/a", "{.data.key}").await, "1");
    assert_eq!(get(&namespace, "configmap/b", "{.data.key}").await, "");
}

#[tokio::test]
async fn an_address_that_does_not_answer_is_not_verified() {
    // Nothing listens there: the port is reserved.
    let keys = "verify: [{http: \"http://127.0.0.1:1/healthz\", for: 1s, timeout: 3s}]";
    let (world, _) = shop(keys, &[(A, &config_map("a", "1"))]).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    assert!(title(&failed).contains("it does not answer"), "{}", failed.stdout);
}

#[tokio::test]
async fn a_token_that_is_missing_stops_the_deploy_before_it_writes() {
    let keys = "verify: [{http: {url: \"https://shop.example\", token: SHOP_TOKEN}}]";
    let (world, namespace) = shop(keys, &[(A, &config_map("a", "1"))]).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 2, "{}", failed.everything());
    assert!(failed.stdout.contains("the variable SHOP_TOKEN"), "{}", failed.stdout);
    assert_eq!(get(&namespace, "configmap/a", "{.data.key}").await, "");
}

/// An answer to an instant query.
fn vector(values: &str) -> String {
    format!("{{\"status\":\"success\",\"data\":{{\"resultType\":\"vector\",\"result\":[{values}]}}}}")
}

#[tokio::test]
async fn a_query_verifies_by_every_value_of_its_answer() {
    let good = vector("{\"metric\":{},\"value\":[1435781451.781,\"0.999\"]}");
    let low = vector("{\"metric\":{},\"value\":[1435781451.781,\"0.5\"]}");
    let server = Server::answering(&[("200 OK", &vector("")), ("200 OK", &good)]).await;
    let query = "promql: {query: 'sum(rate(http_requests_total{code!~\"5..\"}[5m]))', condition: '> 0.99'";
    let keys = format!("verify: [{{{query}, server: \"{}/\"}}, for: 2s, timeout: 6s}}]", server.address());
    let (world, _) = shop(&keys, &[(A, &config_map("a", "1"))]).await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(job.stderr.contains("the query gives no value"), "{}", job.stderr);
    let asked = "GET /api/v1/query?query=sum%28rate%28http_requests_total%7Bcode%21%7E%225..%22%7D%5B5m%5D%29%29 ";
    assert!(server.requests()[0].starts_with(asked), "{:?}", server.requests());

    server.now(&[("200 OK", &low)]);
    push(&world, &[(A, Write(&config_map("a", "2")))]).await;
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 6, "{}", failed.everything());
    assert!(title(&failed).contains("the value is 0.5, not > 0.99"), "{}", failed.stdout);

    server.now(&[("400 Bad Request", "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}")]);
    let before = server.requests().len();
    let failed = world.deploy().await.unwrap();
    assert!(title(&failed).contains("it does not understand the query: parse error"), "{}", failed.stdout);
    assert_eq!(server.requests().len(), before + 1, "a wrong query is not asked again");
}
