//! What a node has for itself on its machine: a name for its bridge and its cgroups, a subnet, a port.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

/// As many nodes as there are subnets below 10.231.
const NODES_MAX: u8 = 255;

/// One node's name, subnet and port, which no other node of this machine has.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) subnet: String,
    /// This machine in that subnet, where the kubelet listens too: it trusts whoever reaches it.
    pub(super) gateway: String,
    pub(super) port: u16,
}

impl Place {
    /// Takes the first number that is free. Its folder of cgroups holds it, and is removed with the node.
    pub(super) fn take() -> Place {
        let is_ours = |number: &u8| fs::create_dir(cgroups().join(name(*number))).is_ok();
        let number = (1..=NODES_MAX).find(is_ours).expect("root makes cgroups, and fewer nodes run than that");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports");
        let port = listener.local_addr().expect("the listener is bound").port();
        let subnet = format!("10.231.{number}.0/24");
        Place { name: name(number), subnet, gateway: format!("10.231.{number}.1"), port }
    }
}

fn name(number: u8) -> String {
    format!("landfall-{number}")
}

/// The hierarchy of memory, or the only one.
fn cgroups() -> &'static Path {
    let memory = Path::new("/sys/fs/cgroup/memory");
    if memory.exists() { memory } else { Path::new("/sys/fs/cgroup") }
}
