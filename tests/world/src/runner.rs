//! Plays the runner: a fresh shallow clone, the variables of the event, one process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::Ordering;

use landfall_fakehost::Error;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::{Job, REPOSITORY, World};

const BUILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../control-plane/build.sh");

/// The programs that render, and the one that decrypts.
pub const RENDERERS: [&str; 4] = ["kustomize", "helm", "jsonnet", "sops"];

/// Returns a PATH with the place of every renderer, building the needed ones that are missing.
///
/// # Panics
///
/// When one can be neither found nor built: a story cannot be told then.
pub fn renderers_on_path(needed: &[&str]) -> String {
    for name in needed {
        tool(name);
    }
    let printed = printed();
    let folders = RENDERERS.map(|name| place(&printed, name).parent().expect("a binary is in a folder").to_owned());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.into_iter().chain(std::env::split_paths(&path));
    let joined = std::env::join_paths(all).expect("a folder of ours has no colon in its name");
    joined.into_string().expect("a PATH of text is asked for")
}

/// Returns where a tool of `build.sh` is, after building it where it is missing.
///
/// # Panics
///
/// When it cannot be built.
pub fn tool(name: &str) -> PathBuf {
    let tool = place(&printed(), name);
    if !tool.exists() {
        let built = std::process::Command::new(BUILD).arg(name).stdout(Stdio::null()).status();
        assert!(built.is_ok_and(|status| status.success()), "build.sh could not build {name}");
    }
    tool
}

fn printed() -> String {
    let output = std::process::Command::new(BUILD).arg("--print").output().expect("build.sh needs bash and git");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn place(printed: &str, name: &str) -> PathBuf {
    let variable = format!("{}=", name.to_uppercase().replace('-', "_"));
    let words = printed.lines().find_map(|line| line.strip_prefix(&variable)).expect("build.sh prints every path");
    Path::new(words).to_owned()
}

/// Runs the binary where and as the job of an event would.
pub(crate) async fn run(
    world: &World,
    event: &Value,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Result<Job, Error> {
    let folder = tempfile::tempdir().expect("the temporary folder takes a folder");
    let mut environment = world.host.actions_env(event, folder.path())?;
    let checkout = check_out(world, &environment["GITHUB_SHA"], &folder).await;
    environment.extend(world.variables.clone());
    environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let mut command = Command::new(&world.binary);
    command
        .args(arguments)
        .current_dir(checkout)
        .env_clear()
        .envs(&environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if !world.token.is_empty() {
        command.env("GITHUB_TOKEN", &world.token);
    }
    let child = command.spawn().expect("the binary was built");
    world.process.store(child.id().unwrap_or_default(), Ordering::SeqCst);
    let output = child.wait_with_output().await.expect("a child can be waited for");
    world.process.store(0, Ordering::SeqCst);
    let file = |name: &str| environment.get(name).and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
    Ok(Job {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        summary: file("GITHUB_STEP_SUMMARY"),
        outputs: file("GITHUB_OUTPUT"),
    })
}

/// Clones as `actions/checkout` does: one commit, by its name.
pub(crate) async fn check_out(world: &World, commit: &str, folder: &TempDir) -> PathBuf {
    let checkout = folder.path().join("checkout");
    let url = world.host.clone_url(REPOSITORY);
    let path = checkout.display().to_string();
    git(&["init", "--quiet", &path]).await;
    git(&["-C", &path, "remote", "add", "origin", &url]).await;
    git(&["-C", &path, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit]).await;
    git(&["-C", &path, "checkout", "--quiet", "--detach", commit]).await;
    checkout
}

pub(crate) async fn git(arguments: &[&str]) {
    let output = Command::new("git").args(arguments).stdin(Stdio::null()).output().await.expect("git is installed");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
