//! A copy of somebody's checkout: what a run changes, it changes there.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::Result;

/// Long enough for a machine that is busy compiling.
const WAIT_SECONDS: u32 = 120;

pub(crate) struct Checkout {
    /// The folder's name.
    pub(crate) name: String,
    /// The commit that is checked out, short.
    pub(crate) commit: String,
    /// Where the manifests are, from the root.
    pub(crate) source: String,
    root: TempDir,
}

impl Checkout {
    /// Copies the files of a folder, without Git's own.
    pub(crate) fn copy(folder: &Path, source: &str) -> Result<Self> {
        let root = tempfile::tempdir()?;
        let from = folder.join(".");
        run(Command::new("cp").arg("-r").arg("--no-dereference").arg(from).arg(root.path()))?;
        fs::remove_dir_all(root.path().join(".git"))?;
        let commit = run(Command::new("git").arg("-C").arg(folder).args(["rev-parse", "--short=9", "HEAD"]))?;
        let name = folder.canonicalize()?.file_name().unwrap_or_default().to_string_lossy().replace('+', "/");
        Ok(Self { name, commit: commit.trim().to_owned(), source: source.to_owned(), root })
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Writes the rules: production follows `main`, into this namespace.
    pub(crate) fn write_rules(&self, namespace: &str, render: Option<&str>) -> Result<()> {
        let source = &self.source;
        let render = render.map_or(String::new(), |render| format!("    render: {render}\n"));
        let rules = format!(
            "app: real\nclusters:\n  test: {{kubeconfig: {{plan: LANDFALL_PLAN_KUBECONFIG, deploy: LANDFALL_DEPLOY_KUBECONFIG}}}}\n\
             environments:\n  production:\n    branch: main\n    source: {source}\n    wait: {{timeout: {WAIT_SECONDS}s}}\n{render}    \
             target: {{cluster: test, namespace: {namespace}}}\n"
        );
        Ok(fs::write(self.root().join("landfall.yaml"), rules)?)
    }
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
