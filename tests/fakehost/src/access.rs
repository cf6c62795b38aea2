//! What a token may do: one access level for each area of the REST API.

/// How far a token reaches into one area.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// The area answers 403.
    #[default]
    None,
    /// The area can be read.
    Read,
    /// The area can be read and changed.
    Write,
}

/// The permissions of a token, as a workflow's `permissions:` block would list them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions {
    /// Git contents, branches, commits, and the merge of a proposal.
    pub contents: Access,
    /// Proposals, their files, reviews, comments, and labels.
    pub pull_requests: Access,
    /// Issues, comments, and labels.
    pub issues: Access,
    /// Check runs.
    pub checks: Access,
    /// Deployments and their statuses.
    pub deployments: Access,
    /// Branch protection; with `Write`, pushes to protected branches as well.
    pub administration: Access,
}

impl Permissions {
    /// Returns permissions which reach nothing, as `permissions: {}` does.
    pub fn none() -> Self {
        Self::default()
    }

    /// Returns what the token of a fork's proposal has: reading, and no administration.
    pub fn read() -> Self {
        Self { administration: Access::None, ..Self::all(Access::Read) }
    }

    /// Returns what a contributor has: writing, and no administration.
    pub fn write() -> Self {
        Self { administration: Access::None, ..Self::all(Access::Write) }
    }

    /// Returns what an owner of the repository has.
    pub fn admin() -> Self {
        Self::all(Access::Write)
    }

    fn all(access: Access) -> Self {
        Self {
            contents: access,
            pull_requests: access,
            issues: access,
            checks: access,
            deployments: access,
            administration: access,
        }
    }
}
