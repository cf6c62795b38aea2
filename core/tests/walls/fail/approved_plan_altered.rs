use landfall_core::gate::ApprovedPlan;

fn empty(approved: &mut ApprovedPlan) {
    approved.plan.changes.clear();
}

fn main() {
    let _ = empty;
}
