//! What one app put into one target: the record that makes deletion safe. Does not read or write the cluster.
//!
//! It is kept in a `ConfigMap` beside the objects. The superset of old and new is written before the first apply and
//! the exact set after the last deletion, so a run that dies in between loses no object.

mod content;
mod wire;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::id::{AppName, CommitSha, EnvName, TargetId};
use crate::manifest::{ObjectId, to_body};
use crate::order;
use crate::succession::Attempt;

pub use content::Content;

/// The label that every object of an inventory carries; its value is the inventory's id.
pub const LABEL: &str = "landfall.dev/inventory";

/// Most characters of a field manager's name (apimachinery, `meta/v1/validation`).
const MANAGER_CHARS_MAX: usize = 128;

/// Most attempts that are remembered, the newest: what an older one alone has sent is drift, which a person looks at.
const ATTEMPTS_MAX: usize = 20;

/// Hexadecimal digits of the id that a field manager's name carries.
const MANAGER_ID_CHARS: usize = 8;

/// What one app put into one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Inventory {
    /// The application that the objects belong to.
    pub app: AppName,
    /// The environment that they belong to.
    pub environment: EnvName,
    /// The inventory's own id, the value of [`LABEL`]: 64 bits in 16 hexadecimal digits.
    pub id: String,
    /// The host's immutable id of the repository that deploys here; none when no host was known.
    pub repository: Option<String>,
    /// The newest attempt, written before its first apply.
    pub attempted: Option<Attempt>,
    /// The commits of every attempt since the last whole deploy, oldest first: each may have sent a part of its set.
    pub attempts: Vec<CommitSha>,
    /// Why a person made the newest attempt by hand; none when the branch's own pipeline made it.
    pub reason: Option<String>,
    /// The commit that was last deployed whole.
    pub deployed: Option<CommitSha>,
    /// The newest attempt, if it was rolled back.
    pub hold: Option<Hold>,
    /// Every object that is, or may be, in the cluster because of us.
    pub entries: BTreeMap<ObjectId, Entry>,
    /// Fields that a newer Landfall wrote: kept as they are.
    pub unknown: BTreeMap<String, Value>,
}

/// A commit that was rolled back, so that its pipeline does not deploy it again. The next attempt ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The commit.
    pub commit: CommitSha,
    /// Why it was rolled back, as a clause that is safe to show.
    pub reason: String,
    /// How far the way back was gone.
    pub stage: Stage,
}

/// How far a way back was gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Something may have been written, and it is not known that it runs.
    Begun,
    /// What was deployed before runs again.
    Done,
}

/// What is recorded of one object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// The live object's UID; none until its apply was answered.
    pub uid: Option<String>,
    /// The version of its API group that it was last sent in.
    pub version: String,
    /// The file that it was last written in.
    pub origin: Option<String>,
    /// The digest of the body that was last sent, for a Job that runs once and removes itself; none for others, for
    /// a Secret's could be guessed offline.
    pub sent: Option<String>,
    /// Whether it was in the cluster before an attempt adopted it that has not succeeded yet.
    pub found: bool,
    /// Fields that a newer Landfall wrote: kept as they are.
    pub unknown: BTreeMap<String, Value>,
}

