//! Takes a report to where people look: comment, check, deployment records, job summary, step outputs.
//!
//! What cannot be written is told, and never changes what the run came to.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use landfall_core::report::{self, Options, Report, State, TargetReport};
use landfall_core::trigger::Trigger;

use crate::ci::RunContext;
use crate::forge::{Check, Deployment, DeploymentRecord, DeploymentState, Error, Forge};

/// What GitHub keeps of a job's summary.
const SUMMARY_BYTES_MAX: usize = 1_000_000;

/// The deployment records that a run opened, by environment.
pub(crate) struct Started {
    records: BTreeMap<String, DeploymentRecord>,
}

/// Where a run is reported.
pub(crate) struct Publisher<'a> {
    context: &'a RunContext,
    forge: Option<Forge>,
    degraded: Vec<String>,
}

impl<'a> Publisher<'a> {
    /// Connects to the host that the run comes from. A fork's run has no rights there, so it does not try.
    pub(crate) fn new(context: &'a RunContext, trigger: &Trigger) -> Self {
        let mut publisher = Self { context, forge: None, degraded: Vec::new() };
        if matches!(trigger, Trigger::Proposal(proposal) if proposal.fork) {
            publisher
                .degraded
                .push("no comment and no check: a fork's job has no rights on this repository".to_owned());
            return publisher;
        }
        if let Some(host) = &context.host {
            match Forge::of(host) {
                Ok(forge) => publisher.forge = Some(forge),
                Err(error) => publisher.degraded.push(format!("no comment, check or deployment record: {error}")),
            }
        }
        publisher
    }

    /// Opens a deployment record for each environment that a push is for.
    pub(crate) async fn start(&mut self, trigger: &Trigger, environments: &[String]) -> Started {
        let mut records = BTreeMap::new();
        let commit = match trigger {
            Trigger::Push(push) => &push.after,
            Trigger::Tag(tag) => &tag.commit,
            Trigger::Proposal(_) | Trigger::Shell | Trigger::Nothing { .. } => return Started { records },
        };
        for environment in environments {
            let deployment =
                Deployment { environment, commit, description: format!("Landfall deploys {}", commit.short()) };
            if let Some(record) = self.open(&deployment).await {
                records.insert(environment.clone(), record);
            }
        }
        Started { records }
    }

    async fn open(&mut self, deployment: &Deployment<'_>) -> Option<DeploymentRecord> {
        let forge = self.forge.as_ref()?;
        let opened = async {
            let record = forge.start_deployment(deployment).await?;
            forge.deployment_status(&record, DeploymentState::Queued, &deployment.description, None).await?;
            forge.deployment_status(&record, DeploymentState::InProgress, &deployment.description, None).await?;
            Ok::<_, Error>(record)
        };
        let opened = opened.await;
        self.note("deployment record", opened)
    }

    /// Writes everything that is known at the end of a run.
    pub(crate) async fn finish(mut self, mut report: Report, trigger: &Trigger, started: Started) -> Report {
        report.degraded.append(&mut self.degraded);
        self.close(&report, &started).await;
        let proposals = self.proposals(trigger).await;
        report.subject.proposal = report.subject.proposal.or(proposals.first().copied());
        self.comment(&report, &proposals).await;
        self.check(&report, trigger).await;
        report.degraded.append(&mut self.degraded);
        if let Some(path) = &self.context.summary {
            let markdown = report::markdown(&report, &Options { bytes_max: SUMMARY_BYTES_MAX });
            append(path, &format!("{markdown}\n"), &mut report.degraded);
        }
        if let Some(path) = &self.context.outputs {
            append(path, &outputs(&report), &mut report.degraded);
        }
        report
    }

