//! The order of the pipe: the only room that knows what comes after what.

mod base;
mod deploy;
mod explain;
mod findings;
mod hooks;
mod images;
mod proposal;
mod prune;
mod record;
mod retired;
mod rollback;
mod rollout;
mod rounds;
mod set;
mod shell;
mod target;
mod turn;
mod verified;

use landfall_cluster::Facts;
use landfall_core::id::CommitSha;
use landfall_core::plan::Allowance;
use landfall_core::report::{Action, Report, Skipped, Subject};
use landfall_core::rules::{self, Environment, Rules};
use landfall_core::trigger::Trigger;

use crate::bug::caught;
use crate::ci::RunContext;
use crate::clock::Stopwatch;
use crate::failure::{Failure, Usage};
use crate::git::{CommitTree, Login, Repository};
use crate::stop::Stop;

pub(crate) use explain::{Explained, explain};
pub(crate) use shell::{Against, check, deploy as shell_deploy, plan as shell_plan, render};

/// What every stage of one run may ask.
pub(crate) struct Run {
    /// Where the run is from.
    pub context: RunContext,
    /// Where the rules are, from the repository's root.
    pub config: String,
    /// The one environment that is asked for; every one that follows the branch when none.
    pub environment: Option<String>,
    /// What the clusters serve, where none is asked; Kubernetes' own kinds when none.
    pub facts: Option<Facts>,
    /// The programs that a person lets the rules run.
    pub commands: Vec<String>,
    /// What a person at a shell allows to be lost.
    pub allowed: Vec<Allowance>,
    /// Whether the run was asked to stop.
    pub stop: Stop,
}

/// Does what an event asks for. Every event ends in exactly one report.
pub(crate) async fn ci(run: &Run, trigger: &Trigger) -> Report {
    let started = Stopwatch::start();
    let mut report = match caught(Box::pin(answer(run, trigger))).await {
        Ok(report) => report,
        Err(bug) => failed(run, &bug.into()),
    };
    report.subject.seconds = Some(started.seconds());
    report
}

async fn answer(run: &Run, trigger: &Trigger) -> Report {
    match trigger {
        Trigger::Proposal(proposal) => proposal::plan(run, proposal).await,
        Trigger::Push(push) => deploy::push(run, trigger, &push.after, push.before.as_ref()).await,
        Trigger::Tag(tag) => deploy::push(run, trigger, &tag.commit, None).await,
        Trigger::Nothing { why } => nothing(run, why),
        Trigger::Shell => nothing(run, "a shell has no event: use `landfall plan` or `landfall deploy`"),
    }
}

/// Returns a report that says only what went wrong.
pub(crate) fn failed(run: &Run, failure: &Failure) -> Report {
    let mut report = empty(run, Action::Nothing);
    report.problems.push(failure.problem());
    report
}

fn nothing(run: &Run, why: &str) -> Report {
    let mut report = empty(run, Action::Nothing);
    report.skipped.push(Skipped { environment: String::new(), why: why.to_owned() });
    report
}

/// Returns a report that says nothing yet.
fn empty(run: &Run, action: Action) -> Report {
    let host = run.context.host.as_ref();
    Report {
        subject: Subject {
            app: None,
            action,
            commit: None,
            branch: None,
            proposal: None,
            actor: run.context.actor.clone(),
            repository: host.map(|host| host.repository.clone()),
            run_url: host.map(|host| host.run_url.clone()),
            blob_url: None,
            seconds: None,
        },
        targets: Vec::new(),
        skipped: Vec::new(),
        problems: Vec::new(),
        degraded: Vec::new(),
    }
}

/// Returns a report about one commit.
fn about(run: &Run, action: Action, commit: &CommitSha) -> Report {
    let mut report = empty(run, action);
    let host = run.context.host.as_ref();
    report.subject.blob_url = host.map(|host| format!("{}/{}/blob/{commit}", host.server_url, host.repository));
    report.subject.commit = Some(commit.clone());
    report
}

