//! What a cloud adds to a cluster: addresses for load balancers, and volumes for claims.
//!
//! A control plane alone has neither, and a test may want it so: a Service that never gets an address, a claim that
//! stays pending. Whoever wants both joins a cloud.

mod load_balancers;
mod volumes;

use std::fmt::Debug;
use std::time::Duration;

use futures::{StreamExt, pin_mut};
use kube::api::{Api, WatchEvent, WatchParams};
use kube::core::NamespaceResourceScope;
use kube::{Client, Resource};
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;

use crate::control_plane::ControlPlane;
use crate::identity::Identity;

const RETRY_MILLISECONDS: u64 = 200;

/// The controllers of a cloud; they end when this is dropped.
#[must_use = "the controllers end when this is dropped"]
pub struct Cloud {
    _controllers: JoinSet<()>,
}

impl Cloud {
    /// Joins a control plane to a cloud, whose controllers run in the caller's runtime.
    pub async fn join(cluster: &ControlPlane) -> Cloud {
        volumes::offer(cluster);
        let admin = cluster.client(&Identity::Admin).await;
        let mut controllers = JoinSet::new();
        controllers.spawn(load_balancers::run(admin.clone()));
        controllers.spawn(volumes::run(admin));
        Cloud { _controllers: controllers }
    }
}

/// Hands every object of a kind, and every change of one, to a controller.
async fn follow<K, F>(client: Client, mut see: impl FnMut(K) -> F)
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + DeserializeOwned + Clone + Debug + 'static,
    F: Future<Output = ()>,
{
    let api = Api::<K>::all(client);
    loop {
        // From version 0, a watch begins with everything that there is.
        if let Ok(events) = api.watch(&WatchParams::default(), "0").await {
            pin_mut!(events);
            while let Some(Ok(event)) = events.next().await {
                if let WatchEvent::Added(object) | WatchEvent::Modified(object) = event {
                    see(object).await;
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(RETRY_MILLISECONDS)).await;
    }
}

/// Ends a controller whose request was refused for another reason than one that passes.
/// A request without an answer is none: the control plane may have ended before its cloud.
fn check<K>(answer: kube::Result<K>, passing: u16) {
    if let Err(kube::Error::Api(refusal)) = answer {
        assert_eq!(refusal.code, passing, "{}", refusal.message);
    }
}
