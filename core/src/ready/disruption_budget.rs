//! What a `PodDisruptionBudget` says of itself. It holds up nodes that are drained, not what was applied, so it is only
//! noted. Source: `policy/v1` types, `DisruptionAllowedCondition`.

use super::subject::{Condition, Subject};
use super::{Verdict, ready, ready_but, ready_with, service};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    let Some(condition) = subject.condition("DisruptionAllowed").filter(Condition::is_false) else {
        return ready();
    };
    if condition.reason() == "SyncFailed" {
        return ready_but(format!("protects nothing: {}", condition.message()));
    }
    if subject.count("/status/expectedPods") == 0 {
        // Its controller may not have seen the pods yet.
        let is_certain = service::selects_nothing(subject, "/spec/selector/matchLabels");
        let words = "protects nothing: its selector matches no pod";
        return if is_certain { ready_but(words) } else { ready_with(words) };
    }
    let (healthy, wanted) = (subject.count("/status/currentHealthy"), subject.count("/status/desiredHealthy"));
    if wanted >= subject.count("/status/expectedPods") {
        return ready_but("lets no pod go, so no node with one of them can be drained");
    }
    ready_with(format!("allows no eviction now: {healthy} pods are healthy, {wanted} must be"))
}
