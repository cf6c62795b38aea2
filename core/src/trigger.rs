//! What happened: the one thing a run is about. Does not read events; the binary's `ci` room does.

use serde::Serialize;

use crate::id::CommitSha;

/// What made this run start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Trigger {
    /// A pull or merge request was opened or updated.
    Proposal(Proposal),
    /// Commits landed on a branch.
    Push(Push),
    /// A tag was pushed.
    Tag(Tag),
    /// A person called the command at a shell.
    Shell,
    /// Nothing that Landfall acts on; the text says why.
    Nothing {
        /// Why nothing is done, as a sentence without a full stop.
        why: String,
    },
}

/// A pull or merge request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The host's number of it.
    pub number: u64,
    /// Its title: untrusted text.
    pub title: String,
    /// The commit that is proposed.
    pub head: CommitSha,
    /// The branch that is proposed.
    pub head_branch: String,
    /// The branch that it would be merged into.
    pub base_branch: String,
    /// Whether the head comes from another repository.
    pub fork: bool,
    /// Whether its author says that it is not ready.
    pub draft: bool,
    /// The login of its author.
    pub author: String,
}

/// Commits that landed on a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Push {
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// The branch's tip before; none for a new branch.
    pub before: Option<CommitSha>,
    /// The branch's tip now.
    pub after: CommitSha,
    /// Whether the old tip is not an ancestor of the new one.
    pub forced: bool,
    /// Whether the host says that the branch is protected.
    pub protected: bool,
}

/// A tag that was pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// The tag, without `refs/tags/`.
    pub name: String,
    /// The commit that it names.
    pub commit: CommitSha,
    /// Whether the host says that the tag is protected.
    pub protected: bool,
}
