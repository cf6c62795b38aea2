//! Disruption budgets that never let a pod go: a node with one cannot be drained.

use serde_json::Value;

use super::autoscaler::is_scaled;
use super::finding::{At, Found};
use super::label_selector::unfulfilled;
use super::pod::Pod;
use super::set::Set;

/// Finds budgets that allow no eviction, whatever runs.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    for budget in set.of_kind("policy", "PodDisruptionBudget") {
        let spec = &budget.object["spec"];
        let unavailable = number(&spec["maxUnavailable"]);
        if unavailable.is_some_and(|number| number == Number::Count(0) || number == Number::Percent(0)) {
            let title = "it lets no pod be evicted: `maxUnavailable` is 0".to_owned();
            found.add(budget, title, &[(At::Value("/spec/maxUnavailable"), "lets no pod go")]);
        }
        let reason = match number(&spec["minAvailable"]) {
            Some(Number::Percent(percent)) if percent >= 100 => Some(format!("`minAvailable` is {percent} %")),
            Some(Number::Count(count)) => replicas(set, &spec["selector"])
                .filter(|replicas| count > 0 && *replicas > 0 && count >= *replicas)
                .map(|replicas| format!("`minAvailable` is {count}, of {replicas}")),
            Some(Number::Percent(_)) | None => None,
        };
        if let Some(reason) = reason {
            let title = format!("it lets no pod be evicted: {reason}");
            found.add(budget, title, &[(At::Value("/spec/minAvailable"), "lets no pod go")]);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Count(u64),
    Percent(u64),
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => number.as_u64().map(Number::Count),
        Value::String(text) => text.strip_suffix('%')?.parse().ok().map(Number::Percent),
        _ => None,
    }
}

/// Returns how many pods the budget is for; none where that is not written.
fn replicas(set: &Set<'_>, selector: &Value) -> Option<u64> {
    let is_empty = selector.as_object().is_none_or(serde_json::Map::is_empty);
    let guarded = set.pods.iter().filter(|pod| !is_empty && unfulfilled(selector, pod.labels()).is_none());
    let mut sum = None;
    for pod in guarded {
        sum = Some(sum.unwrap_or(0) + of_workload(set, pod)?);
    }
    sum
}

fn of_workload(set: &Set<'_>, pod: &Pod<'_>) -> Option<u64> {
    let kind = pod.manifest.object["kind"].as_str()?;
    let is_counted = ["Deployment", "StatefulSet", "ReplicaSet"].contains(&kind) && !is_scaled(set, pod.manifest);
    is_counted.then(|| pod.manifest.object["spec"]["replicas"].as_u64().unwrap_or(1))
}
