//! Random histories: edits in Git, deploys, deploys that are killed, and what others do in the cluster meanwhile. In the end
//! the cluster has what Git has, what others added is still there, and one more deploy writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use futures::StreamExt;
use landfall_fakehost::Change::{self, Delete, Write};
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Fault, Proxy, Rule};
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World};
use serde_json::{Value, json};

use crate::chance::{Chance, number};
use crate::pitfalls::{kubectl, map};
use crate::world;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const KEYS: [&str; 3] = ["k", "l", "m"];

/// How many histories are told, and of how many steps; `make soak` asks for more.
const HISTORIES: usize = 30;
const STEPS: usize = 8;
const AT_A_TIME: usize = 4;

/// A deploy of four objects makes about this many requests: a killed one dies at any of them.
const CALLS: usize = 40;

/// The objects that Git has: each key and its value.
type Git = BTreeMap<&'static str, BTreeMap<&'static str, usize>>;

/// One history: what Git has, and what somebody else has added in the cluster.
struct History {
    world: World,
    namespace: String,
    proxy: Proxy,
    chance: Chance,
    git: Git,
    added: BTreeMap<&'static str, usize>,
    /// Where a deploy may have deleted what was added, or may not.
    unsure: BTreeSet<&'static str>,
    told: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happened_before_the_cluster_comes_to_what_git_has() {
    let seed = number("LANDFALL_TEST_SEED").unwrap_or(std::process::id() as usize);
    let histories = number("LANDFALL_TEST_HISTORIES").unwrap_or(HISTORIES);
    println!("seed {seed}: {histories} histories of {STEPS} steps");
    let told = futures::stream::iter(0..histories).map(|number| tell(seed + number)).buffer_unordered(AT_A_TIME);
    told.collect::<Vec<()>>().await;
}

async fn tell(seed: usize) {
    let (mut world, namespace) = world(&[("deploy/first.yaml", &map("first", "x: '0'"))]).await;
    let proxy = shared().await.proxy(&Identity::Deployer);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    world.set_token("");
    let chance = Chance::of(seed);
    let (git, added, unsure) = (Git::new(), BTreeMap::new(), BTreeSet::new());
    let told = format!("seed {seed} in {namespace}:");
    let mut history = History { world, namespace, proxy, chance, git, added, unsure, told };
    for _ in 0..STEPS {
        history.step().await;
    }
    history.deploy().await;
    history.is_what_git_has().await;
    let written = history.writes().await;
    history.deploy().await;
    assert_eq!(history.writes().await, written, "a second deploy writes: {}", history.told);
}

impl History {
    async fn step(&mut self) {
        match self.chance.below(8) {
            0..=2 => self.edit().await,
            3 | 4 => self.deploy().await,
            5 => self.die().await,
            6 => self.add().await,
            _ => self.remove().await,
        }
    }

    /// Somebody merges a change: an object more or less, or other values.
    async fn edit(&mut self) {
        let name = NAMES[self.chance.below(NAMES.len())];
        if self.git.contains_key(name) && self.chance.below(3) == 0 {
            self.git.remove(name);
            self.unsure.insert(name);
        } else {
            let chance = &mut self.chance;
            let mut data = BTreeMap::new();
            for key in KEYS {
                if chance.below(3) > 0 {
                    data.insert(key, chance.below(5));
                }
            }
            self.git.insert(name, data);
        }
        let _ = write!(self.told, " edit {name};");
        let texts: Vec<(String, Option<String>)> =
            NAMES.iter().map(|name| (format!("deploy/{name}.yaml"), self.text(name))).collect();
        let files: Vec<(&str, Change<'_>)> =
            texts.iter().map(|(path, text)| (path.as_str(), text.as_deref().map_or(Delete, Write))).collect();
        self.world.host.push_files(REPOSITORY, MAIN, &files, "edit").await.unwrap();
    }

    fn text(&self, name: &str) -> Option<String> {
        let data: Vec<String> = self.git.get(name)?.iter().map(|(key, value)| format!("{key}: '{value}'")).collect();
        Some(map(name, &data.join(", ")))
    }

    async fn deploy(&mut self) {
        self.told.push_str(" deploy;");
        let job = self.run().await;
        assert_eq!(job.code, 0, "{}: {}", self.told, job.everything());
    }

    /// Runs the branch's job, each time as a new attempt of one run: its own lease does not hold it up.
    async fn run(&self) -> Job {
        let event = self.world.push_event().await.unwrap();
        self.world.run_with(&event, &[("GITHUB_RUN_ID", "7"), ("GITHUB_REF_PROTECTED", "true")]).await.unwrap()
    }

    /// A deploy is killed at one of its calls, if it has that many.
    async fn die(&mut self) {
        let call = 1 + self.chance.below(CALLS);
        let _ = write!(self.told, " killed at {call};");
        let kill = self.world.signal("KILL");
        let dies: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
            kill();
        });
        let fault = if self.chance.below(2) == 0 { Fault::Before(dies) } else { Fault::After(dies) };
        self.proxy.reset();
        self.proxy.add(Rule::always(fault).nth(call));
        let job = self.run().await;
        self.proxy.reset();
        assert!([0, -1].contains(&job.code), "{}: {}", self.told, job.everything());
    }

