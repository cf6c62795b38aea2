//! Where the symbolic links of a commit end, found out before one is made. Asks no file system.

use std::collections::BTreeMap;

use super::Error;
use crate::git::{BlobKind, TreeFile};

/// As many as Linux follows.
const LINKS_FOLLOWED_MAX: usize = 40;

/// The links of a commit, by path, and the submodules beside them, of which nothing is read.
pub(super) struct Links {
    links: BTreeMap<String, Vec<u8>>,
    submodules: Vec<String>,
}

impl Links {
    pub(super) fn of(files: &[TreeFile]) -> Self {
        let links = files.iter().filter(|file| file.kind == BlobKind::Link);
        let links = links.map(|link| (link.path.clone(), link.bytes.clone())).collect();
        Self { links, submodules: Vec::new() }
    }

    pub(super) fn beside(self, submodules: Vec<String>) -> Self {
        Self { submodules, ..self }
    }

    /// Returns the submodule that a path is in.
    pub(super) fn submodule_of(&self, path: &str) -> Option<&str> {
        let is_in = |rest: &str| rest.is_empty() || rest.starts_with('/');
        let has = |submodule: &&String| path.strip_prefix(submodule.as_str()).is_some_and(is_in);
        self.submodules.iter().find(has).map(String::as_str)
    }

    /// Learns of a link.
    pub(super) fn add(&mut self, link: &TreeFile) {
        self.links.insert(link.path.clone(), link.bytes.clone());
    }

    /// Forgets a link that another file takes the place of.
    pub(super) fn remove(&mut self, path: &str) {
        self.links.remove(path);
    }

    /// Refuses a link that leads out of the commit, also one through other links.
    pub(super) fn check(&self, link: &TreeFile) -> Result<(), Error> {
        let to = || String::from_utf8_lossy(&link.bytes).into_owned();
        match self.end(&link.path) {
            End::Outside => Err(Error::Link { path: link.path.clone(), to: to() }),
            End::At(_) | End::Nowhere => Ok(()),
        }
    }

    /// Walks a path from the root as the system would. A folder that is not there is walked too.
    pub(super) fn end(&self, path: &str) -> End {
        let mut here: Vec<String> = Vec::new();
        let mut ahead = parts(path.as_bytes());
        let mut followed = 0;
        while let Some(part) = ahead.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." if here.is_empty() => return End::Outside,
                ".." => drop(here.pop()),
                _ => here.push(part),
            }
            // After `..` this is a folder that was walked through: no link.
            let Some(target) = self.links.get(&here.join("/")) else { continue };
            followed += 1;
            if target.starts_with(b"/") {
                return End::Outside;
            }
            if followed > LINKS_FOLLOWED_MAX {
                return End::Nowhere;
            }
            here.pop();
            ahead.extend(parts(target));
        }
        End::At(here.join("/"))
    }
}

/// Where a path ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At this path, which may have nothing.
    At(String),
    /// Out of the commit.
    Outside,
    /// Links in a circle.
    Nowhere,
}

/// Returns the parts of a path, the first one last.
fn parts(path: &[u8]) -> Vec<String> {
    path.split(|byte| *byte == b'/').rev().map(|part| String::from_utf8_lossy(part).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link((path, to): &(&str, &str)) -> TreeFile {
        TreeFile { path: (*path).to_owned(), kind: BlobKind::Link, bytes: to.as_bytes().to_vec() }
    }

    fn escapes(links: &[(&str, &str)]) -> bool {
        let files: Vec<TreeFile> = links.iter().map(link).collect();
        let links = Links::of(&files);
        files.iter().any(|link| links.check(link).is_err())
    }

    #[test]
    fn a_link_that_leaves_the_repository_is_seen() {
        assert!(escapes(&[("web.yaml", "/etc/passwd")]));
        assert!(escapes(&[("web.yaml", "/not/there")]));
        assert!(escapes(&[("a/b/c.yaml", "../../../../../../../../etc/passwd")]));
        assert!(escapes(&[("a/b/c.yaml", "../../..")]));
        assert!(escapes(&[("p/q/deep", "../.."), ("p/q/r/y", "../deep/..")]));
    }

    #[test]
    fn a_link_that_stays_is_kept() {
        assert!(!escapes(&[("a/here", "."), ("b/there", "../a/here")]));
        assert!(!escapes(&[("a/nothing", "not-there.yaml")]));
        assert!(!escapes(&[("a/b/c.yaml", "../..")]));
    }

    #[test]
    fn links_in_a_circle_lead_nowhere() {
        assert!(!escapes(&[("a", "b"), ("b", "a")]));
        assert_eq!(Links::of(&[link(&("a", "b")), link(&("b", "a"))]).end("a/x"), End::Nowhere);
    }
}
