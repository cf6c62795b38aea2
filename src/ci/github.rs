//! GitHub Actions: variables and event payloads (docs.github.com, "Variables reference" and "Webhook events").

use std::fs;
use std::path::{Path, PathBuf};

use landfall_core::id::CommitSha;
use landfall_core::trigger::{Proposal, Push, Tag, Trigger};
use secrecy::SecretString;
use serde::Deserialize;

use super::{Error, Host, RunContext, Variables};

/// Reads the trigger and the context of a GitHub Actions job.
pub(super) fn read(
    variables: &Variables,
    checkout: &Path,
    event_file: Option<&Path>,
) -> Result<(Trigger, RunContext), Error> {
    let event = Event::open(variables, event_file)?;
    let trigger = match event.name.as_str() {
        "pull_request" => pull_request(&event)?,
        "push" => push(&event, is_protected(variables))?,
        "pull_request_target" => {
            nothing("`pull_request_target` runs with the base's rights on the head's content: use `pull_request`")
        }
        other => nothing(&format!("the event `{other}` asks for nothing")),
    };
    Ok((trigger, context(variables, checkout)?))
}

/// Reads what every job of GitHub Actions knows.
pub(super) fn context(variables: &Variables, checkout: &Path) -> Result<RunContext, Error> {
    let repository = variables.need("GITHUB_REPOSITORY")?.to_owned();
    let server_url =
        variables.find("GITHUB_SERVER_URL").unwrap_or("https://github.com").trim_end_matches('/').to_owned();
    let run = variables.need("GITHUB_RUN_ID")?;
    let run_url = format!("{server_url}/{repository}/actions/runs/{run}");
    let path = |name: &str| variables.find(name).map(PathBuf::from);
    Ok(RunContext {
        checkout: checkout.to_owned(),
        actor: variables.find("GITHUB_ACTOR").map(str::to_owned),
        // A run's jobs may deploy side by side; an attempt of the same job follows the one before.
        holder: format!("{run_url}#{}", variables.find("GITHUB_JOB").unwrap_or_default()),
        run: run.parse().ok(),
        summary: path("GITHUB_STEP_SUMMARY"),
        outputs: path("GITHUB_OUTPUT"),
        variables: variables.clone(),
        host: Some(Host {
            repository,
            repository_id: variables.find("GITHUB_REPOSITORY_ID").map(str::to_owned),
            api_url: variables.need("GITHUB_API_URL")?.trim_end_matches('/').to_owned(),
            server_url,
            run_url,
            token: variables.find("GITHUB_TOKEN").map(|token| SecretString::from(token.to_owned())),
        }),
    })
}

fn is_protected(variables: &Variables) -> bool {
    variables.find("GITHUB_REF_PROTECTED") == Some("true")
}

fn nothing(why: &str) -> Trigger {
    Trigger::Nothing { why: why.to_owned() }
}

/// An event's name and its payload.
struct Event {
    name: String,
    path: PathBuf,
    text: String,
}

impl Event {
    fn open(variables: &Variables, file: Option<&Path>) -> Result<Self, Error> {
        let name = variables.need("GITHUB_EVENT_NAME")?.to_owned();
        let path = match file {
            Some(file) => file.to_owned(),
            None => PathBuf::from(variables.need("GITHUB_EVENT_PATH")?),
        };
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self { name, path, text }),
            Err(error) => Err(Error::EventFile { path, why: error.to_string() }),
        }
    }

    fn payload<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        serde_json::from_str(&self.text).map_err(|error| self.wrong(error.to_string()))
    }

    fn commit(&self, text: &str) -> Result<CommitSha, Error> {
        text.parse().map_err(|error: landfall_core::id::InvalidName| self.wrong(error.to_string()))
    }

    fn wrong(&self, why: String) -> Error {
        Error::Event { path: self.path.clone(), event: self.name.clone(), why }
    }
}

#[derive(Deserialize)]
struct PullRequestPayload {
    action: String,
    number: u64,
    pull_request: PullRequest,
}

#[derive(Deserialize)]
struct PullRequest {
    title: String,
    #[serde(default)]
    draft: bool,
    user: User,
    head: Side,
    base: Side,
}

#[derive(Deserialize)]
struct Side {
    #[serde(rename = "ref")]
    branch: String,
    sha: String,
    /// Absent when the fork was deleted.
    repo: Option<Repo>,
}

#[derive(Deserialize)]
struct Repo {
    full_name: String,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

/// The actions after which a proposal's plan may be another one.
const PLANNED_ACTIONS: [&str; 5] = ["opened", "synchronize", "reopened", "edited", "ready_for_review"];

fn pull_request(event: &Event) -> Result<Trigger, Error> {
    let payload: PullRequestPayload = event.payload()?;
    if !PLANNED_ACTIONS.contains(&payload.action.as_str()) {
        return Ok(nothing(&format!("a proposal that was `{}` needs no new plan", payload.action)));
    }
    let PullRequest { title, draft, user, head, base } = payload.pull_request;
    let name = |side: &Side| side.repo.as_ref().map(|repo| repo.full_name.clone());
    Ok(Trigger::Proposal(Proposal {
        number: payload.number,
        title,
        head: event.commit(&head.sha)?,
        fork: name(&head).is_none() || name(&head) != name(&base),
        head_branch: head.branch,
        base_branch: base.branch,
        draft,
        author: user.login,
    }))
}

#[derive(Deserialize)]
struct PushPayload {
    #[serde(rename = "ref")]
    reference: String,
    before: String,
    after: String,
    #[serde(default)]
    forced: bool,
    #[serde(default)]
    deleted: bool,
}

fn push(event: &Event, protected: bool) -> Result<Trigger, Error> {
    let payload: PushPayload = event.payload()?;
    if payload.deleted {
        return Ok(nothing(&format!("{} was deleted", payload.reference)));
    }
    let after = event.commit(&payload.after)?;
    if let Some(name) = payload.reference.strip_prefix("refs/tags/") {
        return Ok(Trigger::Tag(Tag { name: name.to_owned(), commit: after, protected }));
    }
    let Some(branch) = payload.reference.strip_prefix("refs/heads/") else {
        return Ok(nothing(&format!("{} is neither a branch nor a tag", payload.reference)));
    };
    let is_new = payload.before.chars().all(|digit| digit == '0');
    let before = if is_new { None } else { Some(event.commit(&payload.before)?) };
    Ok(Trigger::Push(Push { branch: branch.to_owned(), before, after, forced: payload.forced, protected }))
}
