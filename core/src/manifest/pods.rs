//! Where an object says what its pods are like.

use serde_json::Value;

/// Returns the pod spec of a pod or of what makes pods; null where there is none.
pub fn pod_spec(object: &Value) -> &Value {
    match object["kind"].as_str() {
        Some("Pod") => &object["spec"],
        Some("CronJob") => &object["spec"]["jobTemplate"]["spec"]["template"]["spec"],
        _ => &object["spec"]["template"]["spec"],
    }
}
