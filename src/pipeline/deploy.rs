//! A merge that landed: which environments and targets it goes to, one after the other. `rollout` is what happens there.

use landfall_core::id::CommitSha;
use landfall_core::report::{Action, Report, State, TargetReport};
use landfall_core::rules::{self, Environment, Rules};
use landfall_core::trigger::Trigger;
use landfall_core::trust::{Kind, permit};

use super::rollout::Rollout;
use super::target::{Goal, Wanted};
use super::{Run, about, retired};
use crate::bug::caught;
use crate::failure::Failure;
use crate::git::Repository;
use crate::progress::Progress;
use crate::render::Commands;

/// What is deployed, and by whose word.
pub(super) struct Order<'a> {
    pub(super) trigger: &'a Trigger,
    pub(super) commit: &'a CommitSha,
    /// The rules before the push, whose gates count too.
    pub(super) before: Option<&'a Rules>,
    /// What a person at a shell gives as the reason.
    pub(super) reason: Option<&'a str>,
}

/// Deploys a commit that landed to every environment that follows its branch or tag.
pub(super) async fn push(run: &Run, trigger: &Trigger, commit: &CommitSha, before: Option<&CommitSha>) -> Report {
    let mut report = about(run, Action::Deploy, commit);
    report.subject.branch = match trigger {
        Trigger::Push(push) => Some(push.branch.clone()),
        Trigger::Tag(tag) => Some(tag.name.clone()),
        Trigger::Proposal(_) | Trigger::Shell | Trigger::Nothing { .. } => None,
    };
    if let Err(failure) = fill(run, trigger, commit, before, &mut report).await {
        report.problems.push(failure.problem());
    }
    report
}

async fn fill(
    run: &Run,
    trigger: &Trigger,
    commit: &CommitSha,
    before: Option<&CommitSha>,
    report: &mut Report,
) -> Result<(), Failure> {
    let repository = run.repository().await?;
    let before = match before {
        Some(before) => rules_before(run, &repository, before, &mut report.degraded).await,
        None => None,
    };
    let order = Order { trigger, commit, before: before.as_ref(), reason: None };
    deploy_all(run, &repository, &order, report).await
}

/// Reads the rules before the push. Where they cannot be read, the deploy has only its own gates, which is said.
async fn rules_before(
    run: &Run,
    repository: &Repository,
    before: &CommitSha,
    degraded: &mut Vec<String>,
) -> Option<Rules> {
    match run.rules_at(repository, before).await {
        Ok((_, rules)) => Some(rules),
        Err(failure) => {
            degraded
                .push(format!("judged by its own gates only: the rules before the push cannot be read ({failure})"));
            None
        }
    }
}

/// Deploys to every chosen environment, target by target, stopping at the first that fails.
pub(super) async fn deploy_all(
    run: &Run,
    repository: &Repository,
    order: &Order<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let (tree, rules) = run.rules_at(repository, order.commit).await?;
    report.subject.app = Some(rules.app.to_string());
    let wanted = Wanted { tree: &tree, commit: order.commit };
    let selection = run.select(&rules, order.trigger)?;
    report.skipped.extend(selection.skipped);
    // Every target asks for its permit before anything is rendered: these rules are merged, or a person's own.
    let commands = match order.trigger {
        Trigger::Shell => Commands::Named(&run.commands),
        _ => Commands::OfTheRules,
    };
    for environment in selection.chosen {
        let mut targets: Vec<_> = environment.targets.iter().collect();
        targets.sort_by_key(|target| target.wave);
        let mut failed: Option<String> = None;
        for target in targets {
            let Some(cluster) = rules.clusters.get(&target.cluster) else { continue };
            let (id, retired) = (rules.target_id(environment, target), target.retired);
            let goal = Goal { id, environment, cluster, commands, retired };
            if let Some(cluster) = &failed {
                report.targets.push(goal.report(State::NotStarted { why: format!("waits for {cluster}") }));
                continue;
            }
            let part = one(run, repository, order, &wanted, &goal).await;
            if !is_good(&part.state) {
                failed = Some(target.cluster.to_string());
            }
            report.targets.push(part);
        }
    }
    report.targets.extend(left(run, order, &rules).await);
    Ok(())
}

/// Returns what left the rules with this push while something of it is in the cluster.
async fn left(run: &Run, order: &Order<'_>, own: &Rules) -> Vec<TargetReport> {
    let Some(before) = order.before else { return Vec::new() };
    let is_asked = |it: &&Environment| run.environment.as_deref().is_none_or(|asked| asked == it.name.as_str());
    let chosen: Vec<_> = rules::select(before, order.trigger).chosen.into_iter().filter(is_asked).collect();
    let left = retired::left(before, Some(own), &chosen);
    retired::held(run, &left, |goal| Some(goal.deploy_variable()), |holds| State::Held { holds }).await
}

fn is_good(state: &State) -> bool {
    matches!(state, State::Deployed { .. } | State::Superseded { .. })
}

/// Deploys one target. However it ends, it is told.
async fn one(
    run: &Run,
    repository: &Repository,
    order: &Order<'_>,
    wanted: &Wanted<'_>,
    goal: &Goal<'_>,
) -> TargetReport {
    let progress = Progress::of(goal.id.to_string());
    let permit = match permit(order.trigger, &goal.id, goal.environment, order.reason) {
        Ok(permit) => permit,
        Err(hold) => return goal.report(State::Held { holds: vec![hold] }),
    };
    if let Kind::BreakGlass { reason } = permit.kind() {
        progress.moment(format!("deployed by hand: {reason}"));
    }
    let mut part = goal.report(State::NotStarted { why: String::new() });
    let rollout = Rollout { run, repository, order, wanted, goal, progress: &progress };
    part.state = match caught(Box::pin(rollout.go(&permit, &mut part))).await {
        Ok(Ok(state)) => state,
        Ok(Err(failure)) => State::Failed { problem: failure.problem() },
        Err(bug) => State::Failed { problem: Failure::from(bug).problem() },
    };
    retired::note(goal, &mut part);
    part.seconds = Some(progress.seconds());
    part.timeline = progress.timeline();
    part
}
