//! Gives a Service of type `LoadBalancer` an address, as a cloud's controller does: in its status.
//!
//! A Service that names a class waits for the controller of that class, which is not this one.

use k8s_openapi::api::core::v1::Service;
use kube::api::{Api, Patch, PatchParams};
use kube::{Client, ResourceExt};
use serde_json::json;

/// Addresses that are documented to lead nowhere: TEST-NET-2 (RFC 5737).
const NETWORK: &str = "198.51.100";
const HOSTS: u32 = 254;
/// The Service was deleted meanwhile.
const NOT_FOUND: u16 = 404;

pub(super) async fn run(client: Client) {
    let mut given = 0;
    super::follow(client.clone(), move |service: Service| {
        given += 1;
        give(client.clone(), service, format!("{NETWORK}.{}", given % HOSTS + 1))
    })
    .await;
}

async fn give(client: Client, service: Service, address: String) {
    if !wants_address(&service) {
        return;
    }
    let services = Api::<Service>::namespaced(client, &service.namespace().unwrap_or_default());
    let status = json!({ "status": { "loadBalancer": { "ingress": [{ "ip": address }] } } });
    let given = services.patch_status(&service.name_any(), &PatchParams::default(), &Patch::Merge(status)).await;
    super::check(given, NOT_FOUND);
}

fn wants_address(service: &Service) -> bool {
    let Some(spec) = &service.spec else { return false };
    let balancer = service.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    let has_address = balancer.and_then(|balancer| balancer.ingress.as_ref()).is_some_and(|it| !it.is_empty());
    spec.type_.as_deref() == Some("LoadBalancer") && spec.load_balancer_class.is_none() && !has_address
}
