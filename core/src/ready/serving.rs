//! What still serves users while a Deployment is not ready. Does not look at Services.

use serde_json::Value;

use super::revision::newest_replica_set;
use super::selector::owned_by;
use super::subject::{condition, text};

/// Says what still serves, as words after a dash: "still serving with 6 of 6 old pods". Empty when not known.
pub fn still_serving(deployment: &Value, replica_sets: &[Value], pods: &[Value]) -> String {
    let Some(newest) = newest_replica_set(deployment, replica_sets) else {
        return String::new();
    };
    let wanted = deployment.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or(1);
    let uid = text(deployment, "/metadata/uid").unwrap_or_default();
    let (mut new, mut old) = (0, 0);
    for set in owned_by(uid, replica_sets) {
        let ready = ready_pods(set, pods);
        *(if std::ptr::eq(set, newest) { &mut new } else { &mut old }) += ready;
    }
    words(wanted, old, new)
}

fn words(wanted: u64, old: usize, new: usize) -> String {
    match (old, new) {
        (0, 0) if wanted == 0 => String::new(),
        (0, 0) => "nothing serves".to_owned(),
        (0, new) => format!("still serving with {new} of {wanted} new pods"),
        (old, 0) => format!("still serving with {old} of {wanted} old pods"),
        (old, new) => format!("still serving with {old} old and {new} new pods, {wanted} are wanted"),
    }
}

fn ready_pods(replica_set: &Value, pods: &[Value]) -> usize {
    let uid = text(replica_set, "/metadata/uid").unwrap_or_default();
    let serves = |pod: &&&Value| {
        text(pod, "/metadata/deletionTimestamp").is_none()
            && condition(pod, "Ready").is_some_and(|condition| condition.is_true())
    };
    owned_by(uid, pods).iter().filter(serves).count()
}
