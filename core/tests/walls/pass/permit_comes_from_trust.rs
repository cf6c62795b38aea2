use landfall_core::gate::Hold;
use landfall_core::id::TargetId;
use landfall_core::rules::Environment;
use landfall_core::trigger::Trigger;
use landfall_core::trust::{Permit, permit};

fn give(trigger: &Trigger, target: &TargetId, environment: &Environment) -> Result<Permit, Hold> {
    permit(trigger, target, environment, None)
}

fn main() {
    let _ = give;
}
