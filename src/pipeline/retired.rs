//! Targets that end: what left the rules too early, and what is left of one whose rules say so.

use landfall_core::gate::{self, Hold};
use landfall_core::id::TargetId;
use landfall_core::plan::Class;
use landfall_core::report::{State, TargetReport};
use landfall_core::rules::{Access, Environment, Rules, Target};

use super::Run;
use super::target::{Goal, inventory};
use crate::failure::Failure;
use crate::render::Commands;

/// Returns the targets of these environments of earlier rules that the later ones do not have any more.
pub(super) fn left<'a>(before: &'a Rules, own: Option<&Rules>, environments: &[&'a Environment]) -> Vec<Goal<'a>> {
    let targets = environments.iter().flat_map(|it| it.targets.iter().map(move |target| (*it, target)));
    let goals = targets.filter_map(|(environment, target)| {
        let (id, cluster) = (before.target_id(environment, target), before.clusters.get(&target.cluster)?);
        let why = "what left the rules is not rendered";
        Some(Goal { id, environment, cluster, commands: Commands::None { why }, retired: target.retired })
    });
    goals.filter(|goal| own.is_none_or(|own| still(own, &goal.id, &goal.cluster.access).is_none())).collect()
}

/// Returns the target of an identity by later rules, which may have another name for its cluster.
pub(super) fn still<'a>(own: &'a Rules, id: &TargetId, access: &Access) -> Option<&'a Target> {
    let environment = own.environment(id.environment.as_str()).filter(|_| own.app == id.app)?;
    let reaches = |target: &&Target| own.clusters.get(&target.cluster).is_some_and(|cluster| cluster.access == *access);
    let there = environment.targets.iter().filter(|target| target.namespace == id.namespace);
    environment.target(id).or_else(|| there.clone().find(reaches))
}

/// Returns a report of each target that left the rules while something of it is, or may be, in the cluster that the
/// kubeconfig of a variable leads to.
pub(super) async fn held(
    run: &Run,
    left: &[Goal<'_>],
    variable: impl for<'g> Fn(&'g Goal<'_>) -> Option<&'g str>,
    state: fn(Vec<Hold>) -> State,
) -> Vec<TargetReport> {
    let mut parts = Vec::new();
    for goal in left {
        let recorded = match variable(goal) {
            Some(variable) => recorded(run, goal, variable).await.map_err(|failure| failure.to_string()),
            None => Err("the cluster was not asked".to_owned()),
        };
        let hold = gate::left_rules(&goal.id, recorded);
        parts.extend(hold.map(|hold| goal.report(state(vec![hold]))));
    }
    parts
}

async fn recorded(run: &Run, goal: &Goal<'_>, variable: &str) -> Result<usize, Failure> {
    let reader = goal.connect(run, variable).await?.reader()?;
    Ok(inventory(run, goal, &reader).await?.inventory.entries.len())
}

/// Says of a target that ended whether its rules may go too.
pub(super) fn note(goal: &Goal<'_>, part: &mut TargetReport) {
    let (Some(_), &State::Deployed { deleted, .. }, Some(plan)) = (goal.retired, &part.state, &part.plan) else {
        return;
    };
    let planned = plan.changes.iter().filter(|change| matches!(change.class, Class::Keep { .. })).count();
    let kept = planned + plan.counts().delete.saturating_sub(deleted);
    let name = &goal.environment.name;
    part.notes.push(match kept {
        0 => format!("nothing of `{name}` is left in `{}`: take its entry out of the rules", goal.id.namespace),
        1 => format!("1 object of `{name}` stays, so its entry stays too: delete it, or choose `retired: orphan`"),
        kept => {
            format!("{kept} objects of `{name}` stay, so its entry stays too: delete them, or choose `retired: orphan`")
        }
    });
}
