//! What a `PodDisruptionBudget` says of itself. It holds up nodes that are drained, not what was applied, so it is only
//! noted. Source: `policy/v1` types, `DisruptionAllowedCondition`.

use super::subject::{Condition, Subject};
use super::{Verdict, ready, ready_with};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    let Some(condition) = subject.condition("DisruptionAllowed").filter(Condition::is_false) else {
        return ready();
    };
    if condition.reason() == "SyncFailed" {
        return ready_with(format!("protects nothing: {}", condition.message()));
    }
    if subject.count("/status/expectedPods") == 0 {
        return ready_with("its selector matches no pod");
    }
    let (healthy, wanted) = (subject.count("/status/currentHealthy"), subject.count("/status/desiredHealthy"));
    ready_with(format!("allows no eviction now: {healthy} pods are healthy, {wanted} must be"))
}
