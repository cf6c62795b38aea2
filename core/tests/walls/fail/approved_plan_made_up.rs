use landfall_core::gate::ApprovedPlan;
use landfall_core::plan::Plan;

fn approve(plan: Plan) -> ApprovedPlan {
    ApprovedPlan { plan }
}

fn main() {
    let _ = approve;
}
