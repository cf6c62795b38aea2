use landfall_core::trust::Permit;

fn twice(permit: &Permit) -> (Permit, Permit) {
    (permit.clone(), permit.clone())
}

fn main() {
    let _ = twice;
}
