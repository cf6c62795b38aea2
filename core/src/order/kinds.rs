//! What follows from the kinds of objects alone: the stages in which they are sent, and deleted. Reads no bodies.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::manifest::ObjectId;

/// A group of kinds that are sent together, in the order of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Namespaces, which everything else may lie in.
    Namespaces,
    /// Custom resource definitions: their kinds are served only after they are established.
    Definitions,
    /// What workloads read or are judged by: classes, quotas, rights, accounts, configuration.
    Settings,
    /// Volumes and Services: a pod learns its Services' addresses when it starts.
    Foundations,
    /// What runs, and every kind that is not known here.
    Workloads,
    /// What leads to workloads or scales them.
    Edges,
    /// API services: the server asks their backend from now on.
    ApiServices,
    /// Webhooks and admission policies last: they judge every later write.
    Admission,
}

/// The API groups of Kubernetes itself; a kind of any other group comes from a definition.
const BUILT_IN_GROUPS: &[&str] = &[
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "extensions",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
];

/// Returns the stage that an object is sent in.
pub(super) fn stage(id: &ObjectId) -> Stage {
    match (id.group.as_str(), id.kind.as_str()) {
        ("", "Namespace") => Stage::Namespaces,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => Stage::Definitions,
        ("", "ConfigMap" | "LimitRange" | "ResourceQuota" | "Secret" | "ServiceAccount")
        | ("networking.k8s.io", "NetworkPolicy")
        | ("storage.k8s.io", "CSIDriver")
        | ("flowcontrol.apiserver.k8s.io" | "rbac.authorization.k8s.io", _) => Stage::Settings,
        (_, kind) if kind.ends_with("Class") => Stage::Settings,
        ("", "PersistentVolume" | "PersistentVolumeClaim" | "Service" | "Endpoints")
        | ("discovery.k8s.io", "EndpointSlice") => Stage::Foundations,
        ("autoscaling", "HorizontalPodAutoscaler")
        | ("policy", "PodDisruptionBudget")
        | ("networking.k8s.io" | "extensions", "Ingress")
        | ("gateway.networking.k8s.io", _) => Stage::Edges,
        ("apiregistration.k8s.io", "APIService") => Stage::ApiServices,
        ("admissionregistration.k8s.io", _) => Stage::Admission,
        _ => Stage::Workloads,
    }
}

/// Returns whether a kind comes from a definition rather than from Kubernetes itself.
pub fn is_custom(id: &ObjectId) -> bool {
    !BUILT_IN_GROUPS.contains(&id.group.as_str())
}

/// Whether an object goes with another one that is deleted: with its namespace, with the definition of its kind.
pub fn goes_with(id: &ObjectId, deleted: &ObjectId) -> bool {
    match stage(deleted) {
        Stage::Namespaces => id.namespace.as_ref() == Some(&deleted.name),
        Stage::Definitions => deleted.name.split_once('.').is_some_and(|(_, group)| group == id.group),
        _ => false,
    }
}

/// Sorts objects into the steps in which they are deleted: the stages backwards.
///
/// Custom objects go before the workloads, because their operator may be one of them and has to finish them.
pub fn prune_order(ids: impl IntoIterator<Item = ObjectId>) -> Vec<Vec<ObjectId>> {
    let mut steps: BTreeMap<_, Vec<ObjectId>> = BTreeMap::new();
    for id in ids {
        steps.entry(Reverse((stage(&id), is_custom(&id)))).or_default().push(id);
    }
    let mut steps: Vec<Vec<ObjectId>> = steps.into_values().collect();
    for ids in &mut steps {
        ids.sort();
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ObjectId {
        let (kind, name) = text.split_once(' ').unwrap();
        let (group, kind) = kind.rsplit_once('/').unwrap_or(("", kind));
        ObjectId { group: group.to_owned(), kind: kind.to_owned(), namespace: None, name: name.to_owned() }
    }

    fn names(steps: Vec<Vec<ObjectId>>) -> Vec<String> {
        let joined = |ids: Vec<ObjectId>| ids.iter().map(|id| id.name.clone()).collect::<Vec<_>>().join(" ");
        steps.into_iter().map(joined).collect()
    }

    const SET: &[&str] = &[
        "admissionregistration.k8s.io/ValidatingWebhookConfiguration hook",
        "apiregistration.k8s.io/APIService api",
        "policy/PodDisruptionBudget budget",
        "networking.k8s.io/Ingress ingress",
        "example.com/Widget custom",
        "batch/Job job",
        "apps/Deployment web",
        "Service service",
        "Secret secret",
        "rbac.authorization.k8s.io/Role role",
        "gateway.networking.k8s.io/GatewayClass class",
        "apiextensions.k8s.io/CustomResourceDefinition definition",
        "Namespace namespace",
    ];

    #[test]
    fn deletion_goes_backwards_and_custom_objects_leave_before_their_operator_and_definition() {
        let steps = names(prune_order(SET.iter().map(|text| id(text))));
        assert_eq!(steps.first().map(String::as_str), Some("hook"));
        assert_eq!(steps.last().map(String::as_str), Some("namespace"));
        let place = |name: &str| steps.iter().position(|step| step.split(' ').any(|n| n == name)).unwrap();
        assert!(place("custom") < place("web"));
        assert!(place("web") < place("secret"));
        assert!(place("custom") < place("definition"));
    }
}
