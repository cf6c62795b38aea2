//! What a person asks for at a shell: the same stages as in CI, for a commit that is named.

use std::collections::BTreeMap;

use landfall_core::id::CommitSha;
use landfall_core::id::TargetId;
use landfall_core::plan::Change;
use landfall_core::report::{Action, Report, State, TargetReport};
use landfall_core::rules::{Environment, Retired, Rules};
use landfall_core::trigger::Trigger;
use serde_json::Value;

use super::deploy::{Order, deploy_all};
use super::proposal::judged;
use super::target::{Goal, Wanted, desired, look_ahead, plan_offline};
use super::{Run, about, empty, names, retired};
use crate::failure::{Failure, Usage};
use crate::git::Repository;
use crate::live::Sight;
use crate::render::Commands;

/// Whether the cluster is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Against {
    /// The live objects.
    Cluster,
    /// What the given revision renders.
    Base,
}

/// Plans the checkout's commit.
pub(crate) async fn plan(run: &Run, against: Against, base: Option<&str>) -> Report {
    let mut report = empty(run, Action::Plan);
    if against == Against::Base && base.is_none() {
        report.degraded.push("compared with nothing: name a revision with `--base`".to_owned());
    }
    if let Err(failure) = plan_into(run, against, base, &mut report).await {
        report.problems.push(failure.problem());
    }
    report
}

async fn plan_into(run: &Run, against: Against, base: Option<&str>, report: &mut Report) -> Result<(), Failure> {
    let (repository, commit) = here(run).await?;
    report.subject = about(run, report.subject.action, &commit).subject;
    report.degraded.extend(overlooked(run, &repository, &commit).await?);
    let (tree, rules) = run.rules_at(&repository, &commit).await?;
    report.subject.app = Some(rules.app.to_string());
    let base = match base {
        Some(revision) => Some(named(&repository, revision).await?),
        None => None,
    };
    let base_tree = match &base {
        Some(base) => Some(repository.tree(base).await?),
        None => None,
    };
    let base = base_tree.as_ref().zip(base.as_ref()).map(|(tree, commit)| Wanted { tree, commit });
    let wanted = Wanted { tree: &tree, commit: &commit };
    if let Some(base) = base.as_ref().filter(|_| against == Against::Base) {
        report.targets.extend(left(run, base, &rules).await);
    }
    for goal in goals(run, &rules)? {
        let planned = match against {
            Against::Cluster => match identity(run, &goal) {
                Ok(identity) => look_ahead(run, &goal, &wanted, &repository, identity).await,
                Err(usage) => Err(usage.into()),
            },
            Against::Base => plan_offline(run, &goal, &wanted, base.as_ref()).await,
        };
        report.targets.push(match planned {
            Ok(planned) => judged(&goal, planned, &mut report.degraded),
            Err(failure) => goal.report(State::Failed { problem: failure.problem() }),
        });
    }
    Ok(())
}

/// Returns what the rules of a base have and these have no more.
async fn left(run: &Run, base: &Wanted<'_>, own: &Rules) -> Vec<TargetReport> {
    let Some(before) = run.rules_in(base.tree).await.ok().flatten() else { return Vec::new() };
    let all: Vec<&Environment> = before.environments.iter().collect();
    let left = retired::left(&before, Some(own), &all);
    retired::held(run, &left, |_| None, |holds| State::Planned { holds }).await
}

/// Returns the variable of the planner or else of the deployer (who may read Secrets), whichever is set, and what it sees.
pub(super) fn identity<'a>(run: &Run, goal: &'a Goal<'_>) -> Result<(&'a str, Sight), Usage> {
    let is_set = |variable: &&str| run.context.variables.find(variable).is_some();
    let planner = goal.plan_variable().filter(is_set).map(|variable| (variable, Sight::WithoutSecrets));
    let deployer = Some(goal.deploy_variable()).filter(is_set).map(|variable| (variable, Sight::Full));
    planner.or(deployer).ok_or_else(|| Usage::NoPlanner {
        variable: goal.plan_variable().unwrap_or(goal.deploy_variable()).to_owned(),
        cluster: goal.cluster.name.to_string(),
    })
}

/// Deploys the checkout's commit, for a reason that goes into the record.
pub(crate) async fn deploy(run: &Run, reason: Option<&str>) -> Report {
    let mut report = empty(run, Action::Deploy);
    if let Err(failure) = deploy_into(run, reason, &mut report).await {
        report.problems.push(failure.problem());
    }
    report
}

