//! A deploy that is killed at any point is finished by its next attempt, as if nothing had happened.

mod scenarios;

use std::sync::Arc;

use futures::StreamExt;
use landfall_fakehost::Change;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Fault, Proxy, Rule};
use landfall_test_cluster::shared;
use landfall_world::{Job, MAIN, REPOSITORY, World};
use serde_json::Value;

use crate::binary;
use crate::chance::{Chance, at_a_time, number, seed};
use crate::contents::{Apart, Contents};
use crate::rules_of;
use crate::tables;
use scenarios::{Commit, Files, Scenario};

/// When a run dies, seen from one of its calls.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Before,
    After,
}

/// What became of a run that was to be killed, and of those after it.
struct Story {
    killed: bool,
    calls: usize,
    /// What each commit since the killed one left.
    left: Vec<Value>,
    /// What the last one left, of each target.
    apart: Vec<Apart>,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_deploy_that_is_killed_at_any_call_is_finished_by_the_next_attempt() {
    kill(&scenarios::first()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_changes_replaces_migrates_and_deletes_is_finished_like_one_that_creates() {
    kill(&scenarios::update()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_deletes_nearly_everything_is_finished_by_the_next_attempt() {
    kill(&scenarios::prune()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_would_fail_and_is_killed_before_fails_again_and_is_repaired_by_the_next_commit() {
    kill(&scenarios::failing()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_to_other_targets_than_before_is_finished_by_the_next_attempt() {
    kill(&scenarios::targets()).await;
}

/// Kills deploys at a sample of their calls, and compares what the next attempts leave with undisturbed runs. With
/// `LANDFALL_TEST_EVERY_CALL=1` they are killed at every call.
async fn kill(scenario: &Scenario) {
    let undisturbed = tell(scenario, None).await;
    assert!(undisturbed.calls > 15, "only {} calls reached the API server", undisturbed.calls);
    let seed = seed();
    let mut calls: Vec<usize> = (1..=undisturbed.calls).collect();
    if number("LANDFALL_TEST_EVERY_CALL").is_none() {
        Chance::of(seed).shuffle(&mut calls);
        calls.truncate(scenario.sample);
    }
    println!("seed {seed}: {}, killed at {} of {} calls", scenario.name, calls.len(), undisturbed.calls);
    let points: Vec<_> = calls.iter().flat_map(|call| [(*call, Moment::Before), (*call, Moment::After)]).collect();
    let stories = futures::stream::iter(&points)
        .map(|point| async move { (point, tables::told(tell(scenario, Some(*point))).await) });
    let mut stories = stories.buffer_unordered(at_a_time());
    let (mut killed, mut orphans, mut lost) = (0, 0, 0);
    let mut failures = Vec::new();
    while let Some((point, story)) = stories.next().await {
        let Some(story) = story else {
            failures.push(format!("{point:?}: see above"));
            continue;
        };
        killed += usize::from(story.killed);
        orphans += story.apart.iter().map(|apart| apart.orphans.len()).sum::<usize>();
        lost += story.apart.iter().map(|apart| apart.lost.len()).sum::<usize>();
        if story.left != undisturbed.left || story.apart.iter().any(|apart| *apart != Apart::default()) {
            failures.push(format!("{point:?}: {:?}\n{}", story.apart, difference(&undisturbed, &story)));
        }
    }
    tables::row(&[
        ("killed", scenario.name.to_owned()),
        ("calls", undisturbed.calls.to_string()),
        ("points", points.len().to_string()),
        ("were killed", killed.to_string()),
        ("converged", (points.len() - failures.len()).to_string()),
        ("orphans", orphans.to_string()),
        ("lost", lost.to_string()),
        ("seed", seed.to_string()),
    ])
    .await;
    assert!(failures.is_empty(), "{} of {} (seed {seed}): {}", failures.len(), scenario.name, failures.join("\n"));
    // No two deploys make quite the same number of calls: some points are past the end.
    assert!(killed * 2 > points.len(), "only {killed} of {} runs were killed", points.len());
}

/// Deploys a history, killing the run of one commit at one of its calls, and running that one again.
async fn tell(scenario: &Scenario, point: Option<(usize, Moment)>) -> Story {
    let cluster = shared().await;
    let targets = scenario.commits.iter().flat_map(|commit| commit.targets).max().unwrap() + 1;
    let mut namespaces = Vec::new();
    for _ in 0..targets {
        namespaces.push(cluster.namespace("killed").await.name);
    }
    let first = with_rules(&scenario.commits[0], &namespaces);
    let files: Vec<_> = first.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let mut world = World::with_files(binary(), &files).await.unwrap();
    let proxy = cluster.proxy(&Identity::Deployer);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    world.set_token("");
    let mut story = Story { killed: false, calls: 0, left: Vec::new(), apart: Vec::new() };
    let mut commits = vec![world.host.tip(REPOSITORY, MAIN).await.unwrap()];
    for (number, commit) in scenario.commits.iter().enumerate() {
        if number > 0 {
            commits.push(push(&world, &scenario.commits[number - 1..=number], &namespaces).await);
        }
        proxy.reset();
        let at = point.filter(|_| number == scenario.killed);
        if let Some((call, moment)) = at {
            proxy.add(Rule::always(death(moment, &world)).nth(call));
        }
        let job = attempt(&world, &commits).await;
        // Only the fault sends signals, and a run that outlives its fault ends as it should.
        let is_killed = at.is_some() && job.code == -1;
        assert!(is_killed || job.code == commit.ends, "{} at {at:?}: {}", scenario.name, job.everything());
        if number == scenario.killed {
            story.calls = proxy.requests().len();
            story.killed = is_killed;
        }
        if is_killed {
            again(&world, &proxy, (commit, &commits), point).await;
        }
        if number >= scenario.killed {
            let contents = futures::future::join_all(namespaces.iter().map(|namespace| Contents::of(namespace))).await;
            story.left.push(contents.iter().map(|contents| contents.steady(&commits)).collect());
            story.apart = contents.iter().map(Contents::apart).collect();
        }
    }
    story
}

/// Commits the second of two commits on top of the first.
async fn push(world: &World, commits: &[Commit], namespaces: &[String]) -> String {
    let (before, after) = (&commits[0].files, with_rules(&commits[1], namespaces));
    let gone = before.iter().filter(|(path, _)| after.iter().all(|(kept, _)| kept != path));
    let changes: Vec<_> = gone
        .map(|(path, _)| (*path, Change::Delete))
        .chain(after.iter().map(|(path, text)| (*path, Change::Write(text))))
        .collect();
    world.host.push_files(REPOSITORY, MAIN, &changes, "change and delete").await.unwrap()
}

fn with_rules(commit: &Commit, namespaces: &[String]) -> Files {
    let place = |target: &usize| format!("{{cluster: test, namespace: {}", namespaces[*target]);
    let goes_on = commit.targets.iter().map(|target| place(target) + "}");
    let ends = commit.retired.iter().map(|target| place(target) + ", retired: delete}");
    let mut files = commit.files.clone();
    files.push(("landfall.yaml", rules_of(&goes_on.chain(ends).collect::<Vec<_>>())));
    files
}

fn death(moment: Moment, world: &World) -> Fault {
    let kill = world.signal("KILL");
    let happens = Arc::new(move || {
        kill();
    });
    match moment {
        Moment::Before => Fault::Before(happens),
        Moment::After => Fault::After(happens),
    }
}

/// The next attempt of the same run: it does not wait for its own Lease, which it would ask for again and again.
async fn again(world: &World, proxy: &Proxy, (commit, commits): (&Commit, &[String]), point: Option<(usize, Moment)>) {
    proxy.reset();
    let second = attempt(world, commits).await;
    assert_eq!(second.code, commit.ends, "after a death at {point:?}: {}", second.everything());
    let of_lease: Vec<_> = proxy.requests().into_iter().filter(|it| it.uri.contains("/leases")).collect();
    assert_eq!(of_lease[0].method, "GET", "after a death at {point:?}: {of_lease:?}");
    assert_ne!(of_lease[1].method, "GET", "after a death at {point:?}: {of_lease:?}");
}

/// Deploys the newest of these commits as one run that is tried again, so that it does not wait for its own lock.
async fn attempt(world: &World, commits: &[String]) -> Job {
    let event = match commits {
        [.., before, after] => world.host.push_event(REPOSITORY, MAIN, before, after).await.unwrap(),
        [_] | [] => world.push_event().await.unwrap(),
    };
    world.run_with(&event, &[("GITHUB_RUN_ID", "7"), ("GITHUB_REF_PROTECTED", "true")]).await.unwrap()
}

/// Returns the objects that differ, commit by commit and target by target.
fn difference(undisturbed: &Story, story: &Story) -> String {
    let targets = |story: &Story| -> Vec<Value> {
        story.left.iter().flat_map(|commit| commit.as_array().unwrap()).cloned().collect()
    };
    let pairs = targets(undisturbed).into_iter().zip(targets(story));
    pairs.map(|(wanted, left)| Contents::difference(&wanted, &left)).collect()
}
