//! The variables and files that a GitHub runner gives to a job for an event.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::error::Error;
use crate::host::FakeHost;

/// What the event says about where the job stands.
struct Checkout {
    event: &'static str,
    sha: String,
    reference: String,
    name: String,
    head: String,
    base: String,
}

impl FakeHost {
    /// Returns what a runner sets for a job on this event, after it wrote the event file into `directory`.
    ///
    /// The directory gets `event.json`, `output`, `summary.md`, `env`, `temp/` and `workspace/`.
    pub fn actions_env(&self, event: &Value, directory: &Path) -> Result<BTreeMap<String, String>, Error> {
        write_files(event, directory)?;
        let checkout = if event["pull_request"].is_object() { of_proposal(event) } else { of_push(event) };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let repository = text(&event["repository"]["full_name"]);
        let actor = text(&event["sender"]["login"]);
        let path = |name: &str| directory.join(name).display().to_string();
        let owner = crate::repository::owner_of(&repository).to_owned();
        let pairs = [
            ("CI", "true".to_owned()),
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_ACTOR", actor.clone()),
            ("GITHUB_TRIGGERING_ACTOR", actor),
            ("GITHUB_API_URL", self.api_url()),
            ("GITHUB_GRAPHQL_URL", format!("{}/api/graphql", self.url())),
            ("GITHUB_SERVER_URL", self.url().to_owned()),
            ("GITHUB_EVENT_NAME", checkout.event.to_owned()),
            ("GITHUB_EVENT_PATH", path("event.json")),
            ("GITHUB_SHA", checkout.sha),
            ("GITHUB_REF", checkout.reference),
            ("GITHUB_REF_NAME", checkout.name),
            ("GITHUB_REF_TYPE", "branch".to_owned()),
            ("GITHUB_HEAD_REF", checkout.head),
            ("GITHUB_BASE_REF", checkout.base),
            ("GITHUB_REPOSITORY", repository),
            ("GITHUB_REPOSITORY_ID", event["repository"]["id"].to_string()),
            ("GITHUB_REPOSITORY_OWNER", owner),
            ("GITHUB_RUN_ID", self.shared.site.next_id().to_string()),
            ("GITHUB_RUN_NUMBER", "1".to_owned()),
            ("GITHUB_RUN_ATTEMPT", "1".to_owned()),
            ("GITHUB_WORKFLOW", "deploy".to_owned()),
            ("GITHUB_JOB", "landfall".to_owned()),
            ("GITHUB_WORKSPACE", path("workspace")),
            ("GITHUB_OUTPUT", path("output")),
            ("GITHUB_ENV", path("env")),
            ("GITHUB_STEP_SUMMARY", path("summary.md")),
            ("RUNNER_TEMP", path("temp")),
            ("RUNNER_OS", "Linux".to_owned()),
        ];
        Ok(pairs.map(|(name, value)| (name.to_owned(), value)).into())
    }
}

/// A job runs on the test merge; once merged, on the base branch at the commit that landed.
fn of_proposal(event: &Value) -> Checkout {
    let pull = &event["pull_request"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let base = text(&pull["base"]["ref"]);
    let mut checkout = Checkout {
        event: "pull_request",
        sha: text(&pull["merge_commit_sha"]),
        reference: format!("refs/pull/{}/merge", event["number"]),
        name: format!("{}/merge", event["number"]),
        head: text(&pull["head"]["ref"]),
        base: base.clone(),
    };
    if pull["merged"] == true {
        checkout.reference = format!("refs/heads/{base}");
        checkout.name = base;
    }
    checkout
}

fn of_push(event: &Value) -> Checkout {
    let reference = event["ref"].as_str().unwrap_or_default();
    Checkout {
        event: "push",
        sha: event["after"].as_str().unwrap_or_default().to_owned(),
        reference: reference.to_owned(),
        name: reference.trim_start_matches("refs/heads/").to_owned(),
        head: String::new(),
        base: String::new(),
    }
}

fn write_files(event: &Value, directory: &Path) -> Result<(), Error> {
    for name in ["temp", "workspace"] {
        fs::create_dir_all(directory.join(name)).map_err(Error::machine(name))?;
    }
    let event = format!("{event:#}");
    for (name, content) in [("event.json", event.as_str()), ("output", ""), ("summary.md", ""), ("env", "")] {
        fs::write(directory.join(name), content).map_err(Error::machine(name))?;
    }
    Ok(())
}
