//! `replace`: what can only be deleted and made anew waits for somebody's leave.

use super::{Hold, first_few};
use crate::plan::{Change, Class, Plan};
use crate::report::count;

pub(super) fn judge(plan: &Plan) -> Option<Hold> {
    let named: Vec<String> = plan.changes.iter().filter_map(named).collect();
    if named.is_empty() {
        return None;
    }
    let why = format!("{} would be deleted and made anew: {}", count(named.len(), "object"), first_few(&named));
    let help = "If that is meant, add the annotation `landfall.dev/allow: replace` in Git, or deploy by hand with `--allow \
                KIND/NAME=replace`; otherwise give it a new name.";
    Some(Hold { gate: "replace", why, help: help.to_owned(), opens_by_itself: false })
}

fn named(change: &Change) -> Option<String> {
    let effect = if change.effect.is_empty() { String::new() } else { format!(" ({})", change.effect) };
    matches!(change.class, Class::Replace { allowed: false, .. }).then(|| format!("`{}`{effect}", change.id))
}
