//! Images that run on a real node: busybox, and the tests' web application in several versions. Made by hand.

use std::fs;

use oci_client::client::ImageLayer;
use serde_json::{Value, json};

use crate::registry::Registry;
use crate::runner::tool;

/// The image that holds a pod's namespaces.
pub const SANDBOX: &str = "sandbox:1";
/// A shell, and what a script of one line needs.
pub const BUSYBOX: &str = "busybox:1";
/// The versions of the web application: `web:1`, `web:2`, `web:3`. Each answers its own on port 8080.
pub const VERSIONS: [&str; 3] = ["1", "2", "3"];
/// An image for this machine whose program is no program of any machine.
pub const UNEXECUTABLE: &str = "unexecutable:1";
/// An image of an index that has none for this machine.
pub const OTHER_PLATFORM: &str = "other-platform:1";
/// No machine that runs these tests is one.
const OTHER_ARCHITECTURE: &str = "s390x";
/// The applets of busybox that are on PATH.
const APPLETS: [&str; 8] = ["cat", "echo", "false", "sh", "sleep", "test", "true", "wget"];
const TAR: &str = "application/vnd.oci.image.layer.v1.tar";

/// Pushes every one of them.
///
/// # Panics
///
/// When the programs in them cannot be built.
pub async fn push(registry: &Registry) {
    push_sandbox(registry).await;
    let layer = busybox();
    registry.push_layers(BUSYBOX, std::slice::from_ref(&layer), &config(&layer, &["/bin/sh"], "")).await;
    for version in VERSIONS {
        push_web(registry, &format!("web:{version}"), version).await;
    }
    let layer = archive(|archive| append(archive, "bin/web", b"no program"));
    registry.push_layers(UNEXECUTABLE, std::slice::from_ref(&layer), &config(&layer, &["/bin/web"], "")).await;
    registry.push("other-platform:mainframe", OTHER_ARCHITECTURE).await;
    registry.push_index(OTHER_PLATFORM, &[("other-platform:mainframe", OTHER_ARCHITECTURE)]).await;
}

/// Pushes the image that every node needs.
///
/// # Panics
///
/// When the program in it cannot be built.
pub async fn push_sandbox(registry: &Registry) {
    let layer = busybox();
    let sleep = ["/bin/busybox", "sleep", "2147483647"];
    registry.push_layers(SANDBOX, std::slice::from_ref(&layer), &config(&layer, &sleep, "")).await;
}

/// Pushes the web application as an image, with the version that it answers.
///
/// # Panics
///
/// When it cannot be built.
pub async fn push_web(registry: &Registry, image: &str, version: &str) {
    let web = fs::read(tool("web")).expect("build.sh built the application");
    let layer = archive(|archive| append(archive, "bin/web", &web));
    registry.push_layers(image, std::slice::from_ref(&layer), &config(&layer, &["/bin/web"], version)).await;
}

fn busybox() -> ImageLayer {
    let program = fs::read(tool("node").join("bin/busybox")).expect("build.sh unpacked it");
    archive(|archive| {
        append(archive, "bin/busybox", &program);
        for applet in APPLETS {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            archive.append_link(&mut header, format!("bin/{applet}"), "busybox").expect("a Vec takes bytes");
        }
    })
}

fn archive(fill: impl FnOnce(&mut tar::Builder<Vec<u8>>)) -> ImageLayer {
    let mut archive = tar::Builder::new(Vec::new());
    fill(&mut archive);
    ImageLayer::new(archive.into_inner().expect("a Vec takes bytes"), TAR.to_owned(), None)
}

fn append(archive: &mut tar::Builder<Vec<u8>>, path: &str, content: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o755);
    archive.append_data(&mut header, path, content).expect("a Vec takes bytes");
}

fn config(layer: &ImageLayer, entrypoint: &[&str], version: &str) -> Value {
    let digest = layer.sha256_digest();
    json!({
        "architecture": architecture(), "os": "linux",
        "config": {"Entrypoint": entrypoint, "Env": ["PATH=/bin", format!("VERSION={version}")]},
        "rootfs": {"type": "layers", "diff_ids": [digest]},
    })
}

/// This machine's architecture, as images name it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
