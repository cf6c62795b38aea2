//! A repository: its bare git directory and everything that the host keeps beside it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::checks::CheckRun;
use crate::comments::Comment;
use crate::deployments::Deployment;
use crate::git::Git;
use crate::issues::Issue;
use crate::labels::Labels;
use crate::proposals::Proposal;
use crate::request::Call;
use crate::reviews::Review;
use crate::site::{Site, id_of, time};
use crate::users;

/// When every repository was created, in seconds since the epoch (2026-01-01).
const CREATED_SECONDS: i64 = 1_767_225_600;

/// All that the host knows of one repository.
#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) site: Arc<Site>,
    pub(crate) git: Git,
    /// `owner/name`.
    pub(crate) full_name: String,
    /// The full name of the repository that this one was forked from.
    pub(crate) fork_of: Option<String>,
    pub(crate) default_branch: String,
    pub(crate) protected: BTreeSet<String>,
    pub(crate) proposals: Vec<Proposal>,
    pub(crate) issues: Vec<Issue>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) reviews: Vec<Review>,
    pub(crate) labels: Labels,
    pub(crate) check_runs: Vec<CheckRun>,
    pub(crate) deployments: Vec<Deployment>,
    /// How many more lookups of a commit's proposals come back empty.
    pub(crate) stale_lookups: usize,
}

impl Repository {
    pub(crate) fn new(site: Arc<Site>, git: Git, full_name: &str) -> Self {
        Self {
            site,
            git,
            full_name: full_name.to_owned(),
            fork_of: None,
            default_branch: "main".to_owned(),
            protected: BTreeSet::new(),
            proposals: Vec::new(),
            issues: Vec::new(),
            comments: Vec::new(),
            reviews: Vec::new(),
            labels: Labels::default(),
            check_runs: Vec::new(),
            deployments: Vec::new(),
            stale_lookups: 0,
        }
    }

    pub(crate) fn owner(&self) -> &str {
        owner_of(&self.full_name)
    }

    /// Returns the API address of something in this repository.
    pub(crate) fn api(&self, path: &str) -> String {
        format!("{}/repos/{}{path}", self.site.api(), self.full_name)
    }

    /// Returns the address of a page about something in this repository.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("{}/{}{path}", self.site.url, self.full_name)
    }

    /// Returns the next number of an issue or proposal, which share one sequence.
    pub(crate) fn next_number(&self) -> u64 {
        (self.proposals.len() + self.issues.len() + 1) as u64
    }

    /// Returns the commit that a client names, or 422 as GitHub says it.
    pub(crate) fn commit(&self, name: &str) -> Result<String, Refusal> {
        let missing = || Refusal::invalid(format!("No commit found for SHA: {name}"));
        self.git.commit(name)?.ok_or_else(missing)
    }

    pub(crate) fn proposal(&self, number: &str) -> Result<&Proposal, Refusal> {
        let number = parse_id(number)?;
        let found = self.proposals.iter().find(|proposal| proposal.number == number);
        found.ok_or(Refusal::NotFound)
    }

    pub(crate) fn proposal_mut(&mut self, number: u64) -> Result<&mut Proposal, Refusal> {
        let found = self.proposals.iter_mut().find(|proposal| proposal.number == number);
        found.ok_or(Refusal::NotFound)
    }

    /// Returns the number if an issue or a proposal has it.
    pub(crate) fn numbered(&self, number: &str) -> Result<u64, Refusal> {
        let number = parse_id(number)?;
        let exists = self.proposals.iter().any(|proposal| proposal.number == number)
            || self.issues.iter().any(|issue| issue.number == number);
        exists.then_some(number).ok_or(Refusal::NotFound)
    }
}

/// Reads a number out of a path; what is no number does not exist.
pub(crate) fn parse_id(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

pub(crate) fn owner_of(full_name: &str) -> &str {
    full_name.split_once('/').map_or(full_name, |(owner, _)| owner)
}

/// `GET /repos/{owner}/{repo}`
pub(crate) fn show(repository: &Repository, call: &Call<'_>) -> Answer {
    let mut shown = view(&repository.site, &repository.full_name, repository.fork_of.is_some());
    shown["default_branch"] = json!(repository.default_branch);
    shown["permissions"] = json!({
        "admin": call.caller.is_admin(),
        "push": call.caller.permissions.contents == crate::access::Access::Write,
        "pull": true,
    });
    Answer::ok(shown)
}

/// Shows a repository as it stands inside proposals and events.
pub(crate) fn view(site: &Site, full_name: &str, fork: bool) -> Value {
    let owner = owner_of(full_name);
    let name = full_name.split_once('/').map_or(full_name, |(_, name)| name);
    let api = format!("{}/repos/{full_name}", site.api());
    let page = format!("{}/{full_name}", site.url);
    json!({
        "id": id_of(full_name),
        "node_id": format!("R_{}", id_of(full_name)),
        "name": name,
        "full_name": full_name,
        "private": false,
        "visibility": "public",
        "owner": users::view(site, owner),
        "html_url": page,
        "description": null,
        "fork": fork,
        "url": api,
        "branches_url": format!("{api}/branches{{/branch}}"),
        "commits_url": format!("{api}/commits{{/sha}}"),
        "compare_url": format!("{api}/compare/{{base}}...{{head}}"),
        "contents_url": format!("{api}/contents/{{+path}}"),
        "deployments_url": format!("{api}/deployments"),
        "issues_url": format!("{api}/issues{{/number}}"),
        "pulls_url": format!("{api}/pulls{{/number}}"),
        "clone_url": format!("{page}.git"),
        "created_at": time(CREATED_SECONDS),
        "updated_at": time(CREATED_SECONDS),
        "pushed_at": time(CREATED_SECONDS),
        "archived": false,
        "disabled": false,
        "default_branch": "main",
        "allow_merge_commit": true,
        "allow_squash_merge": true,
        "allow_rebase_merge": false,
    })
}
