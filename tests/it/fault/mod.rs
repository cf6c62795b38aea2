//! Whatever goes wrong once at any call of a deploy, it ends well, or says what went wrong and the next run mends it.

mod kinds;
mod queue;
mod thirty;

use std::sync::Mutex;

use futures::future::join_all;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Proxy, Rule};
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World};
use serde_json::Value;

use crate::chance::{Chance, at_a_time, number, seed};
use crate::contents::{Apart, Contents};
use crate::{tables, world};
use kinds::Kind;
use queue::{Call, Pair, Queue};
use thirty::Side;

/// How many calls meet a fault when not every one does.
const SAMPLE: usize = 24;

/// How a run may end that met a fault: refused, held, not ready, unreachable. Never a bug.
const CLASSIFIED: [i32; 5] = [3, 4, 5, 6, 8];

/// What a deploy that ends well says where the Lease stays its own for some seconds: the next run of it need not wait.
const UNRELEASED: &str = "the lease could not be released; it expires by itself";

/// What deploys do and leave when nothing goes wrong.
struct Undisturbed {
    calls: Vec<Call>,
    left: [Value; 2],
}

/// A repository whose branch goes from one set to the other and back.
struct Place {
    world: World,
    namespace: String,
    /// The id of the inventory, which is in the names that calls have.
    inventory: String,
    proxy: Proxy,
    side: Side,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_at_any_call_of_a_deploy_is_outlived_or_told_and_the_next_run_mends_it() {
    let (seed, kinds) = (seed(), kinds::all());
    let undisturbed = undisturbed().await;
    let mut pairs = queue::pairs(&undisturbed.calls, &kinds);
    Chance::of(seed).shuffle(&mut pairs);
    if number("LANDFALL_TEST_EVERY_CALL").is_none() {
        pairs.truncate(SAMPLE);
    }
    println!("seed {seed}: {} faults at {} calls of two deploys", pairs.len(), undisturbed.calls.len());
    let queue = Mutex::new(Queue::of(pairs, kinds.len()));
    let failures = Mutex::new(Vec::new());
    join_all((0..at_a_time()).map(|_| async {
        let mut place = Place::new().await;
        while let Some(pairs) = take(&queue, place.side) {
            if let Err(why) = place.disturbed(&pairs, &undisturbed, &kinds, &queue).await {
                failures.lock().unwrap().push(why);
                place = Place::new().await;
            }
        }
    }))
    .await;
    let (queue, failures) = (queue.into_inner().unwrap(), failures.into_inner().unwrap());
    for (kind, count) in kinds.iter().zip(&queue.counts) {
        tables::row(&[
            ("fault", kind.name.to_owned()),
            ("calls that met it", (count.outlived + count.told).to_string()),
            ("outlived", count.outlived.to_string()),
            ("told", count.told.to_string()),
            ("mended by the next run", count.mended.to_string()),
            ("never met", count.never_met.to_string()),
            ("seed", seed.to_string()),
        ])
        .await;
    }
    assert!(failures.is_empty(), "{} (seed {seed}): {}", failures.len(), failures.join("\n"));
    let never: usize = queue.counts.iter().map(|count| count.never_met).sum();
    let met: usize = queue.counts.iter().map(|count| count.outlived + count.told).sum();
    assert!(never * 50 <= met, "{never} faults were never met, and {met} were (seed {seed})");
}

/// Returns some faults for the next deploy of a place that has one side; none when there are no more.
fn take(queue: &Mutex<Queue>, side: Side) -> Option<Vec<Pair>> {
    queue.lock().unwrap().take(side)
}

/// Deploys each set after the other, and notes the calls and what they leave.
async fn undisturbed() -> Undisturbed {
    let mut place = Place::new().await;
    let mut calls = Vec::new();
    for _ in [Side::A, Side::B] {
        let from = place.side;
        place.proxy.reset();
        let job = place.crossed().await;
        assert_eq!(job.code, 0, "{}", job.everything());
        calls.extend(queue::calls(from, &place.requests()));
    }
    let a = place.left().await;
    let job = place.crossed().await;
    assert_eq!(job.code, 0, "{}", job.everything());
    Undisturbed { calls, left: [a, place.left().await] }
}

impl Place {
    async fn new() -> Self {
        let files = thirty::files(Side::A);
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (mut world, namespace) = world(&files).await;
        let proxy = shared().await.proxy(&Identity::Deployer);
        world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
        world.set_token("");
        let mut place = Self { world, namespace, inventory: String::new(), proxy, side: Side::A };
        let job = place.run().await;
        assert_eq!(job.code, 0, "{}", job.everything());
        place.inventory = Contents::of(&place.namespace).await.id();
        place
    }