    /// Somebody else adds a key of their own to an object that is there.
    async fn add(&mut self) {
        let name = NAMES[self.chance.below(NAMES.len())];
        let value = self.chance.below(100);
        let _ = write!(self.told, " add to {name};");
        let patch = json!({"data": {"theirs": value.to_string()}}).to_string();
        if self.by_hand(&["patch", "configmap", name, "--type=merge", "-p", &patch]).await {
            self.added.insert(name, value);
            if !self.git.contains_key(name) {
                self.unsure.insert(name);
            }
        }
    }

    /// Somebody else deletes an object, or takes a key out of it.
    async fn remove(&mut self) {
        let name = NAMES[self.chance.below(NAMES.len())];
        if self.chance.below(2) == 0 {
            let _ = write!(self.told, " delete {name};");
            if self.by_hand(&["delete", "configmap", name]).await {
                self.added.remove(name);
            }
        } else {
            let key = KEYS[self.chance.below(KEYS.len())];
            let _ = write!(self.told, " take {key} out of {name};");
            let patch = json!([{"op": "remove", "path": format!("/data/{key}")}]).to_string();
            self.by_hand(&["patch", "configmap", name, "--type=json", "-p", &patch]).await;
        }
    }

    /// Returns whether it could be done: what is not there cannot be changed.
    async fn by_hand(&self, arguments: &[&str]) -> bool {
        let whole = [arguments, &["-n", &self.namespace]].concat();
        shared().await.kubectl(&whole).status.success()
    }

    async fn is_what_git_has(&self) {
        let list = kubectl(&["get", "configmaps", "-n", &self.namespace, "-o", "json"], "").await;
        let list: Value = serde_json::from_str(&list).unwrap();
        let items = list["items"].as_array().unwrap().iter();
        let live = items.filter_map(|item| {
            let name = NAMES.into_iter().find(|name| item["metadata"]["name"] == *name)?;
            let mut data: BTreeMap<String, Value> = serde_json::from_value(item["data"].clone()).unwrap_or_default();
            if self.unsure.contains(name) {
                data.remove("theirs");
            }
            Some((name, data))
        });
        let wanted = self.git.iter().map(|(name, data)| {
            let text = |value: &usize| Value::String(value.to_string());
            let mut data: BTreeMap<String, Value> =
                data.iter().map(|(key, value)| ((*key).to_owned(), text(value))).collect();
            let added = self.added.get(name).filter(|_| !self.unsure.contains(name));
            data.extend(added.map(|value| ("theirs".to_owned(), text(value))));
            (*name, data)
        });
        let (live, wanted): (BTreeMap<_, _>, BTreeMap<_, _>) = (live.collect(), wanted.collect());
        assert_eq!(live, wanted, "{}", self.told);
    }

    /// How often deploys wrote an object of Git's.
    async fn writes(&self) -> usize {
        let audit = shared().await.audit();
        let ours =
            audit.iter().filter(|it| it.namespace == self.namespace && it.user == "landfall-deployer" && !it.dry_run);
        ours.filter(|it| it.resource == "configmaps" && NAMES.contains(&it.name.as_str()) && it.verb != "get").count()
    }
}
