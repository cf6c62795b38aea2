//! A repository on a git host, a cluster, and a runner between them: what stories and the demo play in.
//!
//! Every job runs the real binary in a fresh, shallow clone, with what a runner of GitHub sets. Nothing is mocked.

mod act;
pub mod images;
mod job;
mod keys;
pub mod registry;
mod runner;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use landfall_fakehost::{Change, Error, FakeHost, Permissions};
use serde_json::Value;

pub use job::Job;
pub use keys::Keys;
pub use runner::{RENDERERS, renderers_on_path, tool};

/// The repository of every story.
pub const REPOSITORY: &str = "acme/shop";
/// The branch that production follows in every story.
pub const MAIN: &str = "main";

/// One repository and the jobs that its events start.
pub struct World {
    /// The git host.
    pub host: FakeHost,
    /// The binary under test.
    binary: PathBuf,
    /// Variables that every job gets: kubeconfigs, PATH.
    variables: BTreeMap<String, String>,
    token: String,
    /// The id of the process of the job that runs; 0 when none does.
    process: Arc<AtomicU32>,
}

/// The process of a job.
#[derive(Debug, Clone, Copy)]
pub struct Process(u32);

impl Process {
    /// Sends a signal, and tells whether there was somebody to get it.
    pub fn signal(self, name: &str) -> bool {
        let sent = || std::process::Command::new("kill").args(["-s", name, &self.0.to_string()]).status();
        self.0 != 0 && sent().is_ok_and(|status| status.success())
    }
}

impl World {
    /// Makes a repository with these files on a protected branch `main`.
    pub async fn with_files(binary: &Path, files: &[(&str, &str)]) -> Result<Self, Error> {
        let host = FakeHost::start().await?;
        host.repository(REPOSITORY, files).await?;
        Self::around(host, binary).await
    }

    /// Makes a repository with a folder's files on a protected branch `main`.
    pub async fn with_folder(binary: &Path, folder: &Path) -> Result<Self, Error> {
        let host = FakeHost::start().await?;
        let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        host.repository_from(REPOSITORY, &folder).await?;
        Self::around(host, binary).await
    }

    async fn around(host: FakeHost, binary: &Path) -> Result<Self, Error> {
        host.protect(REPOSITORY, MAIN).await?;
        let token = host.token("github-actions[bot]", Permissions::write());
        let variables = BTreeMap::from([("PATH".to_owned(), renderers_on_path(&["kustomize"]))]);
        Ok(Self { host, binary: binary.to_owned(), variables, token, process: Arc::default() })
    }

    /// Gives every later job a variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Gives every later job another token; none when it is empty.
    pub fn set_token(&mut self, token: &str) {
        token.clone_into(&mut self.token);
    }

    /// Returns a function that sends a signal ("KILL", "TERM") to the job that runs, and tells whether one did.
    pub fn signal(&self, name: &'static str) -> impl Fn() -> bool + Send + Sync + use<> {
        let process = Arc::clone(&self.process);
        move || Process(process.load(Ordering::SeqCst)).signal(name)
    }

    /// Returns the process of the job that was started last, which keeps its name when others start.
    pub fn process(&self) -> Process {
        Process(self.process.load(Ordering::SeqCst))
    }

    /// Pushes a branch with one more commit and opens a proposal for it. Returns its number.
    pub async fn propose(&self, branch: &str, title: &str, files: &[(&str, Change<'_>)]) -> Result<u64, Error> {
        self.host.push_files(REPOSITORY, branch, files, title).await?;
        self.host.open_proposal(REPOSITORY, branch, MAIN, title, "ana").await
    }

    /// Runs the job that an open proposal starts.
    pub async fn plan(&self, proposal: u64) -> Result<Job, Error> {
        let event = self.host.pull_request_event(REPOSITORY, proposal, "opened").await?;
        self.run(&event, "false").await
    }

    /// Merges a proposal and runs the job that the push starts.
    pub async fn merge(&self, proposal: u64) -> Result<Job, Error> {
        let event = self.merge_only(proposal).await?;
        self.run(&event, "true").await
    }

    /// Merges a proposal and returns the push event, without running its job.
    pub async fn merge_only(&self, proposal: u64) -> Result<Value, Error> {
        let before = self.host.tip(REPOSITORY, MAIN).await?;
        let after = self.host.merge(REPOSITORY, proposal).await?;
        self.host.push_event(REPOSITORY, MAIN, &before, &after).await
    }

    /// Runs the job of the branch's current commit, as if it had just been pushed.
    pub async fn deploy(&self) -> Result<Job, Error> {
        let event = self.push_event().await?;
        self.run(&event, "true").await
    }

    /// Returns the event of the branch's current commit, as if it were the branch's first.
    pub async fn push_event(&self) -> Result<Value, Error> {
        let tip = self.host.tip(REPOSITORY, MAIN).await?;
        self.host.push_event(REPOSITORY, MAIN, &"0".repeat(tip.len()), &tip).await
    }

    /// Runs the job of an event on a branch that is protected ("true") or not.
    pub async fn run(&self, event: &Value, protected: &str) -> Result<Job, Error> {
        runner::run(self, event, &["ci"], &[("GITHUB_REF_PROTECTED", protected)]).await
    }

    /// Runs the job of an event with more variables, which replace the runner's own.
    pub async fn run_with(&self, event: &Value, variables: &[(&str, &str)]) -> Result<Job, Error> {
        runner::run(self, event, &["ci"], variables).await
    }

    /// Runs another command where the job of an event would run.
    pub async fn command(&self, event: &Value, arguments: &[&str]) -> Result<Job, Error> {
        runner::run(self, event, arguments, &[]).await
    }

    /// Runs another command where the job of an event would run, with more variables.
    pub async fn command_with(
        &self,
        event: &Value,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<Job, Error> {
        runner::run(self, event, arguments, variables).await
    }

    /// Runs the repository's workflows for an event by act, a runner that is not ours, with these secrets.
    ///
    /// There `landfall-dev/landfall@v0` is our own action.yml, which finds the binary under test on PATH.
    pub async fn workflow(&self, event: &Value, secrets: &[(&str, String)]) -> Result<Job, Error> {
        act::run(self, event, secrets).await
    }

    /// Comments on a proposal as somebody.
    ///
    /// # Panics
    ///
    /// When the host does not take it: a story cannot be told then.
    pub async fn comment(&self, proposal: u64, login: &str, body: &str) {
        let token = self.host.token(login, Permissions::write());
        let url = format!("{}/repos/{REPOSITORY}/issues/{proposal}/comments", self.host.api_url());
        let body = serde_json::json!({ "body": body }).to_string();
        let header = format!("Authorization: Bearer {token}");
        let arguments = ["-fsS", "-o", "/dev/null", "-H", &header, "-d", &body, &url];
        let status = tokio::process::Command::new("curl").args(arguments).status().await.expect("curl is installed");
        assert!(status.success(), "curl could not comment: {status}");
    }

    /// Returns the bodies of a proposal's comments, oldest first.
    pub async fn comments(&self, proposal: u64) -> Result<Vec<String>, Error> {
        let comments = self.host.comments(REPOSITORY, proposal).await?;
        Ok(comments.iter().filter_map(|comment| comment["body"].as_str().map(str::to_owned)).collect())
    }
}