    /// Commits the other set and deploys it.
    async fn crossed(&mut self) -> Job {
        self.side = self.side.other();
        let files = thirty::files(self.side);
        self.world.host.push_files(REPOSITORY, MAIN, &thirty::changes(&files), "change").await.unwrap();
        self.run().await
    }

    /// Runs the branch's job, each time as a new attempt of one run: its own lease does not hold it up.
    async fn run(&self) -> Job {
        let event = self.world.push_event().await.unwrap();
        self.world.run_with(&event, &[("GITHUB_RUN_ID", "7"), ("GITHUB_REF_PROTECTED", "true")]).await.unwrap()
    }

    /// Returns the calls so far, by names that every place shares.
    fn requests(&self) -> Vec<(String, String)> {
        let requests = self.proxy.requests();
        requests.iter().map(|request| (request.method.clone(), self.shared_name(request.place()))).collect()
    }

    fn shared_name(&self, place: &str) -> String {
        place
            .replace(&self.namespace, "@@NAMESPACE@@")
            .replace(&self.inventory, "@@INVENTORY@@")
            .replace(&self.inventory[..8], "@@SHORT@@")
    }

    fn own_name(&self, place: &str) -> String {
        place
            .replace("@@NAMESPACE@@", &self.namespace)
            .replace("@@INVENTORY@@", &self.inventory)
            .replace("@@SHORT@@", &self.inventory[..8])
    }

    async fn left(&self) -> Value {
        let tip = self.world.host.tip(REPOSITORY, MAIN).await.unwrap();
        Contents::of(&self.namespace).await.steady(&[tip])
    }

    /// Deploys the other set with some faults, and once more where that ends badly.
    async fn disturbed(
        &mut self,
        pairs: &[Pair],
        undisturbed: &Undisturbed,
        kinds: &[Kind],
        queue: &Mutex<Queue>,
    ) -> Result<(), String> {
        self.proxy.reset();
        for pair in pairs {
            let call = &undisturbed.calls[pair.call];
            let rule = Rule::always(kinds[pair.kind].fault.clone()).method(&call.method);
            self.proxy.add(rule.to(&self.own_name(&call.place)).nth(call.nth));
        }
        let job = self.crossed().await;
        let met: Vec<Pair> =
            pairs.iter().zip(self.proxy.met()).filter(|(_, met)| *met).map(|(pair, _)| *pair).collect();
        self.proxy.reset();
        // Of several faults the run ended by one whose words the report has.
        let is_said = |pair: &&Pair| kinds[pair.kind].said.iter().any(|words| job.stdout.contains(words));
        let by = met.iter().filter(|_| job.code != 0).filter(is_said).max_by_key(|pair| pair.call).copied();
        queue.lock().unwrap().ended(pairs, &met, by);
        let told = |why: &str| {
            let faults = pairs.iter().map(|pair| {
                let call = &undisturbed.calls[pair.call];
                let is_met = if met.contains(pair) { "met" } else { "not met" };
                format!("  {} at {} {} #{}, {is_met}\n", kinds[pair.kind].name, call.method, call.place, call.nth)
            });
            format!("{why}\n{}{}", faults.collect::<String>(), job.everything())
        };
        if job.code != 0 && (by.is_none() || !CLASSIFIED.contains(&job.code)) {
            return Err(told(&format!("not told: exit {}", job.code)));
        }
        if job.code != 0 || job.stderr.contains(UNRELEASED) {
            let next = self.run().await;
            if next.code != 0 {
                return Err(told(&format!("not mended: {}", next.everything())));
            }
            if let Some(by) = by {
                queue.lock().unwrap().mended(by);
            }
        }
        let contents = Contents::of(&self.namespace).await;
        let tip = self.world.host.tip(REPOSITORY, MAIN).await.unwrap();
        if contents.apart() != Apart::default() {
            return Err(told(&format!("the inventory is not exact: {:?}", contents.apart())));
        }
        let (left, wanted) = (contents.steady(&[tip]), &undisturbed.left[self.side as usize]);
        if left != *wanted {
            return Err(told(&format!("the cluster differs: {}", Contents::difference(wanted, &left))));
        }
        Ok(())
    }
}
