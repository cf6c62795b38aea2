//! A host that cannot be told changes nothing about a deploy: what is missing is said.

use std::collections::BTreeSet;

use landfall_core::report::marker;
use landfall_fakehost::Change;
use landfall_world::{REPOSITORY, World};

use crate::refusals::value_of;
use crate::{config_map, world};

/// How often one call is repeated while the host is busy. Each waits longer than the one before, 28 s in all.
const REPEATS_MAX: usize = 3;

/// The surfaces of a deploy, by the request that makes them, and what is said when one is missing.
const SURFACES: [(&str, &str, &str); 3] = [
    ("POST", "/deployments", "No deployment record: "),
    ("GET", "/pulls", "No comment: the commit's proposal cannot be found: "),
    ("POST", "/check-runs", "No check: "),
];

#[tokio::test]
async fn a_refusing_host_is_told_about_and_the_deploy_comes_to_the_same() {
    let (world, _) = world(&[("deploy/a.yaml", &config_map("a", "0"))]).await;
    for (number, status) in [401, 403, 404, 422, 500, 502, 503].into_iter().enumerate() {
        let proposal = propose(&world, number).await;
        for (method, part, _) in SURFACES {
            world.host.fail_next(method, part, status);
        }
        let job = world.merge(proposal).await.unwrap();
        assert_eq!(job.code, 0, "HTTP {status}: {}", job.everything());
        assert!(job.outputs.contains("exit=0"), "{}", job.outputs);
        for (_, _, said) in SURFACES {
            let line = job.stdout.lines().find(|line| line.contains(said)).unwrap_or_default();
            assert!(line.contains(&format!("(HTTP {status})")), "HTTP {status}, {said}: {}", job.stdout);
            assert_eq!(line.contains("permission"), status == 403 || status == 404, "{line}");
        }
    }
}

#[tokio::test]
async fn a_host_that_only_refuses_changes_nothing_about_a_deploy_and_is_waited_for_in_one_call_at_most() {
    let (world, namespace) = world(&[("deploy/a.yaml", &config_map("a", "0"))]).await;
    for (number, status) in [401, 403, 404, 422, 429, 500, 503].into_iter().enumerate() {
        let proposal = propose(&world, number).await;
        let event = world.merge_only(proposal).await.unwrap();
        world.host.set_outage(Some(status));
        let before = world.host.requests().len();
        let job = world.run(&event, "true").await.unwrap();
        world.host.set_outage(None);
        assert_eq!(job.code, 0, "HTTP {status}: {}", job.everything());
        let calls = world.host.requests().split_off(before);
        let calls: Vec<_> = calls.iter().filter(|it| it.path.starts_with("/repos")).collect();
        let different: BTreeSet<_> = calls.iter().map(|it| (&it.method, &it.path)).collect();
        let repeats = if status == 429 { REPEATS_MAX } else { 0 };
        assert_eq!(calls.len() - different.len(), repeats, "HTTP {status}: {calls:?}");
        assert_eq!(value_of(&namespace, "a").await, (number + 1).to_string(), "HTTP {status}");
        for (_, _, said) in SURFACES {
            let line = job.stdout.lines().find(|line| line.contains(said)).unwrap_or_default();
            assert!(line.contains(&format!("(HTTP {status})")), "HTTP {status}, {said}: {}", job.stdout);
        }
    }
}

#[tokio::test]
async fn a_host_that_is_busy_once_is_asked_again() {
    let (world, _) = world(&[("deploy/a.yaml", &config_map("a", "0"))]).await;
    let proposal = propose(&world, 1).await;
    world.host.fail_next("POST", "/comments", 429);
    let job = world.merge(proposal).await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(!job.stdout.contains("No comment"), "{}", job.stdout);
    assert_eq!(world.comments(proposal).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_comment_of_somebody_else_is_not_edited_whatever_it_says() {
    let (world, _) = world(&[("deploy/a.yaml", &config_map("a", "0"))]).await;
    let proposal = propose(&world, 1).await;
    let theirs = format!("{}\nours, they say", marker(&format!("{REPOSITORY}#{proposal}")));
    world.comment(proposal, "mallory", &theirs).await;
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    let comments = world.comments(proposal).await.unwrap();
    assert_eq!(comments.len(), 2);
    assert_eq!(comments[0], theirs);
    assert!(comments[1].contains("changes 1 object") || comments[1].contains("creates 1 object"), "{}", comments[1]);
}

async fn propose(world: &World, number: usize) -> u64 {
    let changed = config_map("a", &format!("{}", number + 1));
    let files = [("deploy/a.yaml", Change::Write(changed.as_str()))];
    world.propose(&format!("change-{number}"), "change a", &files).await.unwrap()
}
