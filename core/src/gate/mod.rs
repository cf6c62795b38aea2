//! What may stop a deploy, and the one way to an approved plan. Does not gather evidence.

mod blocked;
mod empty_render;
mod explained;
mod images;
mod max_deletions;
mod observe;
mod replace;
mod retired;
mod rolled_back;

use serde::Serialize;

use crate::id::{CommitSha, TargetId};
use crate::plan::{Change, Plan};
use crate::rules::Environment;
use crate::trust::{Kind, Permit, WayBack};

pub use retired::judge as left_rules;
pub use rolled_back::judge as rolled_back;

/// Most objects that a hold names: it is one clause, and the plan lists them all.
const NAMED_MAX: usize = 3;

/// A gate that says no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// The gate: `max_deletions`.
    pub gate: &'static str,
    /// Why, as a short clause: "deletes 7 objects, the rules allow 5".
    pub why: String,
    /// The next step, as one sentence.
    pub help: String,
    /// Whether it opens by itself.
    pub opens_by_itself: bool,
}

/// Whose rules judge: both must be open, so that no change switches off its own gates.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// The environment by the rules that would be deployed.
    pub own: &'a Environment,
    /// The same environment by the rules before the push; none when it was not there.
    pub before: Option<&'a Environment>,
}

/// What a plan alone does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How many objects Git wants.
    pub desired: usize,
    /// How many objects the inventory has.
    pub inventory: usize,
    /// Images of the rules that the set uses and no node could pull, as their registries say.
    pub absent_images: Vec<AbsentImage>,
}

/// An image that its registry does not have, or not for the cluster's nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsentImage {
    /// The reference: `registry.example/web:1.8`.
    pub reference: String,
    /// Why, as a short clause.
    pub why: String,
}

/// A plan that may be written. It comes only from [`open`], and a writer takes nothing else.
#[derive(Debug, PartialEq)]
pub struct ApprovedPlan {
    plan: Plan,
}

impl ApprovedPlan {
    /// Returns the plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Gives up the approval for what it approved: where, which commit, and every change.
    pub fn into_parts(self) -> (TargetId, CommitSha, Vec<Change>) {
        (self.plan.target, self.plan.commit, self.plan.changes)
    }
}

/// Asks every gate, and returns those that say no.
pub fn judge(plan: &Plan, policy: Policy<'_>, evidence: &Evidence) -> Vec<Hold> {
    judge_with_reason(plan, policy, evidence).into_iter().chain(explained::judge(plan, policy)).collect()
}

/// Asks every gate but `explained`: a person's reason is an explanation.
fn judge_with_reason(plan: &Plan, policy: Policy<'_>, evidence: &Evidence) -> Vec<Hold> {
    let holds = [
        observe::judge(policy),
        blocked::judge(plan),
        replace::judge(plan),
        empty_render::judge(plan, policy, evidence),
        images::judge(evidence),
        max_deletions::judge(plan, policy),
    ];
    holds.into_iter().flatten().collect()
}

/// Approves a plan that no gate holds and whose target and commit the permit is for. Otherwise gives it back.
#[expect(clippy::result_large_err, reason = "both ways out carry the plan")]
pub fn open(
    plan: Plan,
    policy: Policy<'_>,
    evidence: &Evidence,
    permit: &Permit,
) -> Result<ApprovedPlan, (Plan, Vec<Hold>)> {
    let is_by_hand = matches!(permit.kind(), Kind::BreakGlass { .. });
    let asked = if is_by_hand { judge_with_reason } else { judge };
    let mut holds = asked(&plan, policy, evidence);
    holds.extend(foreign(&plan, permit));
    if holds.is_empty() { Ok(ApprovedPlan { plan }) } else { Err((plan, holds)) }
}

/// Approves the plan of a way back that no gate holds and that leads where the way does. Otherwise gives it back.
///
/// It deletes only what the failed deploy made, and its images ran before: `max_deletions` and `images` are not asked.
#[expect(clippy::result_large_err, reason = "both ways out carry the plan")]
pub fn open_back(
    plan: Plan,
    policy: Policy<'_>,
    evidence: &Evidence,
    way: &WayBack<'_>,
) -> Result<ApprovedPlan, (Plan, Vec<Hold>)> {
    let is_by_hand = matches!(way.permit().kind(), Kind::BreakGlass { .. });
    let holds = [
        observe::judge(policy),
        blocked::judge(&plan),
        replace::judge(&plan),
        empty_render::judge(&plan, policy, evidence),
    ];
    let mut holds: Vec<Hold> = holds.into_iter().flatten().collect();
    holds.extend(explained::judge(&plan, policy).filter(|_| !is_by_hand));
    holds.extend(astray(&plan, way));
    if holds.is_empty() { Ok(ApprovedPlan { plan }) } else { Err((plan, holds)) }
}

/// Returns the first few of what a hold is about, and how many more there are.
fn first_few(named: &[String]) -> String {
    let shown = &named[..named.len().min(NAMED_MAX)];
    let rest = match named.len() - shown.len() {
        0 => String::new(),
        left => format!(" and {left} more"),
    };
    format!("{}{rest}", shown.join(", "))
}

fn foreign(plan: &Plan, permit: &Permit) -> Option<Hold> {
    let why = if *permit.target() != plan.target {
        format!("the permit is for {}, the plan for {}", permit.target(), plan.target)
    } else if !permit.covers(&plan.commit) {
        format!("the plan is of {}, which is not the commit that was pushed", plan.commit.short())
    } else {
        return None;
    };
    let help = "Run this again from the pipeline of the commit that is to be deployed.".to_owned();
    Some(Hold { gate: "permit", why, help, opens_by_itself: false })
}

fn astray(plan: &Plan, way: &WayBack<'_>) -> Option<Hold> {
    if plan.target == *way.permit().target() && plan.commit == *way.to() {
        return None;
    }
    let why = format!("the plan is of {} in {}, the way back leads elsewhere", plan.commit.short(), plan.target);
    let help = "Report this: a rollback met another target's or commit's plan.".to_owned();
    Some(Hold { gate: "permit", why, help, opens_by_itself: false })
}

impl<'a> Policy<'a> {
    /// Whether a target ends and its proposal showed that: the rules before the push had the environment, and it followed
    /// the same branch.
    fn ends_as_shown(self, plan: &Plan) -> bool {
        let is_same = |before: &Environment| (&before.name, &before.follows) == (&self.own.name, &self.own.follows);
        plan.retired.is_some() && self.before.is_some_and(is_same)
    }

    /// Returns the environments that must both agree.
    fn all(self) -> impl Iterator<Item = &'a Environment> {
        std::iter::once(self.own).chain(self.before)
    }
}
