//! A real application goes from one version to the next while it is asked all the time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use landfall_test_cluster::endpoints::Endpoints;
use landfall_world::Job;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::shop::Shop;
use super::yard;

/// Between two requests.
const PAUSE: Duration = Duration::from_millis(20);
/// Longer than any answer takes on a busy machine.
const ANSWER: Duration = Duration::from_secs(5);

/// Asks the ready pods behind the Service `web` in turn, until the rollout is over. Returns every answer, or why there was none.
async fn ask(namespace: &str, is_over: &AtomicBool) -> Vec<Result<String, String>> {
    let endpoints = Endpoints::of(&yard().await.cluster, namespace).await;
    let mut answers = Vec::new();
    while !is_over.load(Ordering::SeqCst) {
        let addresses = endpoints.of_service("web").await;
        let answer = match addresses.get(answers.len() % addresses.len().max(1)) {
            Some(address) => get(address).await,
            None => Err("no endpoint is ready".to_owned()),
        };
        answers.push(answer);
        tokio::time::sleep(PAUSE).await;
    }
    answers
}

/// Returns the body that a pod answers with.
async fn get(address: &str) -> Result<String, String> {
    let exchange = async {
        let mut stream = TcpStream::connect((address, 8080)).await?;
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<String, std::io::Error>(answer)
    };
    let answer = tokio::time::timeout(ANSWER, exchange).await.map_err(|late| late.to_string())?;
    let answer = answer.map_err(|error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| format!("half an answer: {answer:?}"))?;
    if head.starts_with("HTTP/1.0 200") { Ok(body.trim().to_owned()) } else { Err(head.to_owned()) }
}

/// The application in a version, replaced as `strategy` says, and its Service.
fn application(version: &str, strategy: &str) -> String {
    include_str!("rollouts/application.yaml").replace("@@VERSION@@", version).replace("@@STRATEGY@@", strategy)
}

/// Deploys version 1 and merges version 2 while the application is asked. Returns the answers and the job.
async fn roll_out(strategy: &str) -> (Vec<Result<String, String>>, Job) {
    let shop = Shop::open(&application("1", strategy), "timeout: 90s").await;
    let first = shop.world.deploy().await.unwrap();
    assert_eq!(first.code, 0, "{}", first.everything());
    let is_over = AtomicBool::new(false);
    let rollout = async {
        let job = shop.merge(&application("2", strategy)).await;
        is_over.store(true, Ordering::SeqCst);
        job
    };
    let (answers, job) = tokio::join!(ask(&shop.namespace, &is_over), rollout);
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(job.stdout.contains("`web` 2 is running"), "{}", job.stdout);
    assert_eq!(ask_once(&shop.namespace).await, ["2", "2"]);
    (answers, job)
}

/// Asks each ready pod once.
async fn ask_once(namespace: &str) -> Vec<String> {
    let endpoints = Endpoints::of(&yard().await.cluster, namespace).await;
    let mut answers = Vec::new();
    for address in endpoints.of_service("web").await {
        answers.push(get(&address).await.unwrap());
    }
    answers
}

#[tokio::test]
async fn a_rolling_update_of_a_graceful_application_loses_no_request() {
    let (answers, job) = roll_out("{rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}").await;
    let lost: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert!(lost.is_empty(), "{} of {}: {lost:?}", lost.len(), answers.len());
    for version in ["1", "2"] {
        assert!(answers.contains(&Ok(version.to_owned())), "version {version} never answered: {answers:?}");
    }
    assert!(job.stderr.contains("ready, and never seen with less than its 2 available pods"), "{}", job.stderr);
}

#[tokio::test]
async fn a_recreated_application_loses_requests_and_so_they_are_counted() {
    let (answers, job) = roll_out("{type: Recreate}").await;
    assert!(answers.iter().any(Result::is_err), "{answers:?}");
    // The first look may come when its pods are gone already; then nothing is said.
    assert!(!job.stderr.contains("never seen with less"), "{}", job.stderr);
}

#[tokio::test]
async fn a_rollback_brings_the_old_version_back_when_nothing_serves_any_more() {
    // All old pods end before a new one starts: with an image that is missing nothing serves.
    let recreated = "{type: Recreate}";
    let shop = Shop::open(&application("1", recreated), "timeout: 90s, on_failure: rollback").await;
    let first = shop.world.deploy().await.unwrap();
    assert_eq!(first.code, 0, "{}", first.everything());
    let failed = shop.merge(&application("missing", recreated)).await;
    assert_eq!(failed.code, 6, "{}", failed.everything());
    let title = failed.stdout.lines().next().unwrap();
    assert!(title.contains("rolled back to") && title.ends_with("which runs"), "{}", failed.everything());
    assert_eq!(ask_once(&shop.namespace).await, ["1", "1"], "{}", failed.everything());
}
