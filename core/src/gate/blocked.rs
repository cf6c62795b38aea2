//! `blocked`: nothing is written while an object is refused or belongs to somebody else.

use super::Hold;
use crate::plan::{Class, Plan};

/// Most objects that a hold names: it is one clause, and the plan lists them all.
const NAMED_MAX: usize = 3;

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
    let why = format!("{} {noun} blocked: {}", named.len(), list(&named));
    Some(Hold { gate: "blocked", why, help, opens_by_itself: false })
}

/// Returns the first few, and how many more there are.
pub(super) fn list(named: &[String]) -> String {
    let shown = &named[..named.len().min(NAMED_MAX)];
    let rest = match named.len() - shown.len() {
        0 => String::new(),
        left => format!(" and {left} more"),
    };
    format!("{}{rest}", shown.join(", "))
}
