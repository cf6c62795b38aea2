//! Two clusters that start alike: one is Landfall's, one is kubectl's.
//!
//! Two, because objects outside namespaces could not lie beside each other in one.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Output;

use landfall_test_cluster::cloud::Cloud;
use landfall_test_cluster::control_plane::ControlPlane;
use serde_json::{Value, json};

use crate::Result;
use crate::differences::{self, Set};
use crate::reference::Reference;

pub(crate) struct Clusters {
    pub(crate) landfall: ControlPlane,
    pub(crate) kubectl: ControlPlane,
    _clouds: [Cloud; 2],
}

impl Clusters {
    /// Starts both, with what they have before the application comes.
    pub(crate) async fn start(installed: &[PathBuf]) -> Result<Self> {
        let (landfall, kubectl) = (ControlPlane::start().await, ControlPlane::start().await);
        let clouds = [Cloud::join(&landfall).await, Cloud::join(&kubectl).await];
        let clusters = Self { landfall, kubectl, _clouds: clouds };
        for file in installed {
            clusters.both(&["apply", "--server-side", "-f", "-"], &fs::read_to_string(file)?)?;
        }
        Ok(clusters)
    }

    /// Makes the target's namespace where the cluster has none, and lets the planner try what the set contains.
    pub(crate) fn prepare(&self, reference: &Reference<'_>) -> Result<()> {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": reference.namespace}});
        self.both(&["apply", "--server-side", "-f", "-"], &namespace.to_string())?;
        let groups: BTreeSet<&str> = reference.groups.iter().map(String::as_str).collect();
        succeed(&self.landfall.kubectl_with_input(&["apply", "-f", "-"], &rights(&groups).to_string()))?;
        Ok(())
    }

    /// Returns what kubectl's cluster serves when everything was applied there, for a render that asks no cluster.
    pub(crate) fn facts(&self) -> Result<String> {
        succeed(&self.kubectl.kubectl(&["api-resources", "-o", "json"]))
    }

    fn both(&self, arguments: &[&str], input: &str) -> Result<()> {
        succeed(&self.landfall.kubectl_with_input(arguments, input))?;
        succeed(&self.kubectl.kubectl_with_input(arguments, input))?;
        Ok(())
    }

    /// Returns which of these objects Landfall's cluster has.
    pub(crate) fn landfall_has(&self, objects: &[Value]) -> Result<Set> {
        live(&self.landfall, objects)
    }
}

/// Returns what a cluster has of these objects.
pub(crate) fn live(cluster: &ControlPlane, objects: &[Value]) -> Result<Set> {
    if objects.is_empty() {
        return Ok(Set::new());
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    let arguments = ["get", "--ignore-not-found", "-o", "json", "-f", "-"];
    let output = cluster.kubectl_with_input(&arguments, &list.to_string());
    let complaint = String::from_utf8_lossy(&output.stderr);
    // A cluster that was never told of a kind has no objects of it.
    if !complaint.lines().all(|line| line.contains("no matches for kind")) {
        return Err(complaint.into());
    }
    let found = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    Ok(differences::by_identity(found.collect::<std::result::Result<_, _>>()?))
}

/// Returns what a program printed, or what it complained about.
pub(crate) fn succeed(output: &Output) -> Result<String> {
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Says what docs tell whoever sets up a planner: list what your manifests contain.
fn rights(groups: &BTreeSet<&str>) -> Value {
    let metadata = json!({"name": "real-planner"});
    let verbs = ["get", "list", "watch", "create", "patch"];
    json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": metadata,
         "rules": [{"apiGroups": groups, "resources": ["*"], "verbs": verbs}]},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": metadata,
         "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "real-planner"},
         "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "landfall:plan"}]},
    ]})
}