/// Why an inventory cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// The `ConfigMap` has no inventory in it.
    #[error("the ConfigMap `{name}` has no key `{key}`")]
    #[diagnostic(code(inventory::missing), help("restore the ConfigMap, or delete it and adopt its objects again"))]
    Missing {
        /// The `ConfigMap`.
        name: String,
        /// The key that an inventory is kept under.
        key: &'static str,
    },
    /// The text is not an inventory.
    #[error("the inventory in the ConfigMap `{name}` cannot be read: {source}")]
    #[diagnostic(code(inventory::damaged), help("restore the ConfigMap, or delete it and adopt its objects again"))]
    Damaged {
        /// The `ConfigMap`.
        name: String,
        /// What the text fails at.
        source: serde_json::Error,
    },
    /// The compressed text cannot be unpacked.
    #[error("the inventory in the ConfigMap `{name}` cannot be unpacked: {source}")]
    #[diagnostic(code(inventory::damaged), help("restore the ConfigMap, or delete it and adopt its objects again"))]
    Packed {
        /// The `ConfigMap`.
        name: String,
        /// What it fails at.
        source: std::io::Error,
    },
    /// A newer Landfall changed the format.
    #[error("the inventory in the ConfigMap `{name}` has format {found}, this Landfall reads up to {known}")]
    #[diagnostic(code(inventory::newer), help("deploy with the newer Landfall that wrote it"))]
    Newer {
        /// The `ConfigMap`.
        name: String,
        /// The format's number.
        found: u32,
        /// The newest format that this version reads.
        known: u32,
    },
    /// The inventory is somebody else's.
    #[error("the inventory in the ConfigMap `{name}` belongs to {owner}")]
    #[diagnostic(
        code(inventory::foreign),
        help("choose another `app`, or move its objects here with `landfall adopt`")
    )]
    Foreign {
        /// The `ConfigMap`.
        name: String,
        /// Whose it is.
        owner: String,
    },
    /// The inventory does not fit into a `ConfigMap`.
    #[error("the inventory of {objects} objects has {bytes} bytes when compressed, a ConfigMap holds {max}")]
    #[diagnostic(code(inventory::too_large), help("split the app into several, each with an inventory of its own"))]
    TooLarge {
        /// How many objects it names.
        objects: usize,
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        max: usize,
    },
}

impl Inventory {
    /// Returns the commit that everything is of which a commit has not replaced; none where another one may have.
    pub fn before(&self, commit: &CommitSha) -> Option<&CommitSha> {
        self.deployed.as_ref().filter(|_| self.attempts.iter().all(|attempt| attempt == commit))
    }

    /// Returns the empty inventory of a target that never had one.
    ///
    /// The id follows from where and what, not from chance: an inventory that was lost finds its objects again.
    pub fn new(target: &TargetId, repository: Option<String>) -> Self {
        Self {
            app: target.app.clone(),
            environment: target.environment.clone(),
            id: derived_id(target),
            repository,
            attempted: None,
            attempts: Vec::new(),
            reason: None,
            deployed: None,
            hold: None,
            entries: BTreeMap::new(),
            unknown: BTreeMap::new(),
        }
    }

    /// Reads the inventory of `target` from what its `ConfigMap` holds.
    ///
    /// A repository is compared only where both sides know theirs: a shell without a host knows none.
    pub fn read(content: &Content, target: &TargetId, repository: Option<&str>) -> Result<Self, Error> {
        let name = target.object_name();
        let mut inventory = wire::read(content, &name)?;
        if let Some(owner) = inventory.foreign_owner(target, repository) {
            return Err(Error::Foreign { name, owner });
        }
        inventory.repository = inventory.repository.or_else(|| repository.map(str::to_owned));
        Ok(inventory)
    }

    /// Returns "app/environment" of the inventory of an id, if a `ConfigMap` holds that inventory.
    pub fn name_in(content: &Content, id: &str) -> Option<String> {
        let inventory = wire::read(content, "").ok().filter(|inventory| inventory.id == id)?;
        Some(format!("{}/{}", inventory.app, inventory.environment))
    }

    /// Returns what its `ConfigMap` is to hold. The same inventory always gives the same bytes.
    pub fn content(&self) -> Result<Content, Error> {
        wire::write(self)
    }

    /// Whether a live object says that it is ours.
    pub fn owns(&self, live: &Value) -> bool {
        live["metadata"]["labels"][LABEL] == self.id.as_str()
    }

    /// Returns the name that owns our fields in the cluster; no two inventories share one.
    pub fn field_manager(&self) -> String {
        let id: String = self.id.chars().take(MANAGER_ID_CHARS).collect();
        let room = (MANAGER_CHARS_MAX - "landfall:".len() - "//".len() - MANAGER_ID_CHARS) / 2;
        let cut = |name: &str| name[..name.len().min(room)].to_owned();
        format!("landfall:{}/{}/{id}", cut(self.app.as_str()), cut(self.environment.as_str()))
    }

