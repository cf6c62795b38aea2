//! A real control plane for tests: etcd, kube-apiserver, controller manager, scheduler and kwok.
//!
//! A harness failure is a panic with the reason, because a test can do nothing else about it.
//! Nothing here knows Landfall: the harness judges it from outside.

mod access;
mod api_server;
mod authority;
mod binaries;
mod boot;
mod contents;
mod furnish;
mod kubectl;
mod kubelet;
mod parts;
mod settle;
mod state;
mod supervisor;
mod webhook;

pub mod audit;
pub mod cloud;
pub mod control_plane;
pub mod endpoints;
pub mod identity;
pub mod namespace;
pub mod node;
pub mod program;
pub mod proxy;

use control_plane::ControlPlane;

static SHARED: tokio::sync::OnceCell<ControlPlane> = tokio::sync::OnceCell::const_new();

/// Returns the control plane of this test process, started by the first test that asks.
///
/// A test that changes cluster-wide things (webhooks, CRDs, policies) starts its own instead.
pub async fn shared() -> &'static ControlPlane {
    SHARED.get_or_init(ControlPlane::start).await
}
