//! `observe`: an environment that is only watched is never written.

use super::{Hold, Policy};
use crate::rules::Mode;

pub(super) fn judge(policy: Policy<'_>) -> Option<Hold> {
    if policy.all().all(|environment| environment.mode == Mode::Deploy) {
        return None;
    }
    let (why, help) = if policy.own.mode == Mode::Observe {
        ("the rules say `mode: observe`", "Remove `mode: observe` from the environment when Landfall may write it.")
    } else {
        (
            "the rules before this push say `mode: observe`",
            "Push again: the change of the rules counts from the next push on.",
        )
    };
    Some(Hold { gate: "observe", why: why.to_owned(), help: help.to_owned(), opens_by_itself: false })
}
