//! `max_deletions`: a deploy that deletes more than is usual waits for a person, but where the target ends.

use super::{Hold, Policy};
use crate::plan::Plan;

pub(super) fn judge(plan: &Plan, policy: Policy<'_>) -> Option<Hold> {
    let deletions = plan.counts().delete;
    let allowed = policy.all().map(|environment| environment.gates.max_deletions).min()?;
    if deletions <= allowed || policy.ends_as_shown(plan) {
        return None;
    }
    let noun = if deletions == 1 { "object" } else { "objects" };
    let (whose, help) = if deletions <= policy.own.gates.max_deletions {
        (
            "the rules before this push allow",
            "Push again: the new `max_deletions` counts from the next push on.".to_owned(),
        )
    } else {
        let help = format!(
            "If all of them are meant, set `gates: {{max_deletions: {deletions}}}` in a change of its own first."
        );
        ("the rules allow", help)
    };
    let why = format!("deletes {deletions} {noun}, {whose} {allowed}");
    Some(Hold { gate: "max_deletions", why, help, opens_by_itself: false })
}
