use landfall_core::gate::ApprovedPlan;

fn twice(approved: &ApprovedPlan) -> (&ApprovedPlan, &ApprovedPlan) {
    (approved, approved)
}

fn main() {
    let _ = twice;
}
