//! Where a run comes from: the environment and the event file of a CI host, or a person's shell.
//!
//! Nothing else reads environment variables. Decides nothing: it hands on a trigger and a context.

mod github;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use landfall_core::trigger::Trigger;
use secrecy::SecretString;

/// Why an event cannot be understood.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// A variable that the host always sets is missing.
    #[error("the variable {name} is not set")]
    #[diagnostic(
        code(ci::variable),
        help("`landfall ci` runs inside a CI job; at a shell, use `landfall plan` or `landfall deploy`")
    )]
    Variable {
        /// The variable.
        name: String,
    },
    /// The event file is missing.
    #[error("the event file {path} cannot be read: {why}")]
    #[diagnostic(
        code(ci::event_file),
        help("the runner writes it and names it in GITHUB_EVENT_PATH; name another with --event-file")
    )]
    EventFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The event file is not what the host writes.
    #[error("the event file {path} is not a whole {event} event: {why}")]
    #[diagnostic(code(ci::event), help("it may have been cut short: run the job again"))]
    Event {
        /// The file.
        path: PathBuf,
        /// The event's name.
        event: String,
        /// What is missing or wrong.
        why: String,
    },
}

/// The environment variables of this process, as a value.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Takes the process's variables. Empty ones count as not set, as CI hosts mean them.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn of_process() -> Self {
        Self(std::env::vars().filter(|(_, value)| !value.is_empty()).collect())
    }

    /// Returns a variable, if it is set.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the variables whose names begin with one of these.
    pub(crate) fn beginning_with(&self, starts: &[&str]) -> Vec<(String, OsString)> {
        let wanted = self.0.iter().filter(|(name, _)| starts.iter().any(|start| name.starts_with(start)));
        wanted.map(|(name, value)| (name.clone(), value.into())).collect()
    }

    fn need(&self, name: &str) -> Result<&str, Error> {
        self.find(name).ok_or_else(|| Error::Variable { name: name.to_owned() })
    }
}

/// What a run knows of where it runs.
#[derive(Clone)]
pub struct RunContext {
    /// The folder of the checkout.
    pub checkout: PathBuf,
    /// The host's repository; none at a shell.
    pub host: Option<Host>,
    /// Who started the run.
    pub actor: Option<String>,
    /// Who holds a Lease in this run's name: the job's address, the same for every attempt.
    pub holder: String,
    /// The host's number of the run, which grows from push to push.
    pub run: Option<u64>,
    /// Where the job summary is written.
    pub summary: Option<PathBuf>,
    /// Where the step's outputs are written.
    pub outputs: Option<PathBuf>,
    /// The variables that name kubeconfigs.
    pub variables: Variables,
}

/// A repository on a Git host.
#[derive(Clone)]
pub struct Host {
    /// Its name: "acme/shop".
    pub repository: String,
    /// Its immutable id.
    pub repository_id: Option<String>,
    /// The host's own address, without a slash at its end.
    pub server_url: String,
    /// The address of its API, without a slash at its end.
    pub api_url: String,
    /// The address of this run's log.
    pub run_url: String,
    /// The token that speaks for us; none when the job was not given one.
    pub token: Option<SecretString>,
}

/// Reads what a CI job is about.
pub fn read(variables: &Variables, checkout: &Path, event_file: Option<&Path>) -> Result<(Trigger, RunContext), Error> {
    if variables.find("GITHUB_ACTIONS").is_some() {
        return github::read(variables, checkout, event_file);
    }
    if variables.find("GITLAB_CI").is_some() {
        let why = "GitLab's events are not supported yet; `landfall plan` and `landfall deploy` work in its jobs";
        return Ok((Trigger::Nothing { why: why.to_owned() }, shell(variables, checkout)));
    }
    Err(Error::Variable { name: "GITHUB_ACTIONS".to_owned() })
}

/// Returns the context of a person's shell, or of a CI job that calls a command by its name.
pub fn shell(variables: &Variables, checkout: &Path) -> RunContext {
    if let Ok(context) = github::context(variables, checkout) {
        return context;
    }
    let actor = variables.find("USER").map(str::to_owned);
    let host = variables.find("HOSTNAME").unwrap_or("shell");
    RunContext {
        checkout: checkout.to_owned(),
        // Two terminals of one person are two runs.
        holder: format!("{}@{host}:{}", actor.as_deref().unwrap_or("somebody"), std::process::id()),
        host: None,
        actor,
        run: None,
        summary: None,
        outputs: None,
        variables: variables.clone(),
    }
}
