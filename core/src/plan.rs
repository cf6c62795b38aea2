//! What would change in one target, object by object. Does not ask the server: `live` brings its answers.

mod allow;
pub mod back;
pub mod build;
mod explained;
mod hands;
mod privilege;
pub mod quota;
mod replace;

use serde::Serialize;
use serde_json::Value;

pub use allow::{Allowance, InvalidAllowance};
pub use explained::Drift;
pub use hands::changed_hands;

use crate::diff::ObjectDiff;
use crate::id::{CommitSha, TargetId};
use crate::manifest::{ObjectId, Origin};
use crate::ownership::Takeover;
use crate::rules::Retired;

/// Everything that a deploy of one commit would do in one target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Where.
    pub target: TargetId,
    /// The commit whose manifests are wanted.
    pub commit: CommitSha,
    /// The commit that the target last received whole; none before the first deploy.
    pub deployed: Option<CommitSha>,
    /// Why what was deployed cannot be compared with, so that nothing explains the changes; none where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unexplained: Option<String>,
    /// What becomes of what is deployed, where the target ends; none where it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired: Option<Retired>,
    /// Every object of the set or the inventory, most dangerous first, then by identity.
    pub changes: Vec<Change>,
    /// What the server that checked the plan calls its version ("v1.36.3"); none for an offline plan.
    pub server: Option<String>,
}

/// What would happen to one object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The object.
    pub id: ObjectId,
    /// What would happen.
    pub class: Class,
    /// Where it is written; none for an object that Git no longer has.
    pub origin: Option<Origin>,
    /// What would differ, with every Secret value already masked.
    pub diff: ObjectDiff,
    /// What happens to running things, in a few words: "restarts 6 pods, rolling". Empty when nothing does.
    pub effect: String,
    /// What the reviewer should also know: server warnings, fields stripped. One sentence each.
    pub notes: Vec<String>,
    /// What of it no merged commit explains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// Whose fields become ours before it is applied; none but at first contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub takeover: Option<Takeover>,
    /// The body to send; none when nothing is sent. Never serialised: it may hold secrets.
    #[serde(skip)]
    pub body: Option<Value>,
    /// The UID of the live object; none when there is none.
    pub uid: Option<String>,
}

/// What would happen to an object, most dangerous last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum Class {
    /// The server's object already is what Git wants.
    Same,
    /// It left Git and stays in the cluster; the text says why.
    Keep {
        /// Why it is not deleted.
        why: String,
    },
    /// It stays in the cluster and is no longer ours.
    Release,
    /// It would be created.
    Create,
    /// It would be changed in place.
    Change,
    /// It would be sent without the server having checked it; the text says why.
    Unverified {
        /// Why the server could not check it.
        why: String,
    },
    /// It would be deleted and made anew, because it cannot be changed in place.
    Replace {
        /// Why it is made anew.
        why: String,
        /// Whether that is meant: by what the object is, by Git, or by a person.
        allowed: bool,
    },
    /// It left Git and would be deleted.
    Delete,
    /// The server refuses it, or somebody else owns it: nothing would be sent.
    Blocked {
        /// Why, in the server's words where they are safe to show.
        why: String,
        /// What to do about it, as one sentence.
        help: String,
    },
}

/// How many objects are in each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Created.
    pub create: usize,
    /// Changed in place.
    pub change: usize,
    /// Deleted and made anew.
    pub replace: usize,
    /// Deleted.
    pub delete: usize,
    /// The same.
    pub same: usize,
    /// Left Git, kept in the cluster.
    pub keep: usize,
    /// Left in the cluster for others.
    pub release: usize,
    /// Refused by the server or owned by another.
    pub blocked: usize,
    /// Not checked by the server.
    pub unverified: usize,
}

impl Class {
    /// Returns why an object is in its class, where the class says so.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Keep { why } | Self::Unverified { why } | Self::Replace { why, .. } | Self::Blocked { why, .. } => {
                Some(why)
            }
            Self::Same | Self::Release | Self::Create | Self::Change | Self::Delete => None,
        }
    }
}

impl Plan {
    /// Returns whether an object is not waited for: it did its work in an earlier deploy and is gone, or it stays as it is.
    pub fn is_left(&self, id: &ObjectId) -> bool {
        let is_gone = |change: &Change| change.class == Class::Same && change.uid.is_none() && self.server.is_some();
        let is_left = |change: &Change| is_gone(change) || matches!(change.class, Class::Keep { .. });
        self.changes.iter().any(|change| change.id == *id && is_left(change))
    }

    /// Returns how many objects are in each class.
    pub fn counts(&self) -> Counts {
        Counts::of(&self.changes)
    }
}

impl Counts {
    /// Counts changes.
    pub fn of<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Self {
        let mut counts = Self::default();
        for change in changes {
            *counts.number(&change.class) += 1;
        }
        counts
    }

    fn number(&mut self, class: &Class) -> &mut usize {
        match class {
            Class::Same => &mut self.same,
            Class::Keep { .. } => &mut self.keep,
            Class::Release => &mut self.release,
            Class::Create => &mut self.create,
            Class::Change => &mut self.change,
            Class::Unverified { .. } => &mut self.unverified,
            Class::Replace { .. } => &mut self.replace,
            Class::Delete => &mut self.delete,
            Class::Blocked { .. } => &mut self.blocked,
        }
    }

    /// Returns how many objects a deploy would write, delete or let go.
    pub fn moved(self) -> usize {
        self.create + self.change + self.replace + self.delete + self.unverified + self.release
    }
}
