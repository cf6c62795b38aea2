use landfall_core::id::TargetId;
use landfall_core::trust::Permit;

fn give(target: TargetId) -> Permit {
    Permit { target }
}

fn main() {
    let _ = give;
}
