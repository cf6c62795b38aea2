//! A repository on this machine without a host, and what Landfall renders of it.

#![expect(clippy::disallowed_types, reason = "the binary under test is run, and git")]
#![expect(clippy::disallowed_methods, reason = "Git is found where the machine has it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use landfall_world::{RENDERERS, renderers_on_path};
use serde_json::Value;
use tempfile::TempDir;

use crate::{binary, rules};

/// A repository on this machine, without a host.
pub(crate) struct Checkout(TempDir);

impl Checkout {
    /// With the smallest rules.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        Self::ruled("", files)
    }

    /// With more keys for the environment.
    pub(crate) fn ruled(keys: &str, files: &[(&str, &str)]) -> Self {
        let checkout = Self(tempfile::tempdir().unwrap());
        checkout.git(&["init", "-q", "-b", "main"]);
        checkout.write("landfall.yaml", rules("shop").replace("source: deploy,", &format!("source: deploy, {keys}")));
        for (path, content) in files {
            checkout.write(path, content);
        }
        checkout.commit();
        checkout
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let output = Command::new("git").args(who).args(args).current_dir(self.path()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn commit(&self) -> String {
        self.git(&["add", "-A"]);
        self.commit_index()
    }

    pub(crate) fn commit_index(&self) -> String {
        self.git(&["commit", "-q", "-m", "change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs `landfall render`. Returns its code, and all that it says.
    pub(crate) fn render(&self) -> (i32, String) {
        let output = self.run(&["render"]);
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(said).unwrap())
    }

    /// Runs a command of Landfall with every renderer on PATH.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.run_with(args, None)
    }

    /// Runs a command of Landfall with Git and the programs of a folder on PATH; with every renderer without one.
    pub(crate) fn run_with(&self, args: &[&str], programs: Option<&Path>) -> Output {
        static RENDERERS_ON_PATH: LazyLock<String> = LazyLock::new(|| renderers_on_path(&RENDERERS));
        let path = match programs {
            Some(folder) => std::env::join_paths([folder, &beside_git()]).unwrap(),
            None => RENDERERS_ON_PATH.clone().into(),
        };
        Command::new(binary()).args(args).current_dir(self.path()).env_clear().env("PATH", path).output().unwrap()
    }

    /// Returns the objects that are rendered.
    #[track_caller]
    pub(crate) fn objects(&self) -> Vec<Value> {
        let output = self.run(&["render", "--format", "json"]);
        let said = || String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(0), "{}", said());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Returns what `landfall check` says, which has to pass.
    #[track_caller]
    pub(crate) fn checked(&self) -> String {
        let output = self.run(&["check"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns what `landfall check` says of the environment, which has to fail.
    #[track_caller]
    pub(crate) fn told(&self) -> String {
        let output = self.run(&["check"]);
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    pub(crate) fn refused(&self, said: &[&str]) {
        let (code, text) = self.render();
        assert_eq!(code, 3, "{text}");
        for part in said {
            assert!(text.contains(part), "does not say {part}: {text}");
        }
    }
}

/// Returns the folder of Git.
fn beside_git() -> PathBuf {
    std::env::split_paths(&std::env::var_os("PATH").unwrap()).find(|folder| folder.join("git").is_file()).unwrap()
}
