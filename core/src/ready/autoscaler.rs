//! What a `HorizontalPodAutoscaler` says of itself. What it scales runs without it, so it fails no deploy; metrics of new
//! pods come late, so only what does not pass by itself is a warning. Source: `autoscaling/v2` types,
//! `HorizontalPodAutoscalerConditionType`, and kubernetes `podautoscaler/metrics/client.go`.

use super::subject::{Condition, Subject};
use super::{Verdict, ready, ready_but, ready_with, waiting};

/// What is said of metrics that nothing in the cluster serves.
const NOT_SERVED: &[&str] =
    &["could not find the requested resource", "could not find the metric", "no known available metric versions found"];

/// How long a new one is left to its controller, which looks every 15 seconds.
const FIRST_LOOK_SECONDS: u64 = 20;

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    if subject.list("/status/conditions").is_empty() && !subject.waited(FIRST_LOOK_SECONDS) {
        return waiting("its controller to look at it");
    }
    let is_false = |kind: &str| subject.condition(kind).filter(Condition::is_false);
    let Some(condition) = is_false("AbleToScale").or_else(|| is_false("ScalingActive")) else { return ready() };
    let message = condition.message();
    if condition.reason() == "ScalingDisabled" {
        return ready_with("does not scale: its target is scaled to 0");
    }
    if condition.reason() == "FailedGetScale" {
        return ready_but(format!("does not scale: it cannot read its `scaleTargetRef` ({message})"));
    }
    if NOT_SERVED.iter().any(|words| message.contains(words)) {
        return ready_but(format!("does not scale: the cluster serves no such metrics ({message})"));
    }
    if message.contains("missing request for") {
        return ready_but(format!("does not scale: a container states no request to compare with ({message})"));
    }
    ready_with(format!("does not scale yet: {message}"))
}
