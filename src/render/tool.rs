//! Runs a renderer's program in a clean environment: no credentials, no network, no home.

#![expect(clippy::disallowed_types, reason = "the one place that starts renderers, with a clean environment")]

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::Error;

/// Longer than any honest build; a loop ends here.
const TOOL_SECONDS_MAX: u64 = 120;
/// A proxy that nothing listens on: a program that wants the network fails at once.
const NO_NETWORK: &str = "http://127.0.0.1:9";

/// Runs a program in a folder and returns how it ended.
pub(super) async fn run(tool: &'static str, help: &str, args: &[&str], folder: &Path) -> Result<Output, Error> {
    let missing = |why: String| Error::NoTool { tool, why, help: help.to_owned() };
    tracing::debug!(tool, ?args, "renderer");
    let path = find(tool).ok_or_else(|| missing("it is not on PATH".to_owned()))?;
    let output = Command::new(path)
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("PATH", "/nonexistent")
        .envs([("HTTP_PROXY", NO_NETWORK), ("HTTPS_PROXY", NO_NETWORK), ("http_proxy", NO_NETWORK)])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    match timeout(Duration::from_secs(TOOL_SECONDS_MAX), output).await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => Err(missing(error.to_string())),
        Err(_) => Err(missing(format!("it did not end within {TOOL_SECONDS_MAX} s"))),
    }
}

#[expect(clippy::disallowed_methods, reason = "programs are found on PATH, as the reader of the log expects")]
fn find(tool: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.is_file())
}
