//! The plan of a way back: a deploy of the commit that was deployed before, which undoes no Job and loses no data.

use super::build::{Inputs, is_kept};
use super::{Change, Class, Plan};
use crate::diff::ObjectDiff;
use crate::manifest::{Manifest, ObjectId};
use crate::order;

/// Returns the plan of going back to the wanted set from the attempts since then.
pub fn build(inputs: &Inputs<'_>) -> Plan {
    let mut plan = super::build::build(inputs);
    for change in &mut plan.changes {
        if let Some(why) = stays(inputs, change) {
            keep(change, why);
        }
    }
    super::build::sort(&mut plan.changes);
    plan
}

/// Returns why an object stays as the failed deploy left it; none when it goes back.
fn stays(inputs: &Inputs<'_>, change: &Change) -> Option<String> {
    match &change.class {
        Class::Same | Class::Keep { .. } | Class::Release => None,
        Class::Delete if runs_once(inputs, &change.id) => {
            Some("what it did is not undone, and the next deploy is not to do it again".to_owned())
        }
        _ if runs_once(inputs, &change.id) => Some("a rollback runs no Job again".to_owned()),
        // What holds data serves the earlier version as well, as far as anybody can say.
        Class::Blocked { why, .. } if is_kept(&change.id) => Some(format!("it cannot go back: {why}")),
        Class::Create
        | Class::Change
        | Class::Unverified { .. }
        | Class::Replace { .. }
        | Class::Delete
        | Class::Blocked { .. } => None,
    }
}

/// Whether an object is, or was in an attempt, a Job that runs once for each content.
fn runs_once(inputs: &Inputs<'_>, id: &ObjectId) -> bool {
    let is_it = |manifest: &&Manifest| ObjectId::of(&manifest.object).as_ref() == Some(id);
    let written = inputs.desired.iter().chain(inputs.attempts.iter().flatten()).filter(is_it);
    let live = inputs.live.get(id).and_then(|observation| observation.live.as_ref());
    written.map(|manifest| &manifest.object).chain(live).any(order::runs_once)
}

fn keep(change: &mut Change, why: String) {
    change.class = Class::Keep { why };
    change.diff = ObjectDiff::default();
    change.effect.clear();
    (change.drift, change.takeover, change.body) = (None, None, None);
}
