//! `blocked`: nothing is written while an object is refused or belongs to somebody else.

use super::{Hold, first_few};
use crate::plan::{Class, Plan};

pub(super) fn judge(plan: &Plan) -> Option<Hold> {
    let mut named = Vec::new();
    let mut first_help = None;
    for change in &plan.changes {
        if let Class::Blocked { why, help } = &change.class {
            named.push(format!("{} ({why})", change.id));
            first_help.get_or_insert(help);
        }
    }
    let help = first_help?.clone();
    let noun = if named.len() == 1 { "object is" } else { "objects are" };
    let why = format!("{} {noun} blocked: {}", named.len(), first_few(&named));
    Some(Hold { gate: "blocked", why, help, opens_by_itself: false })
}
