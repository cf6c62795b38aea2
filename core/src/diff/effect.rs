//! What a change does to running things, in a few words. Does not ask the cluster: both objects are given.

use serde_json::Value;

use super::noise;
use crate::manifest::ObjectId;

/// Returns what happens to running things; empty when nothing does.
pub fn effect(id: &ObjectId, before: Option<&Value>, after: Option<&Value>) -> String {
    let (Some(before), Some(after)) = (before, after) else { return String::new() };
    if id.group != "apps" || !["DaemonSet", "Deployment", "StatefulSet"].contains(&id.kind.as_str()) {
        return String::new();
    }
    let parts = [restarts(&id.kind, before, after), scales(&id.kind, before, after)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Returns what happens to running things while an object is deleted and made anew; empty when nothing is known to.
pub fn effect_anew(id: &ObjectId, live: Option<&Value>) -> String {
    let Some(live) = live else { return String::new() };
    match (id.group.as_str(), id.kind.as_str()) {
        ("apps", kind) => match pods(kind, live) {
            Some(0) | None => String::new(),
            Some(1) => "stops 1 pod before a new one runs".to_owned(),
            Some(pods) => format!("stops {pods} pods before new ones run"),
        },
        ("", "Service") => "is reached by nobody meanwhile, and gets another address".to_owned(),
        _ => String::new(),
    }
}

fn restarts(kind: &str, before: &Value, after: &Value) -> Option<String> {
    let template = |object: &Value| noise::without(&object["spec"]["template"]);
    let manual = strategy(after) == "OnDelete" || after["spec"]["paused"] == true;
    let pods = pods(kind, before);
    if template(before) == template(after) || pods == Some(0) {
        return None;
    }
    let pods = match pods {
        None => "its pods".to_owned(),
        Some(1) => "1 pod".to_owned(),
        Some(pods) => format!("{pods} pods"),
    };
    Some(match (manual, strategy(after)) {
        (true, "OnDelete") => format!("reaches {pods} as each is deleted"),
        (true, _) => "paused: restarts nothing yet".to_owned(),
        (false, "Recreate") => format!("restarts {pods}, all at once"),
        (false, _) => format!("restarts {pods}, rolling"),
    })
}

fn strategy(object: &Value) -> &str {
    let spec = &object["spec"];
    spec["strategy"]["type"].as_str().or(spec["updateStrategy"]["type"].as_str()).unwrap_or("")
}

/// Returns how many pods run now; none when the object does not say.
fn pods(kind: &str, before: &Value) -> Option<u64> {
    match kind {
        "DaemonSet" => before["status"]["desiredNumberScheduled"].as_u64(),
        _ => replicas(before),
    }
}

/// Returns how many pods are asked for: one where nothing is said, none known where it is no number.
fn replicas(object: &Value) -> Option<u64> {
    match &object["spec"]["replicas"] {
        Value::Null => Some(1),
        asked => asked.as_u64(),
    }
}

fn scales(kind: &str, before: &Value, after: &Value) -> Option<String> {
    let from = pods(kind, before)?;
    let to = replicas(after)?;
    (kind != "DaemonSet" && from != to).then(|| format!("scales from {from} to {to}"))
}
