//! Random histories: edits in Git, deploys, deploys that are killed, and what others do in the cluster meanwhile. After each
//! deploy the cluster has what Git has, and what others added is still there, or the deploy was held because somebody else
//! owns a value that Git wants otherwise. In the end one more deploy writes nothing.

mod git;
mod others;

use std::fmt::Write as _;
use std::sync::Arc;

use futures::StreamExt;
use landfall_fakehost::Change::{self, Delete, Write};
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Fault, Proxy, Rule};
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World};
use serde_json::Value;

use crate::chance::{Chance, at_a_time, number, seed};
use crate::contents::{Apart, Contents};
use crate::pitfalls::map;
use crate::{tables, world};
use git::Git;

/// How many histories are told, and of how many steps; `make soak` asks for more.
const HISTORIES: usize = 30;
const STEPS: usize = 10;

/// A deploy makes about this many requests: a killed one dies at any of them.
const CALLS: usize = 60;

/// The kinds of a history's objects.
const COLLECTIONS: [&str; 4] =
    ["api/v1/configmaps", "api/v1/services", "apis/apps/v1/deployments", "apis/batch/v1/jobs"];
/// An object that is always there: a set is never empty.
const FIRST: &str = "first";

/// One history: what Git has, and where it goes.
struct History {
    world: World,
    namespace: String,
    proxy: Proxy,
    chance: Chance,
    git: Git,
    told: String,
    count: Count,
}

/// How deploys ended.
#[derive(Default)]
struct Count {
    deployed: usize,
    held: usize,
    killed: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happened_before_the_cluster_comes_to_what_git_has() {
    let seed = seed();
    let histories = number("LANDFALL_TEST_HISTORIES").unwrap_or(HISTORIES);
    println!("seed {seed}: {histories} histories of {STEPS} steps");
    let told = futures::stream::iter(0..histories).map(|number| tables::told(tell(seed + number)));
    let counts: Vec<Count> = told.buffer_unordered(at_a_time()).filter_map(async |count| count).collect().await;
    let sum = |of: fn(&Count) -> usize| counts.iter().map(of).sum::<usize>().to_string();
    tables::row(&[
        ("histories", histories.to_string()),
        ("deployed", sum(|count| count.deployed)),
        ("held", sum(|count| count.held)),
        ("killed", sum(|count| count.killed)),
        ("came to what Git has", counts.len().to_string()),
        ("seed", seed.to_string()),
    ])
    .await;
    assert_eq!(counts.len(), histories, "seed {seed}: see above");
}

async fn tell(seed: usize) -> Count {
    let (mut world, namespace) = world(&[("deploy/first.yaml", &map(FIRST, "x: '0'"))]).await;
    let proxy = shared().await.proxy(&Identity::Deployer);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    world.set_token("");
    let told = format!("seed {seed} in {namespace}:");
    let (chance, git, count) = (Chance::of(seed), Git::default(), Count::default());
    let mut history = History { world, namespace, proxy, chance, git, told, count };
    for name in git::NAMES {
        history.git.edit_map(name, &mut history.chance);
    }
    history.commit("begin").await;
    for _ in 0..STEPS {
        history.step().await;
    }
    history.ends().await;
    history.count
}

impl History {
    async fn step(&mut self) {
        match self.chance.below(13) {
            0..=3 => {
                let edit = self.git.edit(&mut self.chance);
                self.commit(&edit).await;
            }
            4..=6 => self.deploy().await,
            7 => self.die().await,
            8 => {
                let added = others::add(&self.namespace, &mut self.chance).await;
                self.tells(&added);
            }
            9 => {
                let removed = others::remove(&self.namespace, &mut self.chance).await;
                self.tells(&removed);
            }
            10 | 11 => {
                let owned = others::own(&self.namespace, &self.live().await, &mut self.chance).await;
                self.tells(&owned);
            }
            _ => self.settle().await,
        }
    }

    /// Nobody holds a deploy any more: it brings what Git has, the inventory is exact, and the next one writes nothing.
    async fn ends(&mut self) {
        if self.git.is_contested(&self.live().await) {
            self.deploy().await;
            self.settle().await;
        }
        self.deploy().await;
        let apart = Contents::of(&self.namespace).await.apart();
        assert_eq!(apart, Apart::default(), "{}", self.told);
        self.proxy.reset();
        self.deploy().await;
        assert_eq!(self.writes(), Vec::<String>::new(), "a second deploy writes: {}", self.told);
    }

