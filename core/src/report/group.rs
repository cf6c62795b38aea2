//! Targets that would see exactly the same changes, shown once. Does not compare anything but plans.

use super::{Report, TargetReport};
use crate::plan::{Change, Class, Plan};

/// A target and those that are identical to it.
pub(crate) struct Group<'a> {
    /// The first of them.
    pub(crate) first: &'a TargetReport,
    /// Its plan.
    pub(crate) plan: &'a Plan,
    /// The others, which have the same environment and the same changes.
    pub(crate) others: Vec<&'a TargetReport>,
}

/// Returns the report's planned targets in order, identical ones together.
pub(crate) fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for target in &report.targets {
        let Some(plan) = &target.plan else { continue };
        match groups.iter_mut().find(|group| is_same(group, target, plan)) {
            Some(group) => group.others.push(target),
            None => groups.push(Group { first: target, plan, others: Vec::new() }),
        }
    }
    groups
}

impl<'a> Group<'a> {
    /// Returns every change worth showing, most dangerous first.
    pub(crate) fn changes(&self) -> Vec<&'a Change> {
        let mut changes: Vec<&Change> = self.plan.changes.iter().filter(|change| change.class != Class::Same).collect();
        changes.sort_by_key(|change| (super::words::danger(&change.class), change.effect.is_empty(), &change.id));
        changes
    }
}

fn is_same(group: &Group<'_>, target: &TargetReport, plan: &Plan) -> bool {
    let shown = |change: &&Change| change.class != Class::Same;
    let ours = group.plan.changes.iter().filter(shown);
    let theirs = plan.changes.iter().filter(shown);
    group.first.target.environment == target.target.environment
        && group.first.images == target.images
        && ours.map(facts).eq(theirs.map(facts))
}

fn facts(change: &Change) -> impl PartialEq + '_ {
    let Change { id, class, origin, diff, effect, notes, drift, .. } = change;
    (&id.kind, &id.name, class, origin, diff, effect, notes, drift)
}
