//! Furnishes a fresh control plane: its node, the identities' rights, and the planner's policy.

use k8s_openapi::api::core::v1::{ConfigMap, Node};
use kube::Client;
use kube::api::{Api, DeleteParams, PostParams};

use crate::boot::wait_until;
use crate::control_plane::ControlPlane;
use crate::identity::Identity;
use crate::state::State;

/// The node that kwok plays.
pub(crate) const PLAYED_NODE: &str = "node-1";

/// Applies the manifests, and waits until they count.
pub(crate) async fn furnish(cluster: &ControlPlane, state: &State) {
    let manifests = [include_str!("../manifests/node.yaml"), include_str!("../manifests/identities.yaml")];
    let apply = ["apply", "--server-side", "-f", "-"];
    let applied = cluster.kubectl_with_input(&apply, &manifests.join("---\n"));
    let complaint = String::from_utf8_lossy(&applied.stderr);
    assert!(applied.status.success(), "kubectl could not furnish the cluster: {complaint}");

    let admin = cluster.client(&Identity::Admin).await;
    let planner = cluster.client(&Identity::Planner).await;
    let takes_pods = async || node_takes_pods(&admin, PLAYED_NODE).await;
    wait_until("the node takes pods", state, takes_pods).await;
    let refused = async || cannot_write(&planner, &admin).await;
    wait_until("the planner cannot write", state, refused).await;
}

pub(crate) async fn node_takes_pods(admin: &Client, name: &str) -> bool {
    let Ok(node) = Api::<Node>::all(admin.clone()).get(name).await else {
        return false;
    };
    let taints = node.spec.and_then(|spec| spec.taints).unwrap_or_default();
    let status = node.status.unwrap_or_default();
    let mut conditions = status.conditions.unwrap_or_default().into_iter();
    taints.is_empty() && conditions.any(|it| it.type_ == "Ready" && it.status == "True")
}

/// Tries until the policy has reached the API server's admission, which takes a moment.
async fn cannot_write(planner: &Client, admin: &Client) -> bool {
    let mut probe = ConfigMap::default();
    probe.metadata.name = Some("policy-probe".into());
    let maps = Api::<ConfigMap>::namespaced(planner.clone(), "default");
    match maps.create(&PostParams::default(), &probe).await {
        Ok(_) => {
            let maps = Api::<ConfigMap>::namespaced(admin.clone(), "default");
            let deleted = maps.delete("policy-probe", &DeleteParams::default()).await;
            deleted.expect("the administrator deletes the probe");
            false
        }
        Err(kube::Error::Api(refusal)) => refusal.message.contains("may only plan"),
        Err(_) => false,
    }
}