    /// Whoever owns what Git wants lets go of it, or the rules give it to Git, or no longer.
    async fn settle(&mut self) {
        if self.chance.below(2) == 0 {
            let released = others::release(&self.namespace, &self.live().await).await;
            self.tells(&released);
            // What was patched by hand has an owner that cannot let go.
            if !self.git.is_contested(&self.live().await) {
                return;
            }
        }
        self.git.ours = !self.git.ours || self.git.is_contested(&self.live().await);
        let said = format!("ours: {}", self.git.ours);
        self.commit(&said).await;
    }

    fn tells(&mut self, what: &str) {
        let _ = write!(self.told, " {what};");
    }

    /// Somebody merges a change.
    async fn commit(&mut self, what: &str) {
        self.tells(what);
        let texts = self.git.files(&self.namespace);
        let files: Vec<(&str, Change<'_>)> =
            texts.iter().map(|(path, text)| (path.as_str(), text.as_deref().map_or(Delete, Write))).collect();
        self.world.host.push_files(REPOSITORY, MAIN, &files, what).await.unwrap();
    }

    async fn deploy(&mut self) {
        self.tells("deploy");
        let before = self.live().await;
        let job = self.run(&before).await;
        let after = self.live().await;
        if self.git.is_contested(&before) {
            assert_eq!(job.code, 4, "{}: {}", self.told, job.everything());
            self.count.held += 1;
            assert_eq!(versions(&after), versions(&before), "a held deploy writes: {}", self.told);
            return;
        }
        assert_eq!(job.code, 0, "{}: {}", self.told, job.everything());
        self.count.deployed += 1;
        assert_eq!(self.git.differences(&after), "", "{}", self.told);
    }

    /// Runs the branch's job, each time as a new attempt of one run: its own lease does not hold it up. However it ends,
    /// what others added to an object that stays is still there.
    async fn run(&self, before: &[Value]) -> Job {
        let event = self.world.push_event().await.unwrap();
        let variables = [("GITHUB_RUN_ID", "7"), ("GITHUB_REF_PROTECTED", "true")];
        let job = self.world.run_with(&event, &variables).await.unwrap();
        let after = self.live().await;
        for object in before.iter().filter(|object| self.git.has(object)) {
            let (kind, name) = (object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap());
            let now = git::find(&after, kind, name).map(others::theirs);
            assert_eq!(now.unwrap_or_default(), others::theirs(object), "{kind}/{name}: {}", self.told);
        }
        job
    }

    /// A deploy is killed at one of its calls, if it has that many.
    async fn die(&mut self) {
        let call = 1 + self.chance.below(CALLS);
        self.tells(&format!("killed at {call}"));
        let kill = self.world.signal("KILL");
        let dies: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
            kill();
        });
        let fault = if self.chance.below(2) == 0 { Fault::Before(dies) } else { Fault::After(dies) };
        let before = self.live().await;
        self.proxy.reset();
        self.proxy.add(Rule::always(fault).nth(call));
        let job = self.run(&before).await;
        self.proxy.reset();
        let whole = if self.git.is_contested(&before) { 4 } else { 0 };
        assert!([whole, -1].contains(&job.code), "{}: {}", self.told, job.everything());
        self.count.killed += usize::from(job.code == -1);
    }

    /// Returns what the cluster has that Git has or had.
    async fn live(&self) -> Vec<Value> {
        let mut live = shared().await.objects(&self.namespace, &COLLECTIONS).await;
        live.retain(|object| {
            let name = object["metadata"]["name"].as_str().unwrap();
            object["metadata"]["labels"]["landfall.dev/inventory"].is_string() && name != FIRST
        });
        live
    }

    /// Returns the writes of an object of Git's since the proxy was reset.
    fn writes(&self) -> Vec<String> {
        let requests = self.proxy.requests().into_iter();
        let writes = requests.filter(|it| it.method != "GET" && !it.uri.contains("dryRun=All"));
        let of_git = writes.filter(|it| !it.uri.contains("/leases") && !it.uri.contains("/landfall-shop-production"));
        of_git.map(|it| format!("{} {}", it.method, it.uri)).collect()
    }
}

/// Returns the version of each object; not of those whose status a controller writes.
fn versions(live: &[Value]) -> Vec<String> {
    let of_git = live.iter().filter(|object| object["kind"] == "ConfigMap" || object["kind"] == "Service");
    of_git.map(|object| object["metadata"]["resourceVersion"].to_string()).collect()
}
