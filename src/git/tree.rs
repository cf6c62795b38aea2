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
    /// What the commit has and cannot be used, as text, and why.
    unusable: Vec<(String, &'static str)>,
}

/// All that is read of a commit at once, in memory and for a renderer's copy: more is no deployment.
const READ_BYTES_MAX: u64 = 256 * 1024 * 1024;

const SUBMODULE: &str = "is a submodule, which is not read";
const ODD_NAME: &str = "has a name that no file of a checkout can have";
const NO_TEXT: &str = "has a name that is not UTF-8";
const TWICE: &str = "is in the tree twice";
const BELOW_FILE: &str = "lies below what is no folder";

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
    bytes: u64,
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
        let listing = self.git.bytes(&["ls-tree", "-r", "-z", "--long", "--full-tree", tree], &[]).await?;
        let mut tree = CommitTree { git: self.git.clone(), files: BTreeMap::new(), unusable: Vec::new() };
        for line in listing.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            tree.add(line);
        }
        tree.drop_unusable();
        Ok(tree)
    }
}

/// Reads `<mode> blob <id> <size>\t<path>`; the size is padded with spaces.
fn entry(line: &[u8]) -> Option<(&[u8], Result<Blob, &'static str>)> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let mut words = std::str::from_utf8(&line[..tab]).ok()?.split_ascii_whitespace();
    let kind = match (words.next()?, words.next()?) {
        ("120000", "blob") => BlobKind::Link,
        (_, "blob") => BlobKind::File,
        _ => return Some((&line[tab + 1..], Err(SUBMODULE))),
    };
    let (id, bytes) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
    Some((&line[tab + 1..], Ok(Blob { id, kind, bytes })))
}

/// Returns what is wrong with a path. Git stores any bytes; a checkout would refuse these too.
fn wrong(path: &str) -> Option<&'static str> {
    let odd = |part: &str| matches!(part, "" | "." | "..") || part.eq_ignore_ascii_case(".git");
    path.split('/').any(odd).then_some(ODD_NAME)
}

impl CommitTree {
    fn add(&mut self, line: &[u8]) {
        let Some((name, blob)) = entry(line) else { return };
        let path = String::from_utf8_lossy(name).into_owned();
        let why = if path.as_bytes() == name { wrong(&path) } else { Some(NO_TEXT) };
        match (why, blob) {
            (Some(why), _) | (None, Err(why)) => self.unusable.push((path, why)),
            (None, Ok(_)) if self.files.contains_key(&path) => self.unusable.push((path, TWICE)),
            (None, Ok(blob)) => drop(self.files.insert(path, blob)),
        }
    }

    /// A hand-made tree may have a link and a folder of one name: what is below would be written where the link ends.
    fn drop_unusable(&mut self) {
        let is_below = |path: &&String| path.match_indices('/').any(|(end, _)| self.files.contains_key(&path[..end]));
        let below: Vec<String> = self.files.keys().filter(is_below).cloned().collect();
        self.unusable.extend(below.into_iter().map(|path| (path, BELOW_FILE)));
        // Of two files of one name neither is the right one.
        for (path, _) in &self.unusable {
            self.files.remove(path);
        }
    }

    /// Refuses a folder that has something which is not read, or lies in it.
    pub(crate) fn check_usable(&self, folder: &str) -> Result<(), Error> {
        let concerns = |path: &str| is_in(path, folder) || is_in(folder, path);
        let Some((path, why)) = self.unusable.iter().find(|(path, _)| concerns(path)) else { return Ok(()) };
        let help = match *why {
            SUBMODULE => "commit its files themselves, or put the submodule elsewhere",
            _ => "put files of the repository itself in its place, under a usual name",
        };
        let help = help.to_owned();
        Err(Error::Tree { path: path.escape_debug().to_string(), why: (*why).to_owned(), help })
    }

    /// Returns every submodule.
    pub(crate) fn submodules(&self) -> Vec<String> {
        let submodules = self.unusable.iter().filter(|(_, why)| *why == SUBMODULE);
        submodules.map(|(path, _)| path.clone()).collect()
    }

    /// Whether a path is a file.
    pub(crate) fn has_file(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Returns the paths in a folder and below it, in order. The root is the empty path.
    pub(crate) fn paths_in(&self, folder: &str) -> Vec<String> {
        self.files.keys().filter(|path| *path != folder && is_in(path, folder)).cloned().collect()
    }

    /// Returns every link of the commit.
    pub(crate) async fn links(&self) -> Result<Vec<TreeFile>, Error> {
        let links = self.files.iter().filter(|(_, blob)| blob.kind == BlobKind::Link);
        self.read_all(&links.map(|(path, _)| path.clone()).collect::<Vec<_>>()).await
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
        let bytes = wanted.iter().map(|(_, blob)| blob.bytes).sum::<u64>();
        if bytes > READ_BYTES_MAX {
            return Err(too_large(&wanted, bytes));
        }
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

/// Whether a path is a folder or below it. The root is the empty path or a dot.
fn is_in(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    matches!(folder, "" | ".") || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Splits `<id> blob <size>\n<content>\n` off the front.
fn next_object(stream: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = stream.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&stream[..end]).ok()?;
    let size: usize = head.rsplit(' ').next()?.parse().ok()?;
    let content = stream.get(end + 1..end + 1 + size)?;
    Some((content, stream.get(end + 2 + size..)?))
}

/// Names the largest file of those that are too much together.
fn too_large(files: &[(&String, &Blob)], bytes: u64) -> Error {
    let largest = files.iter().max_by_key(|(_, blob)| blob.bytes).map_or(String::new(), |(path, _)| (*path).clone());
    Error::Tree {
        path: largest,
        why: format!(
            "is the largest of files of {} MiB, and {} MiB are read of a commit",
            bytes >> 20,
            READ_BYTES_MAX >> 20
        ),
        help: "keep large files out of the repository that is deployed, for one with Git LFS".to_owned(),
    }
}

fn cut_short(path: &str) -> Error {
    Error::Tree {
        path: path.to_owned(),
        why: "cannot be read from Git's objects".to_owned(),
        help: "a partial clone may lack it: check out without a filter".to_owned(),
    }
}
