use landfall_core::id::CommitSha;
use landfall_core::trust::{Permit, WayBack};

fn lead(permit: &Permit, to: CommitSha) -> WayBack<'_> {
    WayBack { permit, to }
}

fn main() {
    let _ = lead;
}
