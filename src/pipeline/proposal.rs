//! A proposal: what merging it would do. Judges and reports; nothing here can write to a cluster.

use landfall_core::gate::{Policy, judge};
use landfall_core::report::{Action, Report, State, TargetReport};
use landfall_core::rules::Rules;
use landfall_core::trigger::{Proposal, Trigger};

use super::target::{Goal, Planned, Wanted, look_ahead, plan_offline};
use super::{Run, about, findings, retired};
use crate::bug::caught;
use crate::failure::{Failure, Usage};
use crate::git::{Merged, Repository};
use crate::live::Sight;
use crate::progress::Progress;
use crate::render::Commands;

/// Plans every environment that follows the proposal's target branch.
pub(super) async fn plan(run: &Run, proposal: &Proposal) -> Report {
    let mut report = about(run, Action::Plan, &proposal.head);
    report.subject.branch = Some(proposal.base_branch.clone());
    report.subject.proposal = Some(proposal.number);
    if let Err(failure) = fill(run, proposal, &mut report).await {
        report.problems.push(failure.problem());
    }
    report
}

/// Where a proposal stands: what it would make of its target branch, and by whose rules.
struct Merge<'a> {
    repository: &'a Repository,
    wanted: Wanted<'a>,
    base: Wanted<'a>,
    /// The proposal's own rules; none where it takes them away.
    own: Option<&'a Rules>,
    /// Why the cluster is not asked; none when it is.
    offline: Option<&'static str>,
    /// Rules that nobody has merged, and content of somebody without rights, start no program.
    commands: Commands<'a>,
}

async fn fill(run: &Run, proposal: &Proposal, report: &mut Report) -> Result<(), Failure> {
    let repository = run.repository().await?;
    let tip = repository.tip(&proposal.base_branch).await?;
    let merged = match repository.merge(&tip, &proposal.head).await? {
        Merged::Tree(tree) => tree,
        Merged::Conflict(files) => return Err(Usage::Conflict { files: files.join(", ") }.into()),
    };
    let base = repository.tree(&tip).await?;
    let trusted = run.rules_in(&base).await?;
    let offline = match (&trusted, proposal.fork) {
        (None, _) => {
            Some("the target branch has no rules yet, and a proposal's own rules are not trusted with a cluster")
        }
        (Some(_), true) => Some("a proposal from a fork gets no credentials"),
        (Some(_), false) => None,
    };
    let own = run.rules_in(&merged).await;
    if let (Some(trusted), Ok(Some(own))) = (&trusted, &own)
        && trusted != own
    {
        report.degraded.push(format!(
            "the change to {} takes effect with the merge: this plan follows the rules of {}",
            run.config, proposal.base_branch
        ));
    }
    let own = own?;
    let Some(rules) = trusted.or_else(|| own.clone()) else {
        return Err(Usage::NoRules { commit: proposal.head.short().to_owned(), path: run.config.clone() }.into());
    };
    report.subject.app = Some(rules.app.to_string());
    let merge = Merge {
        repository: &repository,
        wanted: Wanted { tree: &merged, commit: &proposal.head },
        base: Wanted { tree: &base, commit: &tip },
        own: own.as_ref(),
        offline,
        commands: match offline {
            Some(why) => Commands::None { why },
            None => Commands::OfTheRules,
        },
    };
    plan_all(run, &rules, proposal, &merge, report).await
}

async fn plan_all(
    run: &Run,
    rules: &Rules,
    proposal: &Proposal,
    merge: &Merge<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let trigger = Trigger::Proposal(proposal.clone());
    let selection = run.select(rules, &trigger)?;
    report.skipped.extend(selection.skipped);
    if let Some(why) = merge.offline {
        report.degraded.push(format!("planned without the cluster: {why}"));
    }
    let left = retired::left(rules, merge.own, &selection.chosen);
    let is_asked = merge.offline.is_none();
    let held =
        retired::held(run, &left, |goal| goal.plan_variable().filter(|_| is_asked), |holds| State::Planned { holds });
    report.targets.extend(held.await);
    for environment in selection.chosen {
        for target in &environment.targets {
            let Some(cluster) = rules.clusters.get(&target.cluster) else { continue };
            let id = rules.target_id(environment, target);
            // What the proposal ends is shown as ended: nobody would see it otherwise.
            let own = merge.own.and_then(|own| retired::still(own, &id, &cluster.access));
            let Some(retired) = own.map(|own| own.retired) else { continue };
            let goal = Goal { id, environment, cluster, commands: merge.commands, retired };
            let (part, notes) = plan_one(run, &goal, merge).await;
            report.degraded.extend(notes);
            report.targets.push(part);
        }
    }
    Ok(())
}

/// Plans one target, and says how the plan could be better.
async fn plan_one(run: &Run, goal: &Goal<'_>, merge: &Merge<'_>) -> (TargetReport, Vec<String>) {
    let progress = Progress::of(goal.id.to_string());
    let without_planner = merge.offline.is_none() && goal.plan_variable().is_none();
    let variable = goal.plan_variable().filter(|_| merge.offline.is_none());
    let planned = caught(async {
        match variable {
            Some(variable) => {
                look_ahead(run, goal, &merge.wanted, merge.repository, (variable, Sight::WithoutSecrets)).await
            }
            None => plan_offline(run, goal, &merge.wanted, Some(&merge.base)).await,
        }
    });
    let planned = planned.await.map_err(Failure::from).flatten();
    let mut notes = Vec::new();
    if without_planner {
        let name = &goal.cluster.name;
        notes.push(format!("{name} was planned without the cluster: its rules name no identity for plans"));
    }
    let mut part = match planned {
        Ok(planned) => judged(goal, planned, &mut notes),
        Err(failure) => goal.report(State::Failed { problem: failure.problem() }),
    };
    part.seconds = Some(progress.seconds());
    (part, notes)
}

/// Lets every gate say what it would say after the merge. What was not checked is added to the notes.
pub(super) fn judged(goal: &Goal<'_>, mut planned: Planned, notes: &mut Vec<String>) -> TargetReport {
    notes.append(&mut planned.unchecked);
    let policy = Policy { own: goal.environment, before: Some(goal.environment) };
    let holds = judge(&planned.plan, policy, &planned.evidence);
    let mut part = goal.report(State::Planned { holds });
    part.findings = findings::added(goal, &planned);
    part.plan = Some(planned.plan);
    part.images = planned.images;
    part.notes = planned.notes;
    part
}