    /// Says on every open record how its environment ended.
    async fn close(&mut self, report: &Report, started: &Started) {
        let Some(forge) = &self.forge else { return };
        let mut notes = Vec::new();
        for (environment, record) in &started.records {
            let parts: Vec<_> =
                report.targets.iter().filter(|p| p.target.environment.as_str() == environment).collect();
            let url = parts.first().and_then(|part| part.url.as_deref());
            let description = report::conclusion(report).title;
            if let Err(error) = forge.deployment_status(record, ended(&parts), &description, url).await {
                notes.push(format!("the deployment record of {environment} stays open: {error}"));
            }
        }
        self.degraded.append(&mut notes);
    }

    /// Returns the proposals that a run is about or came from.
    async fn proposals(&mut self, trigger: &Trigger) -> Vec<u64> {
        let (commit, branch) = match trigger {
            Trigger::Proposal(proposal) => return vec![proposal.number],
            Trigger::Push(push) => (&push.after, push.branch.as_str()),
            Trigger::Tag(_) | Trigger::Shell | Trigger::Nothing { .. } => return Vec::new(),
        };
        let Some(forge) = &self.forge else { return Vec::new() };
        let found = forge.proposals_of(commit, branch).await;
        self.note("comment: the commit's proposal cannot be found", found).unwrap_or_default()
    }

    async fn comment(&mut self, report: &Report, proposals: &[u64]) {
        for proposal in proposals {
            let Some(forge) = &self.forge else { return };
            let marker =
                report::marker(&format!("{}#{proposal}", report.subject.repository.as_deref().unwrap_or_default()));
            let body = format!("{marker}\n{}", report::markdown(report, &Options::default()));
            let written = forge.upsert_comment(*proposal, &marker, &body).await;
            self.note("comment", written);
        }
    }

    async fn check(&mut self, report: &Report, trigger: &Trigger) {
        let commit = match trigger {
            Trigger::Proposal(proposal) => &proposal.head,
            Trigger::Push(push) => &push.after,
            Trigger::Tag(_) | Trigger::Shell | Trigger::Nothing { .. } => return,
        };
        let Some(forge) = &self.forge else { return };
        let conclusion = report::conclusion(report);
        let check = Check {
            conclusion: conclusion.outcome.as_str(),
            title: conclusion.title,
            summary: conclusion.summary,
            annotations: conclusion.annotations,
        };
        let written = forge.check(commit, &check).await;
        self.note("check", written);
    }

    /// Returns the value, or tells which surface is missing and why.
    fn note<T>(&mut self, surface: &str, result: Result<T, Error>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.degraded.push(format!("no {surface}: {error}"));
                None
            }
        }
    }
}

/// Returns how an environment's record ends. A success would call its commit the one that runs there.
fn ended(parts: &[&TargetReport]) -> DeploymentState {
    let is_deployed = |part: &&TargetReport| matches!(part.state, State::Deployed { .. });
    let is_moot = |part: &&TargetReport| match &part.state {
        State::Superseded { .. } | State::GaveWay { .. } => true,
        State::Held { holds } => holds.iter().all(|hold| hold.opens_by_itself),
        State::Planned { .. }
        | State::Deployed { .. }
        | State::ApplyFailed { .. }
        | State::NotReady { .. }
        | State::NotVerified { .. }
        | State::Failed { .. }
        | State::NotStarted { .. } => false,
    };
    if parts.is_empty() || !parts.iter().all(|part| is_deployed(part) || is_moot(part)) {
        return DeploymentState::Failure;
    }
    if parts.iter().all(is_deployed) { DeploymentState::Success } else { DeploymentState::Inactive }
}

/// Returns the step's outputs, one line each.
fn outputs(report: &Report) -> String {
    let json = report::json(report);
    let decision = json["decision"].as_str().unwrap_or_default();
    format!("decision={decision}\nexit={}\n", report::exit(report).code())
}

fn append(path: &Path, text: &str, degraded: &mut Vec<String>) {
    let written =
        OpenOptions::new().append(true).create(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    if let Err(error) = written {
        degraded.push(format!("{} cannot be written: {error}", path.display()));
    }
}
