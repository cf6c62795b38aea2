//! SOPS: the real program, which decrypts what a deploy is about to write. A proposal has no way in: this takes a permit.

use std::collections::BTreeSet;
use std::ffi::OsString;

use landfall_core::manifest::encrypted::{Decrypted, is_encrypted_file, of_set, tokens};
use landfall_core::manifest::{Manifest, ObjectId};
use landfall_core::trust::Permit;

use super::confine::COMMIT;
use super::contents::Contents;
use super::tool::{Call, Network, Program};
use super::{Error, join};
use crate::git::{BlobKind, CommitTree, TreeFile};

const SOPS: Program<'static> = Program {
    name: "sops",
    install: "install SOPS: its release page has one file for each system",
    version: &["--version", "--disable-version-check"],
    version_min: (3, 7),
};

/// How the names of variables begin that a key, or a service that keeps keys, is reached by.
pub(crate) const CREDENTIALS: [&str; 14] = [
    "SOPS_",
    "AWS_",
    "AZURE_",
    "IDENTITY_",
    "MSI_",
    "GOOGLE_",
    "CLOUDSDK_",
    "VAULT_",
    "HUAWEICLOUD_",
    "GNUPGHOME",
    "GPG_",
    "XDG_CONFIG_HOME",
    "HOME",
    "PATH",
];

/// What SOPS says when no key of ours opens a file, and what stands behind the names of the keys that would.
const NO_KEY: &str = "Failed to get the data key required to decrypt the SOPS file";
const NOT_OPENED: &str = ": FAILED";
const GROUP: &str = "Group ";
/// What it says of a file that was changed by somebody else.
const CHANGED: &str = "MAC mismatch";

/// Puts the values of a set's encrypted Secrets into them. Everything stays in memory but the encrypted files.
pub(crate) async fn decrypt(
    manifests: &mut [Manifest],
    tree: &CommitTree,
    credentials: &[(String, OsString)],
    _permit: &Permit,
) -> Result<(), Error> {
    let needed = of_set(manifests);
    if needed.is_empty() {
        return Ok(());
    }
    let contents = Contents::of(tree).await?;
    let files: Vec<&TreeFile> = contents.files.iter().filter(|file| has_any(file, &needed)).collect();
    let copy = contents.copy_of(&files.iter().map(|file| file.path.clone()).collect())?;
    let (mut decrypted, mut unopened) = (Decrypted::default(), Vec::new());
    for file in files {
        let path = join(COMMIT, &file.path);
        let args = ["--decrypt", path.as_str()];
        let variables = credentials.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let call = Call { variables, network: Network::AsOurs, ..Call::of(&args, copy.path()) };
        let output = SOPS.run(&call).await?;
        if output.status.success() {
            decrypted.add(&file.path, file.bytes.clone(), output.stdout);
        } else {
            unopened.push((file, failed(&file.path, &output.stderr)));
        }
    }
    match manifests.iter_mut().find_map(|manifest| unknown(manifest, &decrypted)) {
        // Another file may have the same values: a copy that nothing uses holds up nothing.
        Some(error) => {
            Err(unopened.into_iter().find(|(file, _)| is_missed(file, &needed, &decrypted)).map_or(error, |it| it.1))
        }
        None => Ok(()),
    }
}

/// Whether a file that was not opened has a value that no other file gave.
fn is_missed(file: &TreeFile, needed: &BTreeSet<String>, decrypted: &Decrypted) -> bool {
    let text = String::from_utf8_lossy(&file.bytes);
    let is_needed = |token: &str| needed.iter().any(|text| text.contains(token));
    decrypted.is_empty() || tokens(&text).any(|token| is_needed(token) && !decrypted.knows(token))
}

/// Whether SOPS made a file with a value that is needed, in whatever form a template gave it.
fn has_any(file: &TreeFile, needed: &BTreeSet<String>) -> bool {
    if file.kind != BlobKind::File || !is_encrypted_file(&file.path, &file.bytes) {
        return false;
    }
    let text = String::from_utf8_lossy(&file.bytes);
    let is_plain = |token: &str| needed.iter().any(|text| text.contains(token));
    // What is in an address or in base64 again is looked for in every file.
    let is_hidden = || needed.iter().any(|text| tokens(text).next().is_none());
    tokens(&text).any(is_plain) || is_hidden()
}

/// Reveals one object, and says what of it no file explains.
fn unknown(manifest: &mut Manifest, decrypted: &Decrypted) -> Option<Error> {
    let left = decrypted.reveal(manifest);
    let what = format!("`{}` of {}", left.first()?, ObjectId::of(&manifest.object)?);
    Some(Error::Encrypted {
        path: manifest.origin.to_string(),
        why: format!("no encrypted file of the commit has the value of {what} as it was rendered"),
        help: "give the value to the Secret as it is: a template that cuts or changes encrypted text breaks it"
            .to_owned(),
    })
}

fn failed(path: &str, stderr: &str) -> Error {
    let (why, help) = if stderr.contains(CHANGED) {
        let help = format!("undo the change and make it again with `sops edit {path}`, which signs the file");
        ("it was changed without SOPS, and its checksum is wrong".to_owned(), help)
    } else if stderr.contains(NO_KEY) {
        let keys: Vec<&str> = stderr.lines().filter_map(key).collect();
        let help = "give the deploying job one of these keys, an age key for one in SOPS_AGE_KEY".to_owned();
        (format!("no key of this job opens it; it is encrypted for {}", keys.join(", ")), help)
    } else {
        (stderr.split_whitespace().collect::<Vec<_>>().join(" "), format!("`sops decrypt {path}` shows the same"))
    };
    Error::Encrypted { path: path.to_owned(), why, help }
}

/// Reads the name of a key that did not open a file.
fn key(line: &str) -> Option<&str> {
    line.trim().strip_suffix(NOT_OPENED).filter(|name| !name.starts_with(GROUP))
}
