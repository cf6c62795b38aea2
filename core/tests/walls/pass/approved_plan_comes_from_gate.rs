use landfall_core::gate::{ApprovedPlan, open};
use landfall_core::plan::Plan;
use landfall_core::trust::Permit;

fn approve(plan: Plan, permit: &Permit) -> Option<ApprovedPlan> {
    open(plan, Vec::new(), permit).ok()
}

fn main() {
    let _ = approve;
}
