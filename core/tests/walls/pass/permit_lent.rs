use landfall_core::trust::Permit;

fn twice(permit: &Permit) -> (&Permit, &Permit) {
    (permit, permit)
}

fn main() {
    let _ = twice;
}
