//! Whether the readiness of a workload's pods tells that they work. Without a probe, a pod is ready as soon as it runs.

use serde_json::Value;

use super::container::statuses;
use super::revision::newest_replica_set;
use super::selector::owned_by;
use super::subject::{list, text};
use crate::manifest::ObjectId;

/// Returns whether something asks a workload's new pods before they count as ready. What starts no pods counts as asked.
pub fn is_probed(workload: &Value) -> bool {
    let Some(id) = ObjectId::of(workload) else { return true };
    let containers = match (id.group.as_str(), id.kind.as_str()) {
        ("apps", _) => "/spec/template/spec/containers",
        ("", "Pod") => "/spec/containers",
        _ => return true,
    };
    let has_ended = text(workload, "/status/phase") == Some("Succeeded");
    if has_ended || workload.pointer("/spec/replicas") == Some(&Value::from(0)) {
        return true;
    }
    let asks = |probe: &str, container: &Value| container.get(probe).is_some();
    let containers = list(workload, containers);
    containers.iter().all(|container| asks("readinessProbe", container) || asks("startupProbe", container))
}

/// Returns how often the containers of a workload's new pods, or of a pod itself, were restarted.
pub fn restarts(workload: &Value, replica_sets: &[Value], pods: &[Value]) -> u64 {
    let newest = newest_replica_set(workload, replica_sets);
    let owners = [text(workload, "/metadata/uid"), newest.and_then(|set| text(set, "/metadata/uid"))];
    let pods = owners.into_iter().flatten().flat_map(|uid| owned_by(uid, pods));
    let own = statuses(workload);
    pods.flat_map(statuses).chain(own).filter_map(|status| status["restartCount"].as_u64()).sum()
}
