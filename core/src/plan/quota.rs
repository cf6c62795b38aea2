//! Whether what a plan adds up to fits into a namespace's quotas: the server judges each object alone, when it is there.
//!
//! Counts pods and what they request, of Deployments, `StatefulSets`, `ReplicaSets`, Jobs and Pods. What comes and goes
//! while a rollout lasts is not counted.

use std::collections::BTreeMap;

use serde_json::Value;

use super::build::{Answer, Observation};
use crate::manifest::{ObjectId, pod_spec};

/// Thousandths: the finest that a quantity is counted in.
type Thousandths = i128;

/// The suffixes of a quantity and what they multiply by, in thousandths (apimachinery, `resource/suffix.go`).
const SUFFIXES: [(&str, Thousandths); 12] = [
    ("Ki", 1_024_000),
    ("Mi", 1_024_000 * 1_024),
    ("Gi", 1_024_000 * 1_024 * 1_024),
    ("Ti", 1_024_000 * 1_024 * 1_024 * 1_024),
    ("Pi", 1_024_000 * 1_024 * 1_024 * 1_024 * 1_024),
    ("m", 1),
    ("k", 1_000_000),
    ("M", 1_000_000_000),
    ("G", 1_000_000_000_000),
    ("T", 1_000_000_000_000_000),
    ("P", 1_000_000_000_000_000_000),
    ("", 1_000),
];

/// Returns what would be more than a quota allows, as sentences.
pub fn exceeded(quotas: &[Value], live: &BTreeMap<ObjectId, Observation>) -> Vec<String> {
    quotas.iter().flat_map(|quota| of_quota(quota, live)).collect()
}

fn of_quota(quota: &Value, live: &BTreeMap<ObjectId, Observation>) -> Vec<String> {
    // A quota with scopes counts some pods only, and which is not known before they run.
    if !quota["spec"]["scopes"].is_null() || !quota["spec"]["scopeSelector"].is_null() {
        return Vec::new();
    }
    let namespace = quota["metadata"]["namespace"].as_str();
    let here = live.iter().filter(|(id, _)| id.namespace.as_deref() == namespace);
    let added: Vec<(&Observation, Option<&Value>)> = here.map(|(_, seen)| (seen, after(seen))).collect();
    let hard = quota["status"]["hard"].as_object().into_iter().flatten();
    let over = hard.filter_map(|(what, limit)| {
        let more: Thousandths =
            added.iter().map(|(seen, after)| usage(*after, what) - usage(seen.live.as_ref(), what)).sum();
        let (used, limit) = (thousandths(&quota["status"]["used"][what])?, thousandths(limit)?);
        (more > 0 && used + more > limit).then(|| told(quota, what, used + more, &quota["status"]["hard"][what]))
    });
    over.collect()
}

/// Returns what an object would be; what is not known is as it is.
fn after(seen: &Observation) -> Option<&Value> {
    match &seen.answer {
        Answer::Predicted { object, .. } => Some(object),
        Answer::NotWanted => None,
        Answer::Refused { .. } | Answer::Immutable { .. } | Answer::Unverified { .. } | Answer::NotAsked => {
            seen.live.as_ref()
        }
    }
}

/// Returns what an object takes of something that a quota limits.
fn usage(object: Option<&Value>, what: &str) -> Thousandths {
    let Some(object) = object else { return 0 };
    let pods = pods(object);
    match what {
        "pods" | "count/pods" => pods * 1_000,
        "cpu" => pods * of_pod(object, "requests", "cpu"),
        "memory" => pods * of_pod(object, "requests", "memory"),
        _ => match what.split_once('.') {
            Some((kind @ ("requests" | "limits"), resource)) => pods * of_pod(object, kind, resource),
            _ => 0,
        },
    }
}

fn pods(object: &Value) -> Thousandths {
    let count = |field: &str| object["spec"][field].as_i64().unwrap_or(1).into();
    match object["kind"].as_str() {
        Some("Deployment" | "StatefulSet" | "ReplicaSet") => count("replicas"),
        Some("Job") if object["status"]["completionTime"].is_null() => count("parallelism"),
        Some("Pod") => 1,
        _ => 0,
    }
}

fn of_pod(object: &Value, kind: &str, resource: &str) -> Thousandths {
    let containers = pod_spec(object)["containers"].as_array().into_iter().flatten();
    containers.filter_map(|container| thousandths(&container["resources"][kind][resource])).sum()
}

/// Reads a quantity; none where it is none, or is written as a power of ten.
fn thousandths(quantity: &Value) -> Option<Thousandths> {
    let text = quantity.as_str().map_or_else(|| quantity.to_string(), str::to_owned);
    let (suffix, factor) = SUFFIXES.iter().find(|(suffix, _)| text.ends_with(suffix))?;
    let number = text.strip_suffix(suffix)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits: Thousandths = format!("{whole}{part}").parse().ok()?;
    let scale = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
    Some(digits.checked_mul(*factor)?.div_euclid(scale))
}

fn told(quota: &Value, what: &str, sum: Thousandths, limit: &Value) -> String {
    let name = quota["metadata"]["name"].as_str().unwrap_or_default();
    let sum = if sum % 1_000 == 0 { (sum / 1_000).to_string() } else { format!("{sum}m") };
    let limit = limit.as_str().map_or_else(|| limit.to_string(), str::to_owned);
    format!(
        "the quota `{name}` allows {limit} of `{what}`, and with this there would be {sum}: not all of it would run"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_quantity_is_read_as_the_server_reads_it() {
        for (text, expected) in [
            (json!("1"), Some(1_000)),
            (json!(3), Some(3_000)),
            (json!("100m"), Some(100)),
            (json!("1.5"), Some(1_500)),
            (json!("1Ki"), Some(1_024_000)),
            (json!("0.5Gi"), Some(536_870_912_000)),
            (json!("1k"), Some(1_000_000)),
            (json!("much"), None),
            (json!("1e3"), None),
            (Value::Null, None),
        ] {
            assert_eq!(thousandths(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_fits_alone_and_not_together_is_told() {
        let quota = |hard: &str, used: &str| {
            json!({"metadata": {"name": "q", "namespace": "shop"}, "spec": {},
                "status": {"hard": {"requests.cpu": hard}, "used": {"requests.cpu": used}}})
        };
        let web = |name: &str, replicas: i64| {
            let id = ObjectId {
                group: "apps".to_owned(),
                kind: "Deployment".to_owned(),
                namespace: Some("shop".to_owned()),
                name: name.to_owned(),
            };
            let container = json!({"resources": {"requests": {"cpu": "500m"}}});
            let object = json!({"kind": "Deployment",
                "spec": {"replicas": replicas, "template": {"spec": {"containers": [container]}}}});
            (id, Observation::unseen(Answer::Predicted { object, warnings: Vec::new() }))
        };
        let live = BTreeMap::from([web("a", 2), web("b", 2)]);
        assert_eq!(exceeded(&[quota("3", "1")], &live), [] as [String; 0]);
        let told =
            "the quota `q` allows 2 of `requests.cpu`, and with this there would be 2500m: not all of it would run";
        assert_eq!(exceeded(&[quota("2", "500m")], &live), [told]);
    }
}
