//! The event files and variables of a runner.

use landfall_fakehost::{Change, Error, FakeHost};
use serde_json::{Value, json};

const SHOP: &str = "acme/shop";

async fn shop() -> Result<(FakeHost, String, String), Error> {
    let host = FakeHost::start().await?;
    let base = host.repository(SHOP, &[("a", "1\n")]).await?;
    let head = host.push_files(SHOP, "topic", &[("a", Change::Write("2\n"))], "two").await?;
    host.open_proposal(SHOP, "topic", "main", "Two", "dev").await?;
    Ok((host, base, head))
}

#[tokio::test]
async fn an_open_proposal_runs_on_its_test_merge() -> Result<(), Error> {
    let (host, base, head) = shop().await?;
    let event = host.pull_request_event(SHOP, 1, "opened").await?;
    let pull = &event["pull_request"];
    assert_eq!((&pull["head"]["sha"], &pull["base"]["sha"]), (&json!(head), &json!(base)));
    assert_eq!((&pull["draft"], &pull["merged"]), (&json!(false), &json!(false)));
    let directory = tempfile::tempdir().expect("a temporary directory");
    let variables = host.actions_env(&event, directory.path())?;
    assert_eq!(variables["GITHUB_SHA"], pull["merge_commit_sha"].as_str().expect("a test merge"));
    assert_ne!(variables["GITHUB_SHA"], head);
    assert_eq!(variables["GITHUB_REF"], "refs/pull/1/merge");
    assert_eq!(variables["GITHUB_REF_NAME"], "1/merge");
    assert_eq!(variables["GITHUB_BASE_REF"], "main");
    assert_eq!(variables["GITHUB_ACTOR"], "dev");
    let file = std::fs::read_to_string(&variables["GITHUB_EVENT_PATH"]).expect("the event file");
    assert_eq!(serde_json::from_str::<Value>(&file).expect("json"), event);
    Ok(())
}

#[tokio::test]
async fn a_merge_is_a_push_to_the_base_branch() -> Result<(), Error> {
    let (host, base, head) = shop().await?;
    let sha = host.merge(SHOP, 1).await?;
    let event = host.push_event(SHOP, "main", &base, &sha).await?;
    let ids: Vec<_> = event["commits"].as_array().expect("a list").iter().map(|commit| &commit["id"]).collect();
    assert_eq!(ids, [head.as_str(), sha.as_str()]);
    assert_eq!((&event["forced"], &event["created"], &event["deleted"]), (&json!(false), &json!(false), &json!(false)));
    let directory = tempfile::tempdir().expect("a temporary directory");
    let variables = host.actions_env(&event, directory.path())?;
    assert_eq!(variables["GITHUB_SHA"], sha);
    assert_eq!(variables["GITHUB_REF"], "refs/heads/main");
    let closed = host.pull_request_event(SHOP, 1, "closed").await?;
    let variables = host.actions_env(&closed, directory.path())?;
    assert_eq!((variables["GITHUB_SHA"].as_str(), variables["GITHUB_REF"].as_str()), (sha.as_str(), "refs/heads/main"));
    Ok(())
}

#[tokio::test]
async fn the_base_of_a_proposal_lags_until_its_head_moves() -> Result<(), Error> {
    let (host, base, _) = shop().await?;
    let moved = host.push_files(SHOP, "main", &[("b", Change::Write("b\n"))], "b").await?;
    let first = host.proposal(SHOP, 1).await?;
    assert_eq!(first["base"]["sha"], base.as_str());
    host.push_files(SHOP, "topic", &[("c", Change::Write("c\n"))], "c").await?;
    let second = host.proposal(SHOP, 1).await?;
    assert_eq!(second["base"]["sha"], moved.as_str());
    assert_ne!(first["merge_commit_sha"], second["merge_commit_sha"]);
    Ok(())
}

#[tokio::test]
async fn the_same_story_makes_the_same_commits() -> Result<(), Error> {
    let (one, _, _) = shop().await?;
    let (other, _, _) = shop().await?;
    assert_eq!(one.merge(SHOP, 1).await?, other.merge(SHOP, 1).await?);
    Ok(())
}
