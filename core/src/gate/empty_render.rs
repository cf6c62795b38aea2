//! `empty_render`: a render without any object is more often a mistake than a wish, but where the target ends.

use super::{Evidence, Hold, Policy};
use crate::plan::Plan;

pub(super) fn judge(plan: &Plan, policy: Policy<'_>, evidence: &Evidence) -> Option<Hold> {
    if policy.ends_as_shown(plan)
        || evidence.desired > 0
        || policy.all().all(|environment| environment.gates.allow_empty)
    {
        return None;
    }
    let why = match evidence.inventory {
        0 => format!("`{}` renders no object at all", policy.own.source),
        1 => format!("`{}` renders no object, and 1 is deployed", policy.own.source),
        count => format!("`{}` renders no object, and {count} are deployed", policy.own.source),
    };
    let help = if policy.own.gates.allow_empty {
        "Push again: `allow_empty: true` counts from the next push on."
    } else {
        "Check `source`; if nothing is really wanted, set `gates: {allow_empty: true}`."
    };
    Some(Hold { gate: "empty_render", why, help: help.to_owned(), opens_by_itself: false })
}
