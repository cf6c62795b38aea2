//! A real node beside a control plane: containerd, runc and a kubelet, with real containers.
//!
//! It lives in mount and process namespaces of its own, so that its end is the end of everything that it started.
//! There is no kube-proxy: pods have addresses that this machine reaches, Services have none that answer.

mod place;

use std::path::Path;

use k8s_openapi::api::core::v1::Node as Object;
use kube::api::{Api, DeleteParams};

use crate::binaries::{self, NodeBinaries};
use crate::boot::wait_until;
use crate::control_plane::ControlPlane;
use crate::furnish::{PLAYED_NODE, node_takes_pods};
use crate::identity::Identity;
use crate::program::{Folder, Program};
use place::Place;

/// The kubelet's authorisation is not what is tested: it may do everything.
const KUBELET_GROUP: &str = "system:masters";

/// Where a node gets its images.
pub struct Images<'a> {
    /// The address of the registry that answers for every other one.
    pub registry: &'a str,
    /// The address of a registry that asks for a login, which images call `private.example`.
    pub private: Option<&'a str>,
    /// The image that holds a pod's namespaces; it does nothing, until it is ended.
    pub sandbox: &'a str,
}

/// What pods may write on a node: half of the memory, as for every file system in memory.
const DISK: &str = "50%";

/// As little as a pod fills at once.
const SMALL_DISK: &str = "32m";

/// A running node; it ends when this is dropped, and when the test process ends without dropping it.
pub struct Node {
    name: String,
    program: Program,
}

impl Node {
    /// Joins a control plane, and takes the place of the node that it had: every pod is real from then on.
    ///
    /// # Panics
    ///
    /// When the control plane has lost the node that it had.
    pub async fn join(cluster: &ControlPlane, images: &Images<'_>) -> Node {
        Node::replace(cluster, images, DISK).await
    }

    /// The same, with so little disk that a pod fills it.
    ///
    /// # Panics
    ///
    /// When the control plane has lost the node that it had.
    pub async fn join_with_small_disk(cluster: &ControlPlane, images: &Images<'_>) -> Node {
        Node::replace(cluster, images, SMALL_DISK).await
    }

    async fn replace(cluster: &ControlPlane, images: &Images<'_>, disk: &str) -> Node {
        let admin = cluster.client(&Identity::Admin).await;
        let played = Api::<Object>::all(admin).delete(PLAYED_NODE, &DeleteParams::default()).await;
        played.expect("the administrator deletes the node that kwok plays");
        Node::start(cluster, images, disk).await
    }

    /// Joins a control plane beside the node that it has.
    pub async fn join_beside(cluster: &ControlPlane, images: &Images<'_>) -> Node {
        Node::start(cluster, images, DISK).await
    }

    async fn start(cluster: &ControlPlane, images: &Images<'_>, disk: &str) -> Node {
        let binaries = binaries::find_node();
        let place = Place::take();
        let user = Identity::Other { user: format!("system:node:{}", place.name), group: KUBELET_GROUP.to_owned() };
        let kubeconfig = cluster.kubeconfig(&user);
        let program = Program::start(|folder| {
            write_files(folder, &binaries, &place, images, disk);
            command(folder, &binaries, &place, &kubeconfig)
        });
        let admin = cluster.client(&Identity::Admin).await;
        let takes_pods = async || node_takes_pods(&admin, &place.name).await;
        wait_until("the node takes pods", program.state(), takes_pods).await;
        Node { name: place.name, program }
    }

    /// Returns the name of its object; its bridge and its cgroups are called the same.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns everything that containerd and the kubelet said.
    pub fn log(&self) -> String {
        self.program.log()
    }
}

fn write_files(folder: &Folder<'_>, binaries: &NodeBinaries, place: &Place, images: &Images<'_>, disk: &str) {
    let files = [
        ("start.sh", include_str!("../../manifests/node/start.sh")),
        ("run.sh", include_str!("../../manifests/node/run.sh")),
        ("containerd.toml", include_str!("../../manifests/node/containerd.toml")),
        ("_default/hosts.toml", include_str!("../../manifests/node/hosts.toml")),
        ("private.example/hosts.toml", include_str!("../../manifests/node/private.toml")),
        ("unreachable.example/hosts.toml", include_str!("../../manifests/node/unreachable.toml")),
        ("network.conflist", include_str!("../../manifests/node/network.conflist")),
        ("kubelet.yaml", include_str!("../../manifests/node/kubelet.yaml")),
    ];
    for (name, text) in files {
        let text = text
            .replace("@@FOLDER@@", &folder.path("").display().to_string())
            .replace("@@PACKAGES@@", &binaries.packages.display().to_string())
            .replace("@@SANDBOX@@", images.sandbox)
            .replace("@@REGISTRY@@", images.registry)
            .replace("@@PRIVATE@@", images.private.unwrap_or(images.registry))
            .replace("@@NAME@@", &place.name)
            .replace("@@DISK@@", disk)
            .replace("@@SUBNET@@", &place.subnet)
            .replace("@@GATEWAY@@", &place.gateway)
            .replace("@@PORT@@", &place.port.to_string());
        folder.write(name, &text);
    }
}

fn command(folder: &Folder<'_>, binaries: &NodeBinaries, place: &Place, kubeconfig: &Path) -> Vec<String> {
    let kubelet = binaries.kubelet.parent().expect("a binary is in a folder").to_owned();
    let packages = |folder: &str| binaries.packages.join(folder);
    let path = [kubelet, binaries.containerd.clone(), packages("usr/sbin"), packages("bin")];
    let path = path.iter().map(|folder| folder.display().to_string()).collect::<Vec<String>>().join(":");
    let path = format!("PATH={path}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    let libraries = packages(&format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH));
    let libraries = format!("LD_LIBRARY_PATH={}", libraries.display());
    let start = folder.path("start.sh").display().to_string();
    let kubeconfig = kubeconfig.display().to_string();
    let folder = folder.path("").display().to_string();
    ["env".into(), path, libraries, "sh".into(), start, folder, place.name.clone(), kubeconfig].into()
}
