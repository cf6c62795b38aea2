//! A client by other authors reads what the host says: octocrab's typed models.

use landfall_fakehost::{Change, Error, FakeHost, Permissions};
use octocrab::Octocrab;
use octocrab::models::checks::ListCheckRuns;
use octocrab::models::pulls::PullRequest;
use octocrab::models::repos::{Deployment, DiffEntry};
use octocrab::params::State;
use octocrab::params::checks::{CheckRunConclusion, CheckRunOutput, CheckRunStatus};
use octocrab::params::repos::Commitish;
use serde_json::{Value, json};

const SHOP: &str = "acme/shop";

struct Shop {
    host: FakeHost,
    crab: Octocrab,
    head: String,
}

async fn shop() -> Result<Shop, Error> {
    // Another test of this process may have installed it already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let host = FakeHost::start().await?;
    host.repository(SHOP, &[("a", "1\n")]).await?;
    let head = host.push_files(SHOP, "topic", &[("a", Change::Write("2\n"))], "two").await?;
    host.open_proposal(SHOP, "topic", "main", "Two", "dev").await?;
    let token = host.token("github-actions[bot]", Permissions::write());
    let builder = Octocrab::builder().base_uri(host.api_url()).expect("a valid address");
    let crab =
        builder.personal_token(token).build_with_reqwest(octocrab::ReqwestClientConfig::Default).expect("a client");
    Ok(Shop { host, crab, head })
}

#[tokio::test]
async fn octocrab_writes_and_reads_comments() -> Result<(), Error> {
    let Shop { host, crab, .. } = shop().await?;
    let issues = crab.issues("acme", "shop");
    for number in 0..3 {
        issues.create_comment(1, format!("plan {number}")).await.expect("a comment");
    }
    let first = issues.list_comments(1).per_page(2).send().await.expect("a page");
    assert_eq!(first.items[0].user.login, "github-actions[bot]");
    let all = crab.all_pages(first).await.expect("all pages");
    assert_eq!(all.len(), 3);
    let edited = issues.update_comment(all[0].id, "edited").await.expect("an edit");
    assert_eq!(edited.body.as_deref(), Some("edited"));
    issues.delete_comment(all[2].id).await.expect("a deletion");
    assert_eq!(host.comments(SHOP, 1).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn octocrab_reads_refusals() -> Result<(), Error> {
    let Shop { host: _host, crab, .. } = shop().await?;
    let refused = crab.issues("acme", "shop").create_comment(1, "x".repeat(65_537)).await;
    let Err(octocrab::Error::GitHub { source, .. }) = refused else {
        unreachable!("the host takes no comment that long");
    };
    assert_eq!(source.status_code, 422);
    assert_eq!(source.message, "Validation Failed");
    Ok(())
}

#[tokio::test]
async fn octocrab_writes_and_reads_check_runs() -> Result<(), Error> {
    let Shop { host: _host, crab, head } = shop().await?;
    let checks = crab.checks("acme", "shop");
    let creation = checks.create_check_run("landfall", &head).status(CheckRunStatus::InProgress);
    let made = creation.send().await.expect("a check run");
    assert_eq!(made.pull_requests[0].number, 1);
    let output = CheckRunOutput {
        title: "Plan".to_owned(),
        summary: "1 change".to_owned(),
        text: None,
        annotations: vec![],
        images: vec![],
    };
    let change = checks.update_check_run(made.id).conclusion(CheckRunConclusion::Success).output(output);
    let updated = change.send().await.expect("an update");
    assert_eq!(updated.conclusion.as_deref(), Some("success"));
    let listing = checks.list_check_runs_for_git_ref(Commitish(head.clone()));
    let listed: ListCheckRuns = listing.send().await.expect("a list");
    assert_eq!(listed.check_runs[0].output.summary.as_deref(), Some("1 change"));
    Ok(())
}

#[tokio::test]
async fn octocrab_reads_deployments_and_statuses() -> Result<(), Error> {
    let Shop { host, crab, head } = shop().await?;
    let body = json!({
        "ref": head, "environment": "staging", "auto_merge": false, "required_contexts": [],
        "payload": {"digest": "abc"}, "description": "from a test",
    });
    let route = format!("/repos/{SHOP}/deployments");
    let made: Deployment = crab.post(&route, Some(&body)).await.expect("a deployment");
    assert_eq!((made.sha.as_str(), &made.payload["digest"]), (head.as_str(), &json!("abc")));
    let statuses = format!("{route}/{}/statuses", made.id);
    let body = json!({"state": "in_progress", "log_url": "https://ci.example/1"});
    let status: octocrab::models::repos::DeploymentStatus = crab.post(&statuses, Some(&body)).await.expect("a status");
    assert_eq!(status.log_url.as_deref(), Some("https://ci.example/1"));
    let listed: Vec<Deployment> = crab.get(&route, None::<&()>).await.expect("a list");
    assert_eq!(listed[0].id, made.id);
    assert_eq!(host.deployments(SHOP).await?[0]["statuses"][0]["state"], "in_progress");
    Ok(())
}

#[tokio::test]
async fn octocrab_reads_proposals_and_those_of_a_commit() -> Result<(), Error> {
    let Shop { host, crab, head } = shop().await?;
    let pulls = crab.pulls("acme", "shop");
    let open = pulls.list().state(State::Open).send().await.expect("a list");
    assert_eq!(open.items[0].head.sha, head);
    let files: Vec<DiffEntry> = pulls.list_files(1).await.expect("files").items;
    assert_eq!(files[0].filename, "a");
    let sha = host.merge(SHOP, 1).await?;
    let listing = crab.repos("acme", "shop").list_pulls(sha.clone()).send().await;
    let found: Vec<PullRequest> = listing.expect("proposals").items;
    assert_eq!(found[0].merge_commit_sha.as_deref(), Some(sha.as_str()));
    assert!(found[0].merged_at.is_some());
    let merged = pulls.get(1).await.expect("the proposal");
    assert_eq!(merged.merged, Some(true));
    Ok(())
}

#[tokio::test]
async fn octocrab_reads_repositories_commits_and_branches() -> Result<(), Error> {
    let Shop { host, crab, head } = shop().await?;
    host.protect(SHOP, "main").await?;
    let repository = crab.repos("acme", "shop");
    let shown = repository.get().await.expect("the repository");
    assert_eq!(shown.default_branch.as_deref(), Some("main"));
    let branches = repository.list_branches().send().await.expect("branches").items;
    let protected: Vec<_> = branches.iter().map(|branch| (branch.name.as_str(), branch.protected)).collect();
    assert_eq!(protected, [("main", true), ("topic", false)]);
    let commit = crab.commits("acme", "shop").get(&head).await.expect("the commit");
    assert_eq!(commit.commit.message, "two");
    let compared = crab.commits("acme", "shop").compare("main", "topic").send().await.expect("a comparison");
    assert_eq!((compared.ahead_by, compared.behind_by), (1, 0));
    let event: Value = host.pull_request_event(SHOP, 1, "opened").await?;
    let pull: PullRequest = serde_json::from_value(event["pull_request"].clone()).expect("the event's proposal");
    assert_eq!(pull.number, 1);
    Ok(())
}
