use landfall_core::gate::{ApprovedPlan, Evidence, Policy, open};
use landfall_core::plan::Plan;
use landfall_core::trust::Permit;

fn approve(plan: Plan, policy: Policy<'_>, evidence: &Evidence, permit: &Permit) -> Option<ApprovedPlan> {
    open(plan, policy, evidence, permit).ok()
}

fn main() {
    let _ = approve;
}
