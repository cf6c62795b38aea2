//! Waits until a control plane is quiet: for measurements, which the controllers' work would disturb.

use std::time::Duration;

use k8s_openapi::api::core::v1::Node;
use kube::Client;
use kube::api::{Api, ListParams};

use crate::boot::wait_until;
use crate::state::State;

/// Longer than a controller takes from one write to the next.
const QUIET_MILLISECONDS: u64 = 400;

/// Returns when nothing was written for a moment.
pub(crate) async fn settle(admin: &Client, state: &State) {
    let is_quiet = async || {
        let before = revision(admin).await;
        tokio::time::sleep(Duration::from_millis(QUIET_MILLISECONDS)).await;
        before == revision(admin).await
    };
    wait_until("nothing is written", state, is_quiet).await;
}

/// Returns the revision of the whole store, which every write raises.
async fn revision(admin: &Client) -> String {
    let nodes = Api::<Node>::all(admin.clone()).list(&ListParams::default().limit(1)).await;
    nodes.expect("the administrator lists nodes").metadata.resource_version.expect("a list has a version")
}
