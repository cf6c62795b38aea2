//! The Git host, in the few verbs that a run needs. Reports only: no decision depends on being able to post.

mod github;

use landfall_core::id::CommitSha;
use landfall_core::report::Annotation;

pub(crate) use github::Github;

use crate::ci::Host;

/// Why the host did not take a report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The job has no token.
    #[error("the job has no token")]
    NoToken,
    /// The host said no.
    #[error("{message} (HTTP {status}){hint}")]
    Refused {
        /// The HTTP status code.
        status: u16,
        /// What the host says.
        message: String,
        /// Which permission is missing, in parentheses with a space before; may be empty.
        hint: String,
    },
    /// No answer came.
    #[error("no answer: {0}")]
    Unreachable(String),
}

/// A repository's host.
pub(crate) enum Forge {
    /// github.com or a GitHub Enterprise Server.
    Github(Github),
}

/// How a check or a deployment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeploymentState {
    /// The job has it.
    Queued,
    /// Objects are being applied, or are becoming ready.
    InProgress,
    /// It runs.
    Success,
    /// It does not.
    Failure,
    /// Nothing was done, because nothing was to do: another commit is deployed there, or the gates only look.
    Inactive,
}

/// A check run's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    pub(crate) conclusion: &'static str,
    pub(crate) title: String,
    pub(crate) summary: String,
    /// What is shown beside lines of the commit's files.
    pub(crate) annotations: Vec<Annotation>,
}

/// A deployment record of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeploymentRecord(u64);

/// Where a deployment is and what it is of.
pub(crate) struct Deployment<'a> {
    pub(crate) environment: &'a str,
    pub(crate) commit: &'a CommitSha,
    pub(crate) description: String,
}

impl Forge {
    /// Connects to the host of a run.
    pub(crate) fn of(host: &Host) -> Result<Self, Error> {
        Github::new(host).map(Self::Github)
    }

    /// Writes a proposal's one comment: edits ours where there is one.
    pub(crate) async fn upsert_comment(&self, proposal: u64, marker: &str, body: &str) -> Result<(), Error> {
        match self {
            Self::Github(github) => github.upsert_comment(proposal, marker, body).await,
        }
    }

    /// Writes the check `landfall` of a commit.
    pub(crate) async fn check(&self, commit: &CommitSha, check: &Check) -> Result<(), Error> {
        match self {
            Self::Github(github) => github.check(commit, check).await,
        }
    }

    /// Opens a deployment record.
    pub(crate) async fn start_deployment(&self, deployment: &Deployment<'_>) -> Result<DeploymentRecord, Error> {
        match self {
            Self::Github(github) => github.start_deployment(deployment).await,
        }
    }

    /// Says how a deployment stands.
    pub(crate) async fn deployment_status(
        &self,
        record: &DeploymentRecord,
        state: DeploymentState,
        description: &str,
        url: Option<&str>,
    ) -> Result<(), Error> {
        match self {
            Self::Github(github) => github.deployment_status(record, state, description, url).await,
        }
    }

    /// Returns the proposals that a commit of `branch` came from.
    pub(crate) async fn proposals_of(&self, commit: &CommitSha, branch: &str) -> Result<Vec<u64>, Error> {
        match self {
            Self::Github(github) => github.proposals_of(commit, branch).await,
        }
    }
}
