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
    _private: Registry,
    webhook: String,
    _node: Node,
}

static YARD: OnceCell<Yard> = OnceCell::const_new();
static SMALL_YARD: OnceCell<Yard> = OnceCell::const_new();

/// Returns the yard of this test process, made by the first story that asks.
async fn yard() -> &'static Yard {
    YARD.get_or_init(|| Yard::open(Disk::Large)).await
}

/// Returns a yard whose node has so little disk that a pod fills it: then nothing else runs there.
async fn small_yard() -> &'static Yard {
    SMALL_YARD.get_or_init(|| Yard::open(Disk::Small)).await
}

/// How much pods may write on a yard's node.
enum Disk {
    Large,
    Small,
}

impl Yard {
    async fn open(disk: Disk) -> Yard {
        let registry = Registry::start().await;
        images::push(&registry).await;
        let cluster = ControlPlane::start().await;
        let private = Registry::with_login().await;
        let (address, sandbox) = (registry.address(), &registry.reference(images::SANDBOX));
        let images = Images { registry: address, private: Some(private.address()), sandbox };
        let node = match disk {
            Disk::Large => Node::join(&cluster, &images).await,
            Disk::Small => Node::join_with_small_disk(&cluster, &images).await,
        };
        let webhook = cluster.webhook();
        Yard { cluster, registry, _private: private, webhook, _node: node }
    }
}
