//! The demo's storefront on a real node: the pods of `web` run real containers, kwok plays the other pods.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::endpoints::Endpoints;
use landfall_test_cluster::node::{Images, Node};
use landfall_world::images::{self, SANDBOX};
use landfall_world::registry::Registry;

const BUILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../control-plane/build.sh");
/// The versions that the demo deploys, and that its registry has.
const VERSIONS: [&str; 2] = ["1.8.2", "1.9.0"];
const NAMESPACE: &str = "shop";

/// A node and the registry of its images; both end when this is dropped.
pub(crate) struct Storefront {
    _node: Node,
    _registry: Registry,
}

/// Returns why no real node can run on this machine; empty where one can.
pub(crate) fn impossible() -> Result<String, Box<dyn Error>> {
    let output = Command::new(BUILD).arg("--no-node").output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

impl Storefront {
    /// Joins a node to a cluster, and has the pods of `web` placed on it.
    pub(crate) async fn open(cluster: &ControlPlane) -> Result<Self, Box<dyn Error>> {
        let registry = Registry::start().await;
        images::push_sandbox(&registry).await;
        for version in VERSIONS {
            images::push_web(&registry, &format!("shop/web:{version}"), version).await;
        }
        let images = Images { registry: registry.address(), private: None, sandbox: &registry.reference(SANDBOX) };
        let node = Node::join_beside(cluster, &images).await;
        let placement = include_str!("../manifests/placement.yaml").replace("@@NODE@@", node.name());
        let applied = cluster.kubectl_with_input(&["apply", "-f", "-"], &placement);
        if !applied.status.success() {
            return Err(String::from_utf8_lossy(&applied.stderr).into_owned().into());
        }
        Ok(Self { _node: node, _registry: registry })
    }

    /// Returns what the ready pods of `web` answer, each once.
    pub(crate) async fn pages(&self, cluster: &ControlPlane) -> Result<Vec<String>, Box<dyn Error>> {
        let pods = Endpoints::of(cluster, NAMESPACE).await.of_service("web").await;
        let pages: Result<Vec<String>, std::io::Error> = pods.iter().map(|address| page(address)).collect();
        Ok(pages?)
    }
}

fn page(address: &str) -> Result<String, std::io::Error> {
    let mut stream = TcpStream::connect((address, 8080))?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.lines().last().unwrap_or_default().to_owned())
}