    /// Returns the inventory to write before the first apply: what was there, and what is about to be.
    #[must_use]
    pub fn superset(
        &self,
        desired: impl IntoIterator<Item = (ObjectId, String)>,
        attempted: Attempt,
        reason: Option<&str>,
    ) -> Self {
        let mut attempts = self.attempts.clone();
        attempts.retain(|commit| *commit != attempted.commit);
        attempts.push(attempted.commit.clone());
        attempts.drain(..attempts.len().saturating_sub(ATTEMPTS_MAX));
        let reason = reason.map(str::to_owned);
        Self { attempted: Some(attempted), attempts, reason, hold: None, ..self.clone() }.and(desired)
    }

    /// Returns the inventory to write before the first step back from the newest attempt; none when there was none.
    pub fn going_back(&self, desired: impl IntoIterator<Item = (ObjectId, String)>, reason: &str) -> Option<Self> {
        let commit = self.attempted.as_ref()?.commit.clone();
        let hold = Hold { commit, reason: reason.to_owned(), stage: Stage::Begun };
        Some(Self { hold: Some(hold), ..self.clone() }.and(desired))
    }

    /// Returns the inventory to write when what was deployed before runs again. The newest attempt stays the newest.
    #[must_use]
    pub fn gone_back(&self, entries: impl IntoIterator<Item = (ObjectId, Entry)>) -> Self {
        let hold = self.hold.clone().map(|hold| Hold { stage: Stage::Done, ..hold });
        Self { hold, entries: entries.into_iter().collect(), ..self.clone() }
    }

    /// Returns the hold on a commit, if it was rolled back.
    pub fn hold_on(&self, commit: &CommitSha) -> Option<&Hold> {
        self.hold.as_ref().filter(|hold| hold.commit == *commit)
    }

    fn and(mut self, desired: impl IntoIterator<Item = (ObjectId, String)>) -> Self {
        for (id, version) in desired {
            self.entries.entry(id).or_default().version = version;
        }
        self
    }

    /// Returns the inventory to write after the last deletion: what is there now, and nothing else.
    #[must_use]
    pub fn exact(&self, entries: impl IntoIterator<Item = (ObjectId, Entry)>, deployed: CommitSha) -> Self {
        let entries = entries.into_iter().collect();
        let attempted = self.attempted.clone().filter(|attempt| attempt.commit == deployed);
        let attempted = attempted.unwrap_or_else(|| Attempt { commit: deployed.clone(), tag: None, run: None });
        let attempts = Vec::new();
        let attempted = Some(attempted);
        Self { attempted, attempts, deployed: Some(deployed), hold: None, entries, ..self.clone() }
    }

    fn foreign_owner(&self, target: &TargetId, repository: Option<&str>) -> Option<String> {
        if self.app != target.app || self.environment != target.environment {
            return Some(format!("the environment `{}` of the app `{}`", self.environment, self.app));
        }
        let (theirs, ours) = (self.repository.as_deref()?, repository?);
        (theirs != ours).then(|| format!("another repository, which its host knows as `{theirs}`"))
    }
}

/// Returns what a Job that runs once and removes itself is known by when it is gone; none for any other object. One that
/// stays is its own record, so that who deletes it by hand makes it run again.
pub fn sent_once(object: &Value) -> Option<String> {
    let is_leaving = object["spec"]["ttlSecondsAfterFinished"].is_number();
    (is_leaving && order::runs_once(object)).then(|| {
        let digest = Sha256::digest(to_body(object));
        digest.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    })
}

fn derived_id(target: &TargetId) -> String {
    let mut hash = Sha256::new();
    for part in [target.app.as_str(), target.environment.as_str(), target.namespace.as_str()] {
        hash.update(part);
        hash.update([0]);
    }
    let head = hash.finalize().first_chunk().copied().expect("a SHA-256 digest has 32 bytes");
    format!("{:016x}", u64::from_be_bytes(head))
}

#[cfg(test)]
mod tests;
