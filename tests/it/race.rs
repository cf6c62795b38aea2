//! Runs of several commits at the same time, in any order: the newest commit stands.

use futures::StreamExt;
use futures::future::join_all;
use landfall_fakehost::Change::{Delete, Write};
use landfall_world::{MAIN, REPOSITORY, World};
use serde_json::Value;

use crate::chance::{Chance, number, seed};
use crate::pitfalls::{entries, kubectl, map};
use crate::{tables, world};

const COMMITS: usize = 5;
const RUNS: usize = 8;

/// Most of a race is waiting for each other.
const RACES_AT_A_TIME: usize = 2;

/// How many rounds are run; `make soak` asks for more.
const ROUNDS: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn of_runs_that_race_the_newest_commit_stands_and_the_inventory_is_exact() {
    let seed = seed();
    let rounds = number("LANDFALL_TEST_ROUNDS").unwrap_or(ROUNDS);
    println!("seed {seed}: {rounds} rounds of {RUNS} runs of {COMMITS} commits");
    let races = futures::stream::iter(0..rounds).map(|round| tables::told(race(seed, round)));
    let newest = races.buffer_unordered(RACES_AT_A_TIME).filter_map(async |told| told).count().await;
    tables::row(&[
        ("races", rounds.to_string()),
        ("commits of each", COMMITS.to_string()),
        ("runs of each", RUNS.to_string()),
        ("the newest commit stood", newest.to_string()),
        ("seed", seed.to_string()),
    ])
    .await;
    assert_eq!(newest, rounds, "seed {seed}: see above");
}

/// Runs several commits at once, in an order that chance chooses.
async fn race(seed: usize, round: usize) {
    let mut chance = Chance::of(seed + round);
    let (world, namespace) = world(&[("deploy/a.yaml", &map("a", "round: '0'"))]).await;
    let pushes = pushes(&world, &mut chance).await;
    let mut order: Vec<usize> = (0..RUNS).map(|run| if run < COMMITS { run } else { chance.below(COMMITS) }).collect();
    chance.shuffle(&mut order);
    let jobs = order.iter().enumerate().map(|(run, commit)| {
        let id = format!("{run}{commit}");
        let event = &pushes[*commit];
        let world = &world;
        async move { world.run_with(event, &[("GITHUB_RUN_ID", &id), ("GITHUB_REF_PROTECTED", "true")]).await.unwrap() }
    });
    for job in join_all(jobs).await {
        assert!([0, 4].contains(&job.code), "round {round} of seed {seed}, {order:?}: {}", job.everything());
    }
    let expected = ["a".to_owned(), format!("only-{}", COMMITS - 1)];
    let template = "jsonpath={range .items[*]}{.metadata.name}={.data.round} {end}";
    let live =
        kubectl(&["get", "configmaps", "-n", &namespace, "-l", "landfall.dev/inventory", "-o", template], "").await;
    let newest = expected.each_ref().map(|name| format!("{name}={}", COMMITS - 1)).join(" ");
    assert_eq!(live.trim(), newest, "round {round} of seed {seed}, {order:?}");
    assert_eq!(recorded(&namespace).await, expected, "round {round} of seed {seed}, {order:?}");
}

/// Pushes the commits, each with an object of its own, and returns their events.
async fn pushes(world: &World, chance: &mut Chance) -> Vec<Value> {
    let mut events = Vec::new();
    for commit in 0..COMMITS {
        let data = format!("round: '{commit}', chance: '{}'", chance.below(100));
        let (a, own) = (map("a", &data), map(&format!("only-{commit}"), &data));
        let (path, last) =
            (format!("deploy/only-{commit}.yaml"), format!("deploy/only-{}.yaml", commit.wrapping_sub(1)));
        let mut files = vec![("deploy/a.yaml", Write(a.as_str())), (path.as_str(), Write(own.as_str()))];
        files.extend((commit > 0).then_some((last.as_str(), Delete)));
        let before = world.host.tip(REPOSITORY, MAIN).await.unwrap();
        let after = world.host.push_files(REPOSITORY, MAIN, &files, "change").await.unwrap();
        events.push(world.host.push_event(REPOSITORY, MAIN, &before, &after).await.unwrap());
    }
    events
}

async fn recorded(namespace: &str) -> Vec<String> {
    let entries = entries(namespace).await;
    assert!(entries.iter().all(|entry| entry["uid"].is_string()), "{entries:?}");
    entries.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}
