//! Leaves an object in the cluster to others: without our label, and with none of its fields ours.

use serde_json::{Value, json};

use super::{entries, manager};
use crate::inventory::LABEL;

/// Returns the JSON patch (RFC 6902) that takes a manager's fields and our label off a live object.
///
/// Owners are added, which replaces them too: somebody may have cleared them. The version is replaced and not tested, so that a race is a conflict (409), which can be tried again. An empty list
/// of owners would be ignored; a list with an empty one clears them (apimachinery, `managedfields`).
pub fn released(live: &Value, ours: &str) -> Value {
    let others: Vec<Value> = entries(live).iter().filter(|entry| manager(entry) != ours).cloned().collect();
    let owners = if others.is_empty() { vec![json!({})] } else { others };
    json!([
        {"op": "remove", "path": format!("/metadata/labels/{}", LABEL.replace('/', "~1"))},
        {"op": "add", "path": "/metadata/managedFields", "value": owners},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_share_of_an_object_is_let_go() {
        let theirs = json!({"manager": "kubectl", "operation": "Update"});
        let ours = json!({"manager": "landfall:shop/eu/1", "operation": "Apply"});
        let live = json!({"metadata": {"resourceVersion": "7", "managedFields": [ours.clone(), theirs.clone()]}});
        let patch = released(&live, "landfall:shop/eu/1");
        assert_eq!(patch[0]["path"], "/metadata/labels/landfall.dev~1inventory");
        assert_eq!(patch[1]["value"], json!([theirs]));
        assert_eq!(patch[2]["value"], "7");

        let alone = json!({"metadata": {"resourceVersion": "7", "managedFields": [ours]}});
        assert_eq!(released(&alone, "landfall:shop/eu/1")[1]["value"], json!([{}]));
    }
}
