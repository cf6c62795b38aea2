//! `explained`: what deletes, replaces or widens a privilege follows from a merged change.

use super::{Hold, Policy, first_few};
use crate::plan::{Change, Plan};

pub(super) fn judge(plan: &Plan, policy: Policy<'_>) -> Option<Hold> {
    if policy.all().all(|environment| !environment.gates.explained) {
        return None;
    }
    let (why, help) = unknown(plan).or_else(|| drifted(plan))?;
    let help = if policy.own.gates.explained { help } else { LATER };
    Some(Hold { gate: "explained", why, help: help.to_owned(), opens_by_itself: false })
}

/// A removed gate counts from the next push on, a new one at once.
const LATER: &str = "Push again: `explained: false` counts from the next push on.";

/// Nothing is explained where what was deployed cannot be compared with.
fn unknown(plan: &Plan) -> Option<(String, &'static str)> {
    let why = plan.unexplained.as_ref().filter(|_| plan.counts().moved() > 0)?;
    let deployed = plan.deployed.as_ref()?.short();
    let why = format!("nothing says what changed since `{deployed}`, which is deployed: {why}");
    Some((why, "Make that commit readable again, or look at the plan and deploy by hand, with `--reason`."))
}

fn drifted(plan: &Plan) -> Option<(String, &'static str)> {
    let danger = |change: &Change| {
        let danger = change.drift.as_ref()?.danger.as_ref()?;
        Some(format!("`{}` ({danger})", change.id))
    };
    let named: Vec<String> = plan.changes.iter().filter_map(danger).collect();
    let verb = if named.len() == 1 { "change follows" } else { "changes follow" };
    let why = format!("{} {verb} from no merged commit: {}", named.len(), first_few(&named));
    (!named.is_empty()).then_some((why, "Merge what the cluster has into Git, or deploy by hand, with `--reason`."))
}
