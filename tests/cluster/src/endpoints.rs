//! The pods behind the Services of a namespace, for a client that balances its requests by itself.

use k8s_openapi::api::discovery::v1::{Endpoint, EndpointSlice};
use kube::api::{Api, ListParams};

use crate::control_plane::ControlPlane;
use crate::identity::Identity;

/// The endpoint slices of one namespace.
pub struct Endpoints(Api<EndpointSlice>);

impl Endpoints {
    /// Looks at a namespace, for the runtime of the calling test.
    pub async fn of(cluster: &ControlPlane, namespace: &str) -> Endpoints {
        Endpoints(Api::namespaced(cluster.client(&Identity::Admin).await, namespace))
    }

    /// Returns the addresses behind a Service that take requests now.
    ///
    /// # Panics
    ///
    /// When the API server does not answer.
    pub async fn of_service(&self, name: &str) -> Vec<String> {
        let params = ListParams::default().labels(&format!("kubernetes.io/service-name={name}"));
        let slices = self.0.list(&params).await.expect("the administrator lists endpoints");
        let endpoints = slices.items.into_iter().flat_map(|slice| slice.endpoints.unwrap_or_default());
        endpoints.filter(is_ready).flat_map(|endpoint| endpoint.addresses).collect()
    }
}

fn is_ready(endpoint: &Endpoint) -> bool {
    endpoint.conditions.as_ref().is_none_or(|conditions| conditions.ready != Some(false))
}
