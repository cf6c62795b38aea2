use landfall_core::gate::ApprovedPlan;

fn twice(approved: &ApprovedPlan) -> (ApprovedPlan, ApprovedPlan) {
    (approved.clone(), approved.clone())
}

fn main() {
    let _ = twice;
}
