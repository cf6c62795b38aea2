//! A rollback that is killed, or refused on its way, is finished by the next run of the same commit.

use std::sync::Arc;

use futures::StreamExt;
use landfall_fakehost::Change::Write;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Answer, Fault, Proxy, Rule, SeenRequest};
use landfall_test_cluster::shared;
use landfall_world::{Job, World};
use serde_json::Value;

use super::{inventory, push, shop, title};
use crate::chance::number;
use crate::config_map;
use crate::order::{deployment, get};

/// Every how manyeth moment is a point of death, from one that `LANDFALL_TEST_SEED` chooses. With
/// `LANDFALL_TEST_EVERY_CALL=1` it is every one.
const EVERY: usize = 3;
/// Worlds that are told at the same time.
const AT_A_TIME: usize = 3;

/// A deploy that is about to fail, seen through a proxy.
struct Story {
    world: World,
    namespace: String,
    proxy: Proxy,
    bad: String,
}

async fn story() -> Story {
    let keys = "wait: {timeout: 60s, on_failure: rollback}";
    let files = [("deploy/web.yaml", &deployment("web:1", "ready")), ("deploy/a.yaml", &config_map("a", "1"))];
    let (mut world, namespace) = shop(keys, &files.map(|(path, text)| (path, text.as_str()))).await;
    let first = world.deploy().await.unwrap();
    assert_eq!(first.code, 0, "{}", first.everything());
    let proxy = shared().await.proxy(&Identity::Deployer);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    let (web, a, new) = (deployment("web:2", "image-not-found"), config_map("a", "2"), config_map("new", "1"));
    let files =
        [("deploy/web.yaml", Write(web.as_str())), ("deploy/a.yaml", Write(&a)), ("deploy/new.yaml", Write(&new))];
    let bad = push(&world, &files).await;
    Story { world, namespace, proxy, bad }
}

impl Story {
    /// An attempt of one run, which takes its own Lease at once.
    async fn attempt(&self) -> Job {
        let event = self.world.push_event().await.unwrap();
        let variables = [("GITHUB_RUN_ID", "7"), ("GITHUB_REF_PROTECTED", "true")];
        self.world.run_with(&event, &variables).await.unwrap()
    }

    /// What runs, without what differs from world to world.
    async fn outcome(&self) -> (String, String, String, Value) {
        let image = "{.spec.template.spec.containers[0].image}";
        let web = get(&self.namespace, "deployment/web", image).await;
        let (a, new) = (
            get(&self.namespace, "configmap/a", "{.data.key}").await,
            get(&self.namespace, "configmap/new", "{.metadata.name}").await,
        );
        let record = inventory(&self.namespace).await;
        assert_eq!(record["attempted"], self.bad.as_str(), "{record}");
        assert_ne!(record["deployed"], self.bad.as_str(), "{record}");
        (web, a, new, record["hold"]["stage"].clone())
    }
}

/// Whether a request changes the cluster; the Lease does not count, for it is renewed by the clock.
fn is_write(request: &SeenRequest) -> bool {
    request.method != "GET" && !request.uri.contains("dryRun=All") && !request.uri.contains("/leases")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_that_is_killed_at_any_write_is_finished_by_the_next_attempt() {
    let undisturbed = story().await;
    let first = undisturbed.attempt().await;
    assert!(title(&first).contains("rolled back to"), "{}", first.everything());
    let expected = undisturbed.outcome().await;
    assert_eq!(expected, ("example.com/web:1".to_owned(), "1".to_owned(), String::new(), "done".into()));
    let requests = undisturbed.proxy.requests();
    let writes: Vec<&SeenRequest> = requests.iter().filter(|it| is_write(it)).collect();
    // The record of the hold is the third of the inventory: before it are the superset and the new UIDs.
    let records = |(_, request): &(usize, &&SeenRequest)| request.uri.contains("landfall-shop-production");
    let hold = writes.iter().enumerate().filter(records).nth(2).expect("the hold is recorded").0;
    assert!(writes.len() - hold >= 4, "{writes:?}");

    let every = number("LANDFALL_TEST_EVERY_CALL").map_or(EVERY, |_| 1);
    let seed = number("LANDFALL_TEST_SEED").unwrap_or(std::process::id() as usize);
    println!("seed {seed}: every {every} of {} writes, before and after", writes.len() - hold);
    let points = (hold..writes.len()).flat_map(|write| [(write, true), (write, false)]).skip(seed % every);
    let points = points.step_by(every);
    let told = points.map(|(write, before)| {
        let request = writes[write].clone();
        // The n-th request of its kind: two runs of the same deploy send the same writes.
        let nth = writes[..=write].iter().filter(|it| is_same(it, &request)).count();
        async move { ((write, before), killed(&request, nth, before).await) }
    });
    let mut told = futures::stream::iter(told).buffer_unordered(AT_A_TIME);
    while let Some((point, outcome)) = told.next().await {
        assert_eq!(outcome, expected, "killed at {point:?} (seed {seed})");
    }
}

/// The part of a request's address after its namespace, or what is left when there is none.
fn tail(uri: &str) -> &str {
    let path = uri.split('?').next().unwrap_or(uri);
    path.splitn(7, '/').last().unwrap_or(path)
}

fn is_same(one: &SeenRequest, other: &SeenRequest) -> bool {
    one.method == other.method && tail(&one.uri) == tail(&other.uri)
}

/// Kills a run at one of its writes, and returns what its next attempt leaves.
async fn killed(request: &SeenRequest, nth: usize, before: bool) -> (String, String, String, Value) {
    let story = story().await;
    let kill = story.world.signal("KILL");
    let happens = Arc::new(move || {
        kill();
    });
    let fault = if before { Fault::Before(happens) } else { Fault::After(happens) };
    let dry = request.method == "PATCH";
    let rule = Rule::always(fault).method(&request.method).containing(tail(&request.uri));
    // An apply is tried before it is done: the tries come first, and of those there is one for each plan.
    story.proxy.add(rule.nth(if dry { 2 * nth } else { nth }));
    let first = story.attempt().await;
    assert_eq!(first.code, -1, "{request:?}: {}", first.everything());
    story.proxy.reset();
    let second = story.attempt().await;
    assert!([4, 6].contains(&second.code), "after {request:?}: {}", second.everything());
    story.outcome().await
}

#[tokio::test]
async fn a_rollback_that_is_refused_on_its_way_says_so_and_is_gone_on_with() {
    let story = story().await;
    let no = Answer { status: 403, retry_after_seconds: None, body: "no".to_owned() };
    // Planned, written, planned back; the fourth would write it back.
    story.proxy.add(Rule::always(Fault::Answer(no)).method("PATCH").containing("configmaps/a").nth(4));
    let failed = story.attempt().await;
    assert_eq!(failed.code, 6, "{}", failed.everything());
    assert!(title(&failed).contains("failed too: the cluster refused 1 object"), "{}", failed.everything());
    assert_eq!(story.outcome().await.3, "begun");

    story.proxy.reset();
    let again = story.attempt().await;
    assert_eq!(again.code, 6, "{}", again.everything());
    assert!(title(&again).contains("did not become ready") && title(&again).contains("which runs"), "{}", again.stdout);
    assert_eq!(story.outcome().await.3, "done");
}
