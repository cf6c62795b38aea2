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

/// Finds the binaries, and takes minutes to build them on a machine that never did.
pub(crate) fn find() -> Binaries {
    let binaries = printed();
    if !binaries.control_plane.exists() || !binaries.kwok.exists() {
        build();
    }
    binaries
}

fn printed() -> Binaries {
    let output =
        Command::new(BUILD).arg("--print").stderr(Stdio::inherit()).output().expect("build.sh needs bash and git");
    let text = String::from_utf8(output.stdout).expect("build.sh prints UTF-8");
    Binaries { control_plane: assigned(&text, "CONTROL_PLANE"), kwok: assigned(&text, "KWOK") }
}

fn assigned(text: &str, name: &str) -> PathBuf {
    let path =
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).expect("build.sh prints every path");
    Path::new(path).to_owned()
}

fn build() {
    let status = Command::new(BUILD)
        .args(["control-plane", "kwok"])
        .stdout(Stdio::null())
        .status()
        .expect("build.sh was run a moment ago");
    assert!(status.success(), "build.sh could not build the control plane: {status}");
}
