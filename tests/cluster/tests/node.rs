//! The harness's own promises about a node with real containers.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::node::{Images, Node};

/// Longer than containerd takes to die on a busy machine.
const GONE_SECONDS_MAX: u64 = 30;

/// No pod is started here, so no image is needed.
const NO_IMAGES: Images<'_> = Images { registry: "registry.example", private: None, sandbox: "sandbox:1" };

#[tokio::test]
async fn a_node_stands_beside_another_and_leaves_nothing_behind() {
    let (first, second) = tokio::join!(ControlPlane::start(), ControlPlane::start());
    let (leaving, staying) = tokio::join!(Node::join(&first, &NO_IMAGES), Node::join(&second, &NO_IMAGES));
    assert_ne!(leaving.name(), staying.name());
    for node in [&leaving, &staying] {
        assert!(bridge(node.name()).exists() && cgroup(node.name()), "{}", node.log());
    }

    let name = leaving.name().to_owned();
    drop(leaving);
    let started = Instant::now();
    while bridge(&name).exists() || cgroup(&name) {
        assert!(started.elapsed() < Duration::from_secs(GONE_SECONDS_MAX), "{name} left something behind");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(bridge(staying.name()).exists());
}

fn bridge(name: &str) -> PathBuf {
    Path::new("/sys/class/net").join(name)
}

/// Whether a hierarchy of cgroups has a group of that name.
fn cgroup(name: &str) -> bool {
    let hierarchies = std::fs::read_dir("/sys/fs/cgroup").expect("the machine has cgroups").flatten();
    hierarchies.map(|it| it.path()).chain([Path::new("/sys/fs/cgroup").to_owned()]).any(|it| it.join(name).exists())
}
