//! The exit codes: a documented contract. Nothing else in the tree names a number.

/// How a run ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, or nothing to do.
    Done,
    /// A bug in Landfall.
    Bug,
    /// The command line or the rules are wrong.
    Usage,
    /// The manifests do not render or are not valid.
    Render,
    /// Held: a person must act.
    Held,
    /// The cluster refused a write.
    ApplyFailed,
    /// What was applied did not become ready.
    NotReady,
    /// The cluster differs from Git.
    Drift,
    /// The cluster or the host cannot be reached, or denies access.
    Unreachable,
}

impl Exit {
    /// Returns the process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Bug => 1,
            Self::Usage => 2,
            Self::Render => 3,
            Self::Held => 4,
            Self::ApplyFailed => 5,
            Self::NotReady => 6,
            Self::Drift => 7,
            Self::Unreachable => 8,
        }
    }
}
