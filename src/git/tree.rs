//! The files of one commit, read from Git's objects. Never from the work tree, which anybody may have changed.

use std::collections::BTreeMap;

use landfall_core::id::CommitSha;

use super::command::Git;
use super::{Error, Repository};

/// All files of a commit.
#[derive(Debug, Clone)]
pub(crate) struct CommitTree {
    git: Git,
    files: BTreeMap<String, Blob>,
}

/// What kind of file a blob is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlobKind {
    /// A regular file.
    File,
    /// A symbolic link: the content is where it points.
    Link,
}

#[derive(Debug, Clone)]
struct Blob {
    id: String,
    kind: BlobKind,
}

/// One file with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeFile {
    /// The path from the repository's root.
    pub(crate) path: String,
    pub(crate) kind: BlobKind,
    pub(crate) bytes: Vec<u8>,
}

impl Repository {
    /// Returns the files of a commit, which is fetched where it is not here.
    pub(crate) async fn tree(&self, commit: &CommitSha) -> Result<CommitTree, Error> {
        // Most often the commit is here: asking first would be one more process.
        match self.tree_of(&format!("{commit}^{{commit}}")).await {
            Err(Error::Failed { .. }) => {}
            found => return found,
        }
        self.need(commit).await?;
        self.tree_of(commit.as_str()).await
    }

    pub(super) async fn tree_of(&self, tree: &str) -> Result<CommitTree, Error> {
        let listing = self.git.bytes(&["ls-tree", "-r", "-z", "--full-tree", tree], &[]).await?;
        let entries = String::from_utf8_lossy(&listing).into_owned();
        Ok(CommitTree { git: self.git.clone(), files: entries.split('\0').filter_map(entry).collect() })
    }
}

/// Reads `<mode> blob <id>\t<path>`; submodules are not files.
fn entry(line: &str) -> Option<(String, Blob)> {
    let (head, path) = line.split_once('\t')?;
    let mut words = head.split(' ');
    let kind = match (words.next()?, words.next()?) {
        ("120000", "blob") => BlobKind::Link,
        (_, "blob") => BlobKind::File,
        _ => return None,
    };
    Some((path.to_owned(), Blob { id: words.next()?.to_owned(), kind }))
}

impl CommitTree {
    /// Whether a path is a file.
    pub(crate) fn has_file(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Returns the paths in a folder and below it, in order. The root is the empty path.
    pub(crate) fn paths_in(&self, folder: &str) -> Vec<String> {
        let prefix = if folder.is_empty() || folder == "." { String::new() } else { format!("{folder}/") };
        self.files.keys().filter(|path| path.starts_with(&prefix)).cloned().collect()
    }

    /// Returns one file's content, if there is such a file.
    pub(crate) async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        if !self.has_file(path) {
            return Ok(None);
        }
        Ok(self.read_all(&[path.to_owned()]).await?.pop().map(|file| file.bytes))
    }

    /// Returns the content of many files with one process (`git cat-file --batch`).
    pub(crate) async fn read_all(&self, paths: &[String]) -> Result<Vec<TreeFile>, Error> {
        let wanted: Vec<(&String, &Blob)> = paths.iter().filter_map(|path| self.files.get_key_value(path)).collect();
        let input = wanted.iter().fold(String::new(), |text, (_, blob)| text + &blob.id + "\n");
        let output = self.git.bytes(&["cat-file", "--batch"], input.as_bytes()).await?;
        let mut rest = output.as_slice();
        let mut files = Vec::with_capacity(wanted.len());
        for (path, blob) in wanted {
            let (bytes, after) = next_object(rest).ok_or_else(|| cut_short(path))?;
            files.push(TreeFile { path: path.clone(), kind: blob.kind, bytes: bytes.to_vec() });
            rest = after;
        }
        Ok(files)
    }
}

/// Splits `<id> blob <size>\n<content>\n` off the front.
fn next_object(stream: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = stream.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&stream[..end]).ok()?;
    let size: usize = head.rsplit(' ').next()?.parse().ok()?;
    let content = stream.get(end + 1..end + 1 + size)?;
    Some((content, stream.get(end + 2 + size..)?))
}

fn cut_short(path: &str) -> Error {
    Error::Tree {
        path: path.to_owned(),
        why: "cannot be read from Git's objects".to_owned(),
        help: "a partial clone may lack it: check out without a filter".to_owned(),
    }
}
