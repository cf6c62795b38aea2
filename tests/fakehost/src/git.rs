//! Runs git on a bare repository, deaf to the machine's own git configuration.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::error::Error;

/// A bare repository on disk.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    pub(crate) dir: PathBuf,
}

/// Makes a git command that sees no configuration, identity, or directory but ours.
pub(crate) fn command(dir: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", dir)
        .env("LC_ALL", "C")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_DIR", dir)
        .current_dir(dir);
    command
}

impl Git {
    /// Runs git and returns its trimmed output.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String, Error> {
        self.run_with(arguments, &[], b"")
    }

    /// Runs git with more environment variables and an input.
    pub(crate) fn run_with(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
        input: &[u8],
    ) -> Result<String, Error> {
        let output = self.output(arguments, variables, input)?;
        if !output.status.success() {
            return Err(Error::Git {
                arguments: arguments.join(" "),
                stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            });
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// Runs git and returns its output whatever its exit code was.
    pub(crate) fn output(&self, arguments: &[&str], variables: &[(&str, &str)], input: &[u8]) -> Result<Output, Error> {
        let mut child = command(&self.dir)
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(Error::machine("git"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A git that does not read its input closes the pipe, which is no failure.
            let _ = stdin.write_all(input);
        }
        child.wait_with_output().map_err(Error::machine("git"))
    }

    /// Returns the commit that a branch, tag, full ref, or SHA names.
    pub(crate) fn commit(&self, name: &str) -> Result<Option<String>, Error> {
        if name.is_empty() || name.starts_with('-') {
            return Ok(None);
        }
        let revision = format!("{name}^{{commit}}");
        let output = self.output(&["rev-parse", "--verify", "--quiet", &revision], &[], b"")?;
        let sha = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(Some(sha).filter(|sha| output.status.success() && !sha.is_empty()))
    }

    /// Returns the tip of a branch.
    pub(crate) fn branch(&self, name: &str) -> Result<Option<String>, Error> {
        self.commit(&format!("refs/heads/{name}"))
    }

    pub(crate) fn is_ancestor(&self, ancestor: &str, descendant: &str) -> Result<bool, Error> {
        let arguments = ["merge-base", "--is-ancestor", ancestor, descendant];
        Ok(self.output(&arguments, &[], b"")?.status.success())
    }

    /// Returns the lines of a command's output.
    pub(crate) fn lines(&self, arguments: &[&str]) -> Result<Vec<String>, Error> {
        Ok(self.run(arguments)?.lines().map(str::to_owned).collect())
    }
}
