//! A copy of a commit for programs that only read files. Nothing in it leads out of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Error;
use crate::git::{BlobKind, CommitTree, TreeFile};

/// Writes every file of a commit into a folder that is removed with the returned value.
pub(super) async fn copy(tree: &CommitTree) -> Result<TempDir, Error> {
    let folder = tempfile::tempdir()?;
    let files = tree.read_all(&tree.paths_in("")).await?;
    let (links, regular): (Vec<&TreeFile>, _) = files.iter().partition(|file| file.kind == BlobKind::Link);
    for file in regular {
        fs::write(place(folder.path(), file)?, &file.bytes)?;
    }
    for link in &links {
        symlink(target(link), place(folder.path(), link)?)?;
    }
    for link in links {
        check(folder.path(), link)?;
    }
    Ok(folder)
}

/// Returns where a file goes, with its folder made.
fn place(root: &Path, file: &TreeFile) -> Result<PathBuf, Error> {
    let path = root.join(&file.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(path)
}

fn target(link: &TreeFile) -> String {
    String::from_utf8_lossy(&link.bytes).into_owned()
}

/// Asks the file system where a link ends, because links through links cannot be judged by their text.
/// A link to nothing leads nowhere.
fn check(root: &Path, link: &TreeFile) -> Result<(), Error> {
    let Ok(end) = fs::canonicalize(root.join(&link.path)) else { return Ok(()) };
    if end.starts_with(fs::canonicalize(root)?) {
        return Ok(());
    }
    Err(Error::Link { path: link.path.clone(), to: target(link) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(path: &str, to: &str) -> TreeFile {
        TreeFile { path: path.to_owned(), kind: BlobKind::Link, bytes: to.as_bytes().to_vec() }
    }

    fn escapes(links: &[TreeFile]) -> bool {
        let root = tempfile::tempdir().unwrap();
        for link in links {
            symlink(target(link), place(root.path(), link).unwrap()).unwrap();
        }
        links.iter().any(|link| check(root.path(), link).is_err())
    }

    #[test]
    fn a_link_that_leaves_the_repository_is_seen() {
        assert!(escapes(&[link("web.yaml", "/etc/passwd")]));
        assert!(escapes(&[link("a/b/c.yaml", "../../../../../../../../etc/passwd")]));
        assert!(escapes(&[link("p/q/deep", "../.."), link("p/q/r/y", "../deep/..")]));
    }

    #[test]
    fn a_link_that_stays_is_kept() {
        assert!(!escapes(&[link("a/here", "."), link("b/there", "../a/here")]));
        assert!(!escapes(&[link("a/nothing", "not-there.yaml")]));
    }
}
