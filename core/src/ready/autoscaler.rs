//! What a `HorizontalPodAutoscaler` says of itself. Metrics start late, so one that cannot scale yet is only noted.
//! Source: `autoscaling/v2` types, `HorizontalPodAutoscalerConditionType`.

use super::subject::{Condition, Subject};
use super::{Verdict, ready, ready_with};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    let is_false = |kind: &str| subject.condition(kind).filter(Condition::is_false);
    match is_false("AbleToScale").or_else(|| is_false("ScalingActive")) {
        Some(condition) if condition.reason() == "ScalingDisabled" => {
            ready_with("does not scale: its target is scaled to 0")
        }
        Some(condition) => ready_with(format!("does not scale: {}", condition.message())),
        None => ready(),
    }
}
