//! Where the binaries are, built first when they are missing.
//!
//! Versions and places are known to `tests/control-plane/build.sh` alone.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const BUILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../control-plane/build.sh");

pub(crate) struct Binaries {
    pub(crate) control_plane: PathBuf,
    pub(crate) kwok: PathBuf,
}

/// What a node is made of beside the control plane.
pub(crate) struct NodeBinaries {
    pub(crate) kubelet: PathBuf,
    /// The folder of containerd and its shim.
    pub(crate) containerd: PathBuf,
    /// The root of unpacked packages: runc, network plugins, busybox.
    pub(crate) packages: PathBuf,
}

/// Finds the binaries, and takes minutes to build them on a machine that never did.
pub(crate) fn find() -> Binaries {
    let binaries = printed();
    if !binaries.control_plane.exists() || !binaries.kwok.exists() {
        build(&["control-plane", "kwok"]);
    }
    binaries
}

/// Finds the parts of a node, and takes minutes to build them on a machine that never did.
pub(crate) fn find_node() -> NodeBinaries {
    let text = print();
    let [kubelet, containerd, packages] = ["KUBELET", "CONTAINERD", "NODE"].map(|name| assigned(&text, name));
    if !kubelet.exists() || !containerd.exists() || !packages.exists() {
        build(&["node"]);
    }
    NodeBinaries { kubelet, containerd, packages }
}

fn printed() -> Binaries {
    let text = print();
    Binaries { control_plane: assigned(&text, "CONTROL_PLANE"), kwok: assigned(&text, "KWOK") }
}

fn print() -> String {
    let output =
        Command::new(BUILD).arg("--print").stderr(Stdio::inherit()).output().expect("build.sh needs bash and git");
    String::from_utf8(output.stdout).expect("build.sh prints UTF-8")
}

fn assigned(text: &str, name: &str) -> PathBuf {
    let path =
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).expect("build.sh prints every path");
    Path::new(path).to_owned()
}

fn build(names: &[&str]) {
    let status = Command::new(BUILD).args(names).stdout(Stdio::null()).status().expect("build.sh was run a moment ago");
    assert!(status.success(), "build.sh could not build {}: {status}", names.join(" and "));
}
