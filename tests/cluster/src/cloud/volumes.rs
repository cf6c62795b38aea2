//! Makes a volume for every claim of the default class, as a cloud's provisioner does.

use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use kube::api::{Api, PostParams};
use kube::{Client, ResourceExt};
use serde_json::json;

use crate::control_plane::ControlPlane;

const CLASS: &str = "standard";
/// The claim changed before it was bound to the volume that it has.
const CONFLICT: u16 = 409;

/// Offers the class that claims get when they name none.
pub(super) fn offer(cluster: &ControlPlane) {
    let class = json!({
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": { "name": CLASS, "annotations": { "storageclass.kubernetes.io/is-default-class": "true" } },
        "provisioner": "cloud.test.landfall.dev",
    });
    let applied = cluster.kubectl_with_input(&["apply", "-f", "-"], &class.to_string());
    assert!(applied.status.success(), "no StorageClass: {}", String::from_utf8_lossy(&applied.stderr));
}

pub(super) async fn run(client: Client) {
    let volumes = Api::<PersistentVolume>::all(client.clone());
    super::follow(client, |claim| provide(volumes.clone(), claim)).await;
}

async fn provide(volumes: Api<PersistentVolume>, claim: PersistentVolumeClaim) {
    let Some(volume) = volume(&claim) else { return };
    super::check(volumes.create(&PostParams::default(), &volume).await, CONFLICT);
}

/// Returns the volume that a claim waits for; none when it waits for none of ours.
fn volume(claim: &PersistentVolumeClaim) -> Option<PersistentVolume> {
    let spec = claim.spec.as_ref()?;
    if spec.storage_class_name.as_deref() != Some(CLASS) || spec.volume_name.is_some() {
        return None;
    }
    let (name, uid) = (claim.name_any(), claim.uid()?);
    let volume = json!({
        "metadata": { "name": format!("pvc-{uid}") },
        "spec": {
            "storageClassName": CLASS,
            "accessModes": spec.access_modes,
            "capacity": { "storage": spec.resources.as_ref()?.requests.as_ref()?.get("storage")? },
            "claimRef": { "namespace": claim.namespace(), "name": name, "uid": uid },
            "hostPath": { "path": format!("/tmp/{uid}") },
            "persistentVolumeReclaimPolicy": "Retain",
        },
    });
    Some(serde_json::from_value(volume).expect("the literal above is such an object"))
}
