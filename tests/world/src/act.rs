//! Plays the runner by act: it reads the repository's workflows and the action as GitHub's runner would.
//!
//! In host mode act starts no container, and copies the local checkout where a workflow says `actions/checkout`.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use landfall_fakehost::Error;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::{Job, World, runner};

const ACTION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../action.yml");

/// What act takes from us, because it would otherwise assume github.com. The rest it finds by itself.
const TOLD: [&str; 7] = [
    "GITHUB_API_URL",
    "GITHUB_REF",
    "GITHUB_REF_PROTECTED",
    "GITHUB_REPOSITORY",
    "GITHUB_REPOSITORY_ID",
    "GITHUB_RUN_ID",
    "GITHUB_SERVER_URL",
];

/// Runs the workflows of the event's commit.
pub(crate) async fn run(world: &World, event: &Value, secrets: &[(&str, String)]) -> Result<Job, Error> {
    let folder = tempfile::tempdir().expect("the temporary folder takes a folder");
    let mut environment = world.host.actions_env(event, folder.path())?;
    environment.insert("GITHUB_REF_PROTECTED".to_owned(), "true".to_owned());
    let checkout = runner::check_out(world, &environment["GITHUB_SHA"], &folder).await;
    // act copies files but no empty folders, and a repository needs its folder of refs.
    runner::git(&["-C", &checkout.display().to_string(), "update-ref", "refs/remotes/pull/merge", "HEAD"]).await;
    let secrets = [secrets, &[("GITHUB_TOKEN", world.token.clone())]].concat();
    let mut command = Command::new(runner::tool("act"));
    command
        .arg(&environment["GITHUB_EVENT_NAME"])
        .args(["--json", "--no-cache-server", "--platform", "ubuntu-latest=-self-hosted"])
        .args(["--actor", &environment["GITHUB_ACTOR"], "--eventpath", &environment["GITHUB_EVENT_PATH"]])
        .args(["--action-cache-path", &folder.path().join("act").display().to_string()])
        .args(["--local-repository", &format!("landfall-dev/landfall@v0={}", action(&folder))])
        .args(TOLD.iter().flat_map(|name| ["--env".to_owned(), format!("{name}={}", environment[*name])]))
        .args(secrets.iter().flat_map(|(name, _)| ["--secret", *name]))
        .current_dir(checkout)
        .env_clear()
        .env("HOME", folder.path())
        .env("PATH", path(world))
        .envs(secrets.iter().cloned())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = command.output().await.expect("build.sh built act");
    Ok(read(output.status.code().unwrap_or(-1), &output.stdout, &output.stderr))
}

/// Puts the action into a folder of its own: act would copy all that is beside it.
fn action(folder: &TempDir) -> String {
    let alone = folder.path().join("action");
    fs::create_dir(&alone).expect("the folder is new");
    fs::copy(ACTION, alone.join("action.yml")).expect("the repository has an action");
    alone.display().to_string()
}

/// Returns a PATH on which a job finds Landfall.
fn path(world: &World) -> String {
    let binaries = world.binary.parent().unwrap_or(Path::new("/"));
    format!("{}:{}", binaries.display(), world.variables["PATH"])
}

/// Reads act's log: one JSON object a line. Those with `raw_output` are what a step printed, others are what it set.
fn read(code: i32, log: &[u8], stderr: &[u8]) -> Job {
    let stderr = String::from_utf8_lossy(stderr).into_owned();
    let mut job = Job { code, stdout: String::new(), stderr, summary: String::new(), outputs: String::new() };
    for line in String::from_utf8_lossy(log).lines() {
        let Ok(entry) = serde_json::from_str::<Value>(line) else { continue };
        let text = |key: &str| entry[key].as_str().unwrap_or_default();
        // What the steps of an action set is told again for the action's own step.
        let is_inner = entry["stepID"].as_array().is_some_and(|steps| steps.len() > 1);
        match text("command") {
            "set-output" if !is_inner => job.outputs += &[text("name"), "=", text("arg"), "\n"].concat(),
            "summary" if !is_inner => job.summary += text("content"),
            "error" if entry["raw"].is_string() => job.stdout += &[text("raw").trim_end(), "\n"].concat(),
            _ if entry["raw_output"] == true => job.stdout += text("msg"),
            _ => {}
        }
    }
    job
}