async fn deploy_into(run: &Run, reason: Option<&str>, report: &mut Report) -> Result<(), Failure> {
    let (repository, commit) = here(run).await?;
    *report = about(run, Action::Deploy, &commit);
    report.degraded.extend(overlooked(run, &repository, &commit).await?);
    let (_, rules) = run.rules_at(&repository, &commit).await?;
    one_asked(run, &rules)?;
    let order = Order { trigger: &Trigger::Shell, commit: &commit, before: None, reason };
    deploy_all(run, &repository, &order, report).await
}

/// A shell has no branch that would choose the environment, so a person does.
fn one_asked(run: &Run, rules: &Rules) -> Result<(), Usage> {
    if run.environment.is_none() && rules.environments.len() > 1 {
        return Err(Usage::WhichEnvironment { known: names(&rules.environments) });
    }
    run.asked(rules).map(drop)
}

/// Renders one environment's objects as they would be sent, one list per target.
pub(crate) async fn render(run: &Run) -> Result<Vec<Value>, Failure> {
    let (repository, commit) = here(run).await?;
    if let Some(overlooked) = overlooked(run, &repository, &commit).await? {
        tracing::warn!("{overlooked}");
    }
    let (tree, rules) = run.rules_at(&repository, &commit).await?;
    let mut objects = Vec::new();
    for goal in goals(run, &rules)? {
        let wanted = Wanted { tree: &tree, commit: &commit };
        let set = desired(&goal, &wanted, run.facts.as_ref()).await?;
        set.remarks.iter().for_each(|remark| tracing::warn!("{remark}"));
        objects.extend(set.manifests.into_iter().map(|manifest| manifest.object));
    }
    Ok(objects)
}

/// Checks the rules and renders every environment, without a cluster. All mistakes are reported at once.
pub(crate) async fn check(run: &Run) -> Report {
    let mut report = empty(run, Action::Check);
    if let Err(failure) = plan_into(run, Against::Base, None, &mut report).await {
        report.problems.push(failure.problem());
    }
    for part in &mut report.targets {
        if let Some(retired) = part.plan.as_ref().and_then(|plan| plan.retired) {
            part.notes.push(ends(retired, &part.target));
        }
        let changes = part.plan.take().map(|plan| plan.changes).unwrap_or_default();
        part.notes.extend(changes.iter().flat_map(noted));
    }
    report
}

/// Says what becomes of a target that ends, which renders nothing.
fn ends(retired: Retired, target: &TargetId) -> String {
    let what = match retired {
        Retired::Delete => "deletes its objects",
        Retired::Orphan => "leaves its objects to others",
    };
    format!("`{target}` is retired: the next deploy {what}, and its source is not read")
}

/// Returns what is to know of one object, as a sentence of its own.
fn noted(change: &Change) -> impl Iterator<Item = String> {
    let place = change.origin.as_ref().map(|origin| format!(" of {origin}")).unwrap_or_default();
    change.notes.iter().map(move |note| format!("`{}`{place}: {note}", change.id))
}

pub(super) async fn here(run: &Run) -> Result<(Repository, CommitSha), Failure> {
    let repository = run.repository().await?;
    let commit = repository.resolve("HEAD").await?.ok_or(Usage::NoCommit)?;
    Ok((repository, commit))
}

/// Says that a person's changes are not looked at, where there are some. A job's checkout is nobody's work.
async fn overlooked(run: &Run, repository: &Repository, commit: &CommitSha) -> Result<Option<String>, Failure> {
    if run.context.host.is_some() {
        return Ok(None);
    }
    Ok(match repository.differing_files().await? {
        0 => None,
        1 => Some(format!("1 file differs from `{}` and is not looked at", commit.short())),
        files => Some(format!("{files} files differ from `{}` and are not looked at", commit.short())),
    })
}

async fn named(repository: &Repository, revision: &str) -> Result<CommitSha, Failure> {
    let unknown = || Usage::NoRevision { revision: revision.to_owned() };
    Ok(repository.resolve(revision).await?.ok_or_else(unknown)?)
}

/// Returns every target of the asked environments.
pub(super) fn goals<'a>(run: &'a Run, rules: &'a Rules) -> Result<Vec<Goal<'a>>, Failure> {
    let asked = run.asked(rules)?;
    let clusters: &BTreeMap<_, _> = &rules.clusters;
    let goal = |environment: &'a Environment, target| -> Option<Goal<'a>> {
        let target: &landfall_core::rules::Target = target;
        let (id, cluster) = (rules.target_id(environment, target), clusters.get(&target.cluster)?);
        Some(Goal { id, environment, cluster, commands: Commands::Named(&run.commands), retired: target.retired })
    };
    Ok(asked.into_iter().flat_map(|e| e.targets.iter().filter_map(move |t| goal(e, t))).collect())
}
