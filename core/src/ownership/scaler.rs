//! Workloads whose number of replicas is an autoscaler's to say. Knows Kubernetes' own, and what KEDA makes them of.

use serde_json::{Value, json};

use super::FieldSet;
use crate::manifest::{Gvk, ObjectId};

/// An autoscaler and what it scales.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaler {
    /// The autoscaler's kind and name.
    pub name: String,
    target: ObjectId,
}

impl Scaler {
    /// Reads an autoscaler, live or in Git; none for any other object.
    pub fn of(object: &Value) -> Option<Self> {
        let gvk = Gvk::of(object)?;
        let target = &object["spec"]["scaleTargetRef"];
        let (group, kind) = match (gvk.group.as_str(), gvk.kind.as_str()) {
            ("autoscaling", "HorizontalPodAutoscaler") => (Gvk::of(target)?.group, target["kind"].as_str()?),
            // KEDA scales a Deployment unless it is told otherwise.
            ("keda.sh", "ScaledObject") => {
                let known = Gvk::of(target).map(|gvk| gvk.group);
                (known.unwrap_or_else(|| "apps".to_owned()), target["kind"].as_str().unwrap_or("Deployment"))
            }
            _ => return None,
        };
        let id = ObjectId::of(object)?;
        let name = target["name"].as_str()?.to_owned();
        let target = ObjectId { group, kind: kind.to_owned(), namespace: id.namespace.clone(), name };
        Some(Self { name: format!("{} `{}`", id.kind, id.name), target })
    }

    /// Whether it scales an object.
    pub fn scales(&self, id: &ObjectId) -> bool {
        self.target == *id
    }

    /// Whether such an object may have an autoscaler.
    pub fn is_for(id: &ObjectId) -> bool {
        id.namespace.is_some() && matches!(id.kind.as_str(), "Deployment" | "StatefulSet" | "ReplicaSet" | "Rollout")
    }
}

/// The field that an autoscaler changes, through the subresource `scale`.
pub(super) fn replicas() -> FieldSet {
    FieldSet::read(&json!({"f:spec": {"f:replicas": {}}}))
}
