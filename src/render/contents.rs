//! The files of a commit by their paths, through its links. Makes the confined copy; asks no file system before.

use std::collections::BTreeSet;

use landfall_core::manifest::{Compat, SourceFile, is_lfs_pointer, values};
use tempfile::TempDir;

use super::links::{End, Links};
use super::unfit::Unfit;
use super::{Error, confine};
use crate::git::{BlobKind, CommitTree, TreeFile};

/// Every file of a commit.
pub(super) struct Contents {
    /// In the order of their paths.
    pub(super) files: Vec<TreeFile>,
    pub(super) links: Links,
}

impl Contents {
    pub(super) async fn of(tree: &CommitTree) -> Result<Self, Error> {
        let files = confine::files(tree).await?;
        let links = Links::of(&files).beside(tree.submodules());
        Ok(Self { files, links })
    }

    /// Returns the file that a path leads to.
    pub(super) fn file(&self, path: &str) -> Option<&TreeFile> {
        let End::At(end) = self.links.end(path) else { return None };
        let at = self.files.binary_search_by(|file| file.path.as_str().cmp(&end)).ok()?;
        Some(&self.files[at]).filter(|file| file.kind == BlobKind::File)
    }

    /// Returns a path without `..`, where it stays in the commit. Programs differ in whether `..` goes back through a
    /// link or past it, so both have to end at one place.
    pub(super) fn inside(&self, path: &str) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()?),
                part => parts.push(part),
            }
        }
        let plain = parts.join("/");
        match (self.links.end(path), self.links.end(&plain)) {
            (End::Outside, _) | (_, End::Outside) => None,
            (one, other) => (one == other).then_some(plain),
        }
    }

    /// Returns the file that a key of the rules names.
    pub(super) fn named(&self, key: &'static str, path: &str) -> Result<&TreeFile, Error> {
        self.file(path).ok_or_else(|| Unfit::absent(key, path).into())
    }

    /// Refuses a file that git-lfs keeps elsewhere: no renderer sees that it is not the file itself.
    pub(super) fn check_present(&self, path: &str) -> Result<(), Error> {
        let Some(file) = self.file(path).filter(|file| is_lfs_pointer(&file.bytes)) else { return Ok(()) };
        values(&SourceFile::new(path, file.bytes.clone()), Compat::Kubectl).map_err(Box::new)?;
        Ok(())
    }

    /// Returns every file below the folder that a path leads to, links too, by its path from that folder.
    pub(super) fn below(&self, folder: &str) -> Vec<(&str, &TreeFile)> {
        let End::At(end) = self.links.end(folder) else { return Vec::new() };
        let below = |path: &'_ str| -> Option<usize> {
            if end.is_empty() {
                return Some(0);
            }
            path.strip_prefix(end.as_str())?.strip_prefix('/').map(|rest| path.len() - rest.len())
        };
        self.files.iter().filter_map(|file| Some((&file.path[below(&file.path)?..], file))).collect()
    }

    /// Whether a path leads to a folder that has files.
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        !self.below(folder).is_empty()
    }

    /// Adds files that have paths of their own.
    pub(super) fn extend(&mut self, files: impl Iterator<Item = TreeFile>) {
        for file in files {
            if file.kind == BlobKind::Link {
                self.links.add(&file);
            }
            self.files.push(file);
        }
        self.files.sort_by(|one, other| one.path.cmp(&other.path));
    }

    /// Puts a file among them, in the place of what has its path.
    pub(super) fn put(&mut self, file: TreeFile) {
        self.links.remove(&file.path);
        match self.files.binary_search_by(|other| other.path.cmp(&file.path)) {
            Ok(at) => self.files[at] = file,
            Err(at) => self.files.insert(at, file),
        }
    }

    /// Copies the whole commit.
    pub(super) fn copy(&self) -> Result<TempDir, Error> {
        confine::copy(self.files.iter(), &self.links)
    }

    /// Copies these files, and every link that stays in the commit.
    pub(super) fn copy_of(&self, paths: &BTreeSet<String>) -> Result<TempDir, Error> {
        let stays = |file: &TreeFile| file.kind == BlobKind::Link && self.links.check(file).is_ok();
        let files = self.files.iter().filter(|file| paths.contains(&file.path) || stays(file));
        confine::copy(files, &self.links)
    }
}
