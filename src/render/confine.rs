//! A copy of a commit for programs that only read files. Nothing in it leads out of it.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Error;
use super::links::Links;
use crate::git::{BlobKind, CommitTree, TreeFile};

/// Most files of a commit that are copied: seconds on a usual disk. Trees that share their blobs have any number.
const FILES_MAX: usize = 50_000;

/// The folder of the commit, beside whatever we add.
pub(super) const COMMIT: &str = "commit";

/// Every file of a commit, of those that can be used.
pub(super) async fn files(tree: &CommitTree) -> Result<Vec<TreeFile>, Error> {
    Ok(tree.read_all(&tree.paths_in("")).await?)
}

/// Writes files into a folder that is removed with the returned value.
///
/// Nothing is followed while it is written: links are made last, and no name is used twice.
pub(super) fn copy<'a>(files: impl Iterator<Item = &'a TreeFile>, links: &Links) -> Result<TempDir, Error> {
    let folder = tempfile::tempdir()?;
    let root = folder.path().join(COMMIT);
    let (made_last, regular): (Vec<&TreeFile>, Vec<&TreeFile>) = files.partition(|file| file.kind == BlobKind::Link);
    if made_last.len() + regular.len() > FILES_MAX {
        return Err(Error::TooManyFiles { files: made_last.len() + regular.len(), files_max: FILES_MAX });
    }
    for file in regular {
        let mut new = OpenOptions::new().write(true).create_new(true).open(place(&root, file)?)?;
        new.write_all(&file.bytes)?;
    }
    let mut places = Vec::with_capacity(made_last.len());
    for link in made_last {
        links.check(link)?;
        places.push((link, place(&root, link)?));
    }
    for (link, place) in places {
        symlink(OsStr::from_bytes(&link.bytes), place)?;
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
