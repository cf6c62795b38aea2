use landfall_core::gate::ApprovedPlan;

fn count(approved: &ApprovedPlan) -> usize {
    approved.plan().changes.len()
}

fn main() {
    let _ = count;
}
