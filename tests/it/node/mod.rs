//! Stories on a real node: what a kubelet says of containers that fail, and what we make of it.
//!
//! One control plane, one node and one registry for all of them; each has a namespace of its own.

mod causes;
mod rollouts;
mod shop;

use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::node::{Images, Node};
use landfall_world::images;
use landfall_world::registry::Registry;
use tokio::sync::OnceCell;

/// A control plane whose only node is real, and the registry of its images.
struct Yard {
    cluster: ControlPlane,
    registry: Registry,
    _node: Node,
}

static YARD: OnceCell<Yard> = OnceCell::const_new();

/// Returns the yard of this test process, made by the first story that asks.
async fn yard() -> &'static Yard {
    YARD.get_or_init(|| async {
        let registry = Registry::start().await;
        images::push(&registry).await;
        let cluster = ControlPlane::start().await;
        let images = Images { registry: registry.address(), sandbox: &registry.reference(images::SANDBOX) };
        let node = Node::join(&cluster, &images).await;
        Yard { cluster, registry, _node: node }
    })
    .await
}
