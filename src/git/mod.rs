//! Reads commits from a Git repository, and computes merges in it. Never writes the work tree, never pushes.

mod command;
mod history;
mod merge;
mod remote;
mod tree;
mod work_tree;

use std::path::{Path, PathBuf};

pub(crate) use command::Login;
pub(crate) use merge::Merged;
pub(crate) use remote::files_at;
pub(crate) use tree::{BlobKind, CommitTree, TreeFile};

use crate::git::command::Git;

/// Why Git could not answer.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum Error {
    /// There is no such folder.
    #[error("the folder {path} does not exist")]
    #[diagnostic(code(git::folder), help("name a folder of the repository with --repo"))]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// There is no repository.
    #[error("{path} is not a Git repository")]
    #[diagnostic(code(git::repository), help("run Landfall in a checkout of the repository, or name one with --repo"))]
    NoRepository {
        /// Where one was looked for.
        path: PathBuf,
    },
    /// The `git` program is missing.
    #[error("the program `git` cannot be run: {why}")]
    #[diagnostic(code(git::missing), help("install Git 2.38 or newer"))]
    Missing {
        /// What the system says.
        why: String,
    },
    /// Git said no.
    #[error("git {verb} failed: {why}")]
    #[diagnostic(code(git::failed))]
    Failed {
        /// Git's own verb.
        verb: String,
        /// The last line of what it said.
        why: String,
    },
    /// A commit is not here and could not be fetched.
    #[error("the commit {commit} is not in this checkout and cannot be fetched: {why}")]
    #[diagnostic(
        code(git::unreachable),
        help("check out with `fetch-depth: 0`, or let the checkout keep its credentials")
    )]
    Unreachable {
        /// The commit, or a branch.
        commit: String,
        /// What Git says.
        why: String,
    },
    /// A path of the tree is not what its use needs.
    #[error("{path} {why}")]
    #[diagnostic(code(git::tree), help("{help}"))]
    Tree {
        /// The path, from the repository's root.
        path: String,
        /// What is wrong with it.
        why: String,
        /// The next step.
        help: String,
    },
}

/// A Git repository on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    git: Git,
}

impl Repository {
    /// Opens the repository that a folder belongs to.
    pub(crate) async fn open(folder: &Path) -> Result<Self, Error> {
        if !folder.is_dir() {
            return Err(Error::NoFolder { path: folder.to_owned() });
        }
        let git = Git::at(folder);
        match git.text(&["rev-parse", "--git-dir"]).await {
            Ok(_) => Ok(Self { git }),
            Err(Error::Failed { .. }) => Err(Error::NoRepository { path: folder.to_owned() }),
            Err(error) => Err(error),
        }
    }

    /// Speaks to the remote with a token, unless the checkout kept credentials: hosts refuse two of them.
    pub(crate) async fn with_login(self, login: Login) -> Result<Self, Error> {
        let kept = ["config", "--get-regexp", r"^http\..*extraheader$"];
        if self.git.run(&kept, &[]).await?.status.success() {
            return Ok(self);
        }
        Ok(Self { git: self.git.with_login(login) })
    }
}
