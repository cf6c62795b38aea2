//! Runs the kubectl that was built with the control plane.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::binaries::Binaries;
use crate::state::State;

/// Runs kubectl to its end; its cache stays in the state directory.
pub(crate) fn run(binaries: &Binaries, state: &State, kubeconfig: &Path, args: &[&str], input: &str) -> Output {
    let mut kubectl = Command::new(&binaries.control_plane)
        .arg("kubectl")
        .args(args)
        .env("KUBECONFIG", kubeconfig)
        .env("HOME", state.directory())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("build.sh built kubectl");
    let mut stdin = kubectl.stdin.take().expect("standard input is piped");
    // Beside the reading: a kubectl that answers while it still reads would wait for us, and we for it.
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A kubectl that reads no input may have closed it already.
            let _ = stdin.write_all(input.as_bytes());
        });
        kubectl.wait_with_output().expect("kubectl is a child of this process")
    })
}
