//! Keys of age, and files that SOPS encrypts for them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::tool;

/// A pair of keys.
pub struct Keys {
    /// What opens a file.
    pub identity: String,
    /// What a file is encrypted for.
    pub recipient: String,
    folder: TempDir,
}

impl Keys {
    /// Makes new keys.
    ///
    /// # Panics
    ///
    /// When age cannot be run.
    pub fn generate() -> Self {
        let output = Command::new(tool("age-keygen")).output().expect("age-keygen runs");
        let text = String::from_utf8(output.stdout).expect("age prints text");
        let word = |start: &str| text.lines().find_map(|line| line.strip_prefix(start)).map(str::to_owned);
        let recipient = word("# public key: ").expect("age prints the public key");
        let identity = text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).expect("age prints the key");
        Self { identity: identity.to_owned(), recipient, folder: tempfile::tempdir().expect("a folder") }
    }

    /// Encrypts a file as a person does: everything in it, or the values of a Secret alone.
    ///
    /// # Panics
    ///
    /// When SOPS refuses it.
    pub fn encrypt(&self, name: &str, text: &str, arguments: &[&str]) -> String {
        let file: PathBuf = self.folder.path().join(name);
        fs::write(&file, text).expect("the folder takes a file");
        let mut command = Command::new(tool("sops"));
        command.args(["encrypt", "--age", &self.recipient]).args(arguments).arg(&file);
        let output = command.current_dir(&self.folder).output().expect("sops runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("sops writes text")
    }
}
