//! Real git clients against the host: clone, push, protection, fetch by SHA.

use std::path::Path;
use std::process::{Command, Output};

use landfall_fakehost::{Change, Error, FakeHost, Permissions};

const SHOP: &str = "acme/shop";

fn git(directory: &Path, arguments: &[&str]) -> Output {
    Command::new("git")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .args(["-c", "user.name=dev", "-c", "user.email=dev@users.example"])
        .args(arguments)
        .current_dir(directory)
        .output()
        .expect("git runs")
}

fn succeeds(directory: &Path, arguments: &[&str]) -> String {
    let output = git(directory, arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {stderr}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn refused(directory: &Path, arguments: &[&str]) -> String {
    let output = git(directory, arguments);
    assert!(!output.status.success(), "git {arguments:?} was let through");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn with_token(host: &FakeHost, token: &str) -> String {
    host.clone_url(SHOP).replace("http://", &format!("http://x-access-token:{token}@"))
}

/// A clone with one commit that was not pushed yet.
fn clone_with_commit(url: &str, directory: &Path) {
    succeeds(directory, &["clone", "--quiet", url, "."]);
    std::fs::write(directory.join("new"), "new").expect("the clone is writable");
    succeeds(directory, &["add", "new"]);
    succeeds(directory, &["commit", "--quiet", "-m", "new"]);
}

#[tokio::test]
async fn a_client_clones_over_http() -> Result<(), Error> {
    let host = FakeHost::start().await?;
    let sha = host.repository(SHOP, &[("deploy/app.yaml", "kind: ConfigMap\n")]).await?;
    let directory = tempfile::tempdir().expect("a temporary directory");
    succeeds(directory.path(), &["clone", "--quiet", &host.clone_url(SHOP), "."]);
    assert_eq!(succeeds(directory.path(), &["rev-parse", "HEAD"]), sha);
    let text = std::fs::read_to_string(directory.path().join("deploy/app.yaml"));
    assert_eq!(text.expect("the file is checked out"), "kind: ConfigMap\n");
    Ok(())
}

#[tokio::test]
async fn a_push_moves_the_branch_and_the_proposal() -> Result<(), Error> {
    let host = FakeHost::start().await?;
    host.repository(SHOP, &[("a", "1\n")]).await?;
    host.push_files(SHOP, "topic", &[("a", Change::Write("2\n"))], "two").await?;
    let number = host.open_proposal(SHOP, "topic", "main", "Two", "dev").await?;
    let token = host.token("dev", Permissions::write());
    let directory = tempfile::tempdir().expect("a temporary directory");
    clone_with_commit(&with_token(&host, &token), directory.path());
    succeeds(directory.path(), &["push", "--quiet", "--force", "origin", "HEAD:topic"]);
    let pushed = succeeds(directory.path(), &["rev-parse", "HEAD"]);
    let proposal = host.proposal(SHOP, number).await?;
    assert_eq!(proposal["head"]["sha"], pushed.as_str());
    let listed = succeeds(directory.path(), &["ls-remote", "origin", "refs/pull/1/*"]);
    let merge = proposal["merge_commit_sha"].as_str().expect("it can be merged");
    assert_eq!(listed, format!("{pushed}\trefs/pull/1/head\n{merge}\trefs/pull/1/merge"));
    Ok(())
}

#[tokio::test]
async fn a_protected_branch_refuses_a_push_except_by_an_admin() -> Result<(), Error> {
    let host = FakeHost::start().await?;
    host.repository(SHOP, &[("a", "1\n")]).await?;
    host.protect(SHOP, "main").await?;
    let dev = host.token("dev", Permissions::write());
    let directory = tempfile::tempdir().expect("a temporary directory");
    clone_with_commit(&with_token(&host, &dev), directory.path());
    let why = refused(directory.path(), &["push", "origin", "HEAD:main"]);
    assert!(why.contains("GH006: Protected branch update failed"), "{why}");
    succeeds(directory.path(), &["push", "--quiet", "origin", "HEAD:other"]);
    let owner = host.token("acme", Permissions::admin());
    succeeds(directory.path(), &["push", "--quiet", &with_token(&host, &owner), "HEAD:main"]);
    Ok(())
}

#[tokio::test]
async fn a_push_needs_a_token_that_may_write() -> Result<(), Error> {
    let host = FakeHost::start().await?;
    host.repository(SHOP, &[("a", "1\n")]).await?;
    let reader = host.token("github-actions[bot]", Permissions::read());
    let directory = tempfile::tempdir().expect("a temporary directory");
    clone_with_commit(&with_token(&host, &reader), directory.path());
    let why = refused(directory.path(), &["push", "origin", "HEAD:other"]);
    assert!(why.contains("403"), "{why}");
    let why = refused(directory.path(), &["push", &host.clone_url(SHOP), "HEAD:other"]);
    assert!(why.contains("could not read Username"), "{why}");
    Ok(())
}

#[tokio::test]
async fn a_shallow_clone_fetches_any_commit_by_sha() -> Result<(), Error> {
    let host = FakeHost::start().await?;
    let first = host.repository(SHOP, &[("a", "1\n")]).await?;
    for content in ["2\n", "3\n"] {
        host.push_files(SHOP, "main", &[("a", Change::Write(content))], "next").await?;
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    succeeds(directory.path(), &["clone", "--quiet", "--depth=1", &host.clone_url(SHOP), "."]);
    let known = git(directory.path(), &["cat-file", "-e", &first]);
    assert!(!known.status.success());
    succeeds(directory.path(), &["fetch", "--quiet", "--depth=1", "origin", &first]);
    assert_eq!(succeeds(directory.path(), &["show", &format!("{first}:a")]), "1");
    Ok(())
}

#[tokio::test]
async fn a_fork_proposes_its_branch() -> Result<(), Error> {
    let host = FakeHost::start().await?;
    host.repository(SHOP, &[("a", "1\n")]).await?;
    let fork = host.fork(SHOP, "mallory").await?;
    let sha = host.push_files(&fork, "evil", &[("a", Change::Write("2\n"))], "two").await?;
    let number = host.open_proposal(SHOP, "mallory:evil", "main", "Evil", "mallory").await?;
    let event = host.pull_request_event(SHOP, number, "opened").await?;
    assert_eq!(event["pull_request"]["head"]["repo"]["full_name"], "mallory/shop");
    assert_eq!(event["pull_request"]["head"]["sha"], sha.as_str());
    let directory = tempfile::tempdir().expect("a temporary directory");
    let listed = succeeds(directory.path(), &["ls-remote", &host.clone_url(SHOP), "refs/pull/1/head"]);
    assert_eq!(listed, format!("{sha}\trefs/pull/1/head"));
    Ok(())
}