impl Run {
    async fn repository(&self) -> Result<Repository, Failure> {
        let repository = Repository::open(&self.context.checkout).await?;
        let Some(host) = &self.context.host else { return Ok(repository) };
        let Some(token) = host.token.clone() else { return Ok(repository) };
        Ok(repository.with_login(Login { server: format!("{}/", host.server_url), token }).await?)
    }

    /// Returns the environment that was asked for, or all of them.
    fn asked<'a>(&self, rules: &'a Rules) -> Result<Vec<&'a Environment>, Usage> {
        let Some(name) = &self.environment else { return Ok(rules.environments.iter().collect()) };
        let unknown = || Usage::NoEnvironment { name: name.clone(), known: names(&rules.environments) };
        Ok(vec![rules.environment(name).ok_or_else(unknown)?])
    }

    /// Chooses the environments that an event is about, and of these the one that was asked for.
    fn select<'a>(&self, rules: &'a Rules, trigger: &Trigger) -> Result<rules::Selection<'a>, Failure> {
        let asked = self.asked(rules)?;
        let mut selection = rules::select(rules, trigger);
        let is_asked = |environment: &&Environment| asked.iter().any(|asked| asked.name == environment.name);
        let (chosen, others): (Vec<_>, Vec<_>) = selection.chosen.into_iter().partition(is_asked);
        selection.chosen = chosen;
        selection.skipped.extend(others.into_iter().map(|environment| Skipped {
            environment: environment.name.to_string(),
            why: "another one was asked for".to_owned(),
        }));
        Ok(selection)
    }

    /// Reads the rules of a tree; none when it has no landfall.yaml.
    async fn rules_in(&self, tree: &CommitTree) -> Result<Option<Rules>, Failure> {
        let Some(bytes) = tree.read(&self.config).await? else { return Ok(None) };
        let text = String::from_utf8_lossy(&bytes);
        Ok(Some(rules::parse(&self.config, &text).map_err(Box::new)?))
    }

    /// Reads the rules of a commit, which must have some.
    async fn rules_at(&self, repository: &Repository, commit: &CommitSha) -> Result<(CommitTree, Rules), Failure> {
        let tree = repository.tree(commit).await?;
        match self.rules_in(&tree).await? {
            Some(rules) => Ok((tree, rules)),
            None => Err(self.missing(&tree, commit).await?.into()),
        }
    }

    async fn missing(&self, tree: &CommitTree, commit: &CommitSha) -> Result<Usage, Failure> {
        let (commit, path) = (commit.short().to_owned(), self.config.clone());
        let Some(stem) = path.strip_suffix(".yaml") else { return Ok(Usage::NoRules { commit, path }) };
        let found = format!("{stem}.yml");
        let is_there = tree.read(&found).await?.is_some();
        Ok(if is_there { Usage::Misnamed { commit, path, found } } else { Usage::NoRules { commit, path } })
    }
}

/// Returns the names of the environments that a push or tag is for, so that their records can be opened first.
/// A mistake in the rules gives none: the run itself reports it.
pub(crate) async fn environments(run: &Run, trigger: &Trigger) -> Vec<String> {
    let commit = match trigger {
        Trigger::Push(push) => &push.after,
        Trigger::Tag(tag) => &tag.commit,
        Trigger::Proposal(_) | Trigger::Shell | Trigger::Nothing { .. } => return Vec::new(),
    };
    let read = async { run.rules_at(&run.repository().await?, commit).await };
    let Ok((_, rules)) = read.await else { return Vec::new() };
    let chosen = run.select(&rules, trigger).map(|selection| selection.chosen).unwrap_or_default();
    chosen.into_iter().map(|environment| environment.name.to_string()).collect()
}

/// Returns the names of environments as a list for people.
fn names(environments: &[Environment]) -> String {
    environments.iter().map(|environment| environment.name.to_string()).collect::<Vec<_>>().join(", ")
}
