//! Real merges in a bare repository: the test merge of an open proposal, and the one that lands.

use crate::error::Error;
use crate::git::Git;
use crate::repository::Repository;
use crate::seeding::{Signature, commit_tree};

/// How a proposal lands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Merge,
    Squash,
}

/// Merges `head` into `base` as a commit object; `None` when they conflict.
pub(crate) fn merge_commit(
    repository: &Repository,
    base: &str,
    head: &str,
    message: &str,
) -> Result<Option<String>, Error> {
    let Some(tree) = merged_tree(&repository.git, base, head)? else {
        return Ok(None);
    };
    commit_tree(&repository.git, &tree, &[base, head], message, &signature(repository)).map(Some)
}

/// Puts the whole change of `head` on `base` as one commit object; `None` when they conflict.
pub(crate) fn squash_commit(
    repository: &Repository,
    base: &str,
    head: &str,
    message: &str,
) -> Result<Option<String>, Error> {
    let Some(tree) = merged_tree(&repository.git, base, head)? else {
        return Ok(None);
    };
    commit_tree(&repository.git, &tree, &[base], message, &signature(repository)).map(Some)
}

fn signature(repository: &Repository) -> Signature<'static> {
    Signature { login: "web-flow", seconds: repository.site.tick() }
}

/// Returns the tree of a merge without conflicts. Unrelated histories count as a conflict.
fn merged_tree(git: &Git, base: &str, head: &str) -> Result<Option<String>, Error> {
    let output = git.output(&["merge-tree", "--write-tree", base, head], &[], b"")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let tree = text.lines().next().unwrap_or_default().to_owned();
    Ok(Some(tree).filter(|tree| output.status.success() && !tree.is_empty()))
}
