//! What became of a deploy that was written and failed: it stays, or what ran before runs again.

use serde::Serialize;

use super::State;
use super::phrase::Phrase;
use super::words::count;
use crate::id::CommitSha;

/// What became of a deploy that was written and failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum After {
    /// It stays as it is: the rules ask for no more.
    Kept,
    /// It stays as it is, though the rules ask for a rollback. Nothing was written for one.
    NotPossible {
        /// Why, as a clause: "nothing was deployed before it".
        why: String,
    },
    /// What was deployed before runs again.
    RolledBack {
        /// The commit that runs.
        to: CommitSha,
    },
    /// The way back was begun, and what was deployed before does not run.
    Failed {
        /// The commit that should run.
        to: CommitSha,
        /// Why it does not, as a clause.
        why: String,
    },
}

impl State {
    /// Returns what became of a deploy that was written and failed.
    pub(crate) fn after(&self) -> Option<&After> {
        match self {
            Self::NotReady { after, .. } | Self::NotVerified { after, .. } => Some(after),
            Self::Planned { .. }
            | Self::Held { .. }
            | Self::Superseded { .. }
            | Self::GaveWay { .. }
            | Self::Deployed { .. }
            | Self::ApplyFailed { .. }
            | Self::Failed { .. }
            | Self::NotStarted { .. } => None,
        }
    }
}

/// Returns "; rolled back to `c0ffee1`, which runs"; nothing where it just stays.
pub(super) fn told(after: &After) -> Phrase {
    let say = |text: &str| Phrase::default().words(text);
    match after {
        After::Kept => Phrase::default(),
        After::NotPossible { why } => say("; not rolled back: ").then(Phrase::read(why)),
        After::RolledBack { to } => say("; rolled back to ").name(to.short()).words(", which runs"),
        After::Failed { to, why } => {
            say("; the rollback to ").name(to.short()).words(" failed too: ").then(Phrase::read(why))
        }
    }
}

/// Returns why a state is a failure, as a clause in which names stand between backticks.
pub fn reason(state: &State) -> String {
    match state {
        State::NotReady { causes, timed_out, .. } => match causes.first() {
            Some(cause) => format!("`{}` {}", cause.id, cause.reason),
            None if *timed_out => "it was not ready in time".to_owned(),
            None => "it did not become ready".to_owned(),
        },
        State::NotVerified { failed, .. } => format!("{}: {}", failed.what, failed.why),
        State::ApplyFailed { failures, .. } => format!("the cluster refused {}", count(failures.len(), "object")),
        State::Failed { problem } => problem.title.clone(),
        State::Held { holds } | State::Planned { holds } => {
            holds.first().map(|hold| hold.why.clone()).unwrap_or_default()
        }
        State::Superseded { by } => format!("`{}` is newer", by.short()),
        State::GaveWay { to } => format!("it gave way to `{}`, which is newer", to.short()),
        State::Deployed { .. } => String::new(),
        State::NotStarted { why } => why.clone(),
    }
}
