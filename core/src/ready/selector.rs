//! Which other objects tell how far an object is. Does not fetch them.

use serde_json::Value;

use super::subject::{list, text};
use crate::manifest::ObjectId;

/// What to fetch, in the object's namespace, to judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The label selector of its pods, and of its `ReplicaSets`; none when it has no pods.
    pub labels: Option<String>,
    /// Whether its pods hang on it through `ReplicaSets`.
    pub replica_sets: bool,
}

/// Returns what to fetch to judge an object besides itself; none when it alone tells. Events count for all of them.
///
/// Labels find too much where two workloads share them: [`judge`](super::judge) keeps what the object owns.
pub fn related_selector(object: &Value) -> Option<Selector> {
    let id = ObjectId::of(object)?;
    match (id.group.as_str(), id.kind.as_str()) {
        ("apps", "Deployment") => Some(Selector { labels: labels(object), replica_sets: true }),
        ("apps", "ReplicaSet" | "StatefulSet" | "DaemonSet") | ("batch", "Job") => {
            Some(Selector { labels: labels(object), replica_sets: false })
        }
        ("", "Pod" | "PersistentVolumeClaim" | "Service") => Some(Selector { labels: None, replica_sets: false }),
        _ => None,
    }
}

/// Returns the objects whose controller has this UID.
pub fn owned_by<'a>(uid: &str, objects: &'a [Value]) -> Vec<&'a Value> {
    let owns = |reference: &Value| {
        reference.get("controller") == Some(&Value::Bool(true)) && text(reference, "/uid") == Some(uid)
    };
    objects.iter().filter(|object| list(object, "/metadata/ownerReferences").iter().any(owns)).collect()
}

/// Writes a label selector as the API's query parameter (API concepts, "Labels and selectors").
fn labels(object: &Value) -> Option<String> {
    let selector = object.pointer("/spec/selector")?;
    let equal = selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
    let mut terms: Vec<String> = equal.filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?))).collect();
    terms.extend(list(selector, "/matchExpressions").iter().filter_map(expression));
    terms.sort();
    (!terms.is_empty()).then(|| terms.join(","))
}

fn expression(expression: &Value) -> Option<String> {
    let key = text(expression, "/key")?;
    let values: Vec<&str> = list(expression, "/values").iter().filter_map(Value::as_str).collect();
    let values = values.join(",");
    match text(expression, "/operator")? {
        "In" => Some(format!("{key} in ({values})")),
        "NotIn" => Some(format!("{key} notin ({values})")),
        "Exists" => Some(key.to_owned()),
        "DoesNotExist" => Some(format!("!{key}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(api_version: &str, kind: &str, selector: &Value) -> Value {
        json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "web"}, "spec": {"selector": selector}})
    }

    #[test]
    fn a_selector_is_written_as_the_api_reads_it() {
        let selector = json!({
            "matchLabels": {"app": "web"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["a", "b"]},
                {"key": "old", "operator": "DoesNotExist"},
            ],
        });
        let expected = Selector { labels: Some("!old,app=web,tier in (a,b)".to_owned()), replica_sets: true };
        assert_eq!(related_selector(&object("apps/v1", "Deployment", &selector)), Some(expected));
    }

    #[test]
    fn a_config_map_needs_nothing_else() {
        assert_eq!(related_selector(&object("v1", "ConfigMap", &Value::Null)), None);
    }

    #[test]
    fn only_the_controller_owns() {
        let pod = |controller: bool| json!({"metadata": {"ownerReferences": [{"uid": "u", "controller": controller}]}});
        assert_eq!(owned_by("u", &[pod(true), pod(false)]).len(), 1);
        assert!(owned_by("v", &[pod(true)]).is_empty());
    }
}
