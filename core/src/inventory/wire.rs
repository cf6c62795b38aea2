//! The inventory as it stands in a `ConfigMap`: JSON. Does not judge whose it is.
//!
//! Within a format number only new keys may appear; a reader keeps the keys that it does not know. A change that
//! an older reader would misread gets a new number, which older readers refuse.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::content::{BYTES_MAX, Content, KEY};
use super::{Entry, Error, Hold, Inventory, Stage};
use crate::id::{AppName, CommitSha, EnvName};
use crate::manifest::ObjectId;
use crate::succession::Attempt;

/// The format of the JSON.
const FORMAT: u32 = 1;

/// The newest format that this version reads: the JSON is compressed beside it.
const FORMAT_PACKED: u32 = 2;

#[derive(Deserialize)]
struct Header {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct WireInventory {
    version: u32,
    app: AppName,
    environment: EnvName,
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempted: Option<CommitSha>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempted_tag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempted_run: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attempts: Vec<CommitSha>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deployed: Option<CommitSha>,
    #[serde(default)]
    entries: Vec<WireEntry>,
    #[serde(flatten)]
    unknown: BTreeMap<String, Value>,
}

/// The key of why a commit is held.
const HOLD: &str = "hold";

/// The hold of a rollback.
#[derive(Serialize, Deserialize)]
struct WireHold {
    by: By,
    commit: CommitSha,
    reason: String,
    stage: Stage,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum By {
    Rollback,
}

#[derive(Serialize, Deserialize)]
struct WireEntry {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    group: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    name: String,
    version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    found: bool,
    #[serde(flatten)]
    unknown: BTreeMap<String, Value>,
}

/// Reads the inventory that the `ConfigMap` `name` holds.
pub(super) fn read(content: &Content, name: &str) -> Result<Inventory, Error> {
    let damaged = |source| Error::Damaged { name: name.to_owned(), source };
    let text = content.data.get(KEY).ok_or_else(|| Error::Missing { name: name.to_owned(), key: KEY })?;
    let header: Header = serde_json::from_str(text).map_err(damaged)?;
    if header.version > FORMAT_PACKED {
        return Err(Error::Newer { name: name.to_owned(), found: header.version, known: FORMAT_PACKED });
    }
    let unpacked = content.unpacked().filter(|_| header.version == FORMAT_PACKED).transpose();
    let unpacked = unpacked.map_err(|source| Error::Packed { name: name.to_owned(), source })?;
    let wire: WireInventory = serde_json::from_str(unpacked.as_deref().unwrap_or(text)).map_err(damaged)?;
    Ok(from_wire(wire))
}

/// Writes the inventory as what its `ConfigMap` is to hold.
pub(super) fn write(inventory: &Inventory) -> Result<Content, Error> {
    let text = serde_json::to_string(&to_wire(inventory)).expect("strings, lists and string keys always serialise");
    let packed = json!({"version": FORMAT_PACKED, "app": inventory.app, "environment": inventory.environment});
    let objects = inventory.entries.len();
    Content::new(text, &packed.to_string()).map_err(|bytes| Error::TooLarge { objects, bytes, max: BYTES_MAX })
}

fn from_wire(mut wire: WireInventory) -> Inventory {
    let attempts = attempts(&wire);
    Inventory {
        app: wire.app,
        environment: wire.environment,
        id: wire.id,
        repository: wire.repository,
        attempted: wire.attempted.map(|commit| Attempt { commit, tag: wire.attempted_tag, run: wire.attempted_run }),
        attempts,
        reason: wire.reason,
        deployed: wire.deployed,
        hold: take_hold(&mut wire.unknown),
        entries: wire.entries.into_iter().map(entry_from_wire).collect(),
        unknown: wire.unknown,
    }
}

/// Takes the hold of a rollback out of what is not known. One that something else set stays there.
fn take_hold(unknown: &mut BTreeMap<String, Value>) -> Option<Hold> {
    let WireHold { by: By::Rollback, commit, reason, stage } =
        unknown.get(HOLD).and_then(|hold| WireHold::deserialize(hold).ok())?;
    unknown.remove(HOLD);
    Some(Hold { commit, reason, stage })
}

/// Returns the attempts since the last whole deploy. An earlier version wrote only the newest.
fn attempts(wire: &WireInventory) -> Vec<CommitSha> {
    let newest = wire.attempted.iter().filter(|commit| Some(*commit) != wire.deployed.as_ref());
    if wire.attempts.is_empty() { newest.cloned().collect() } else { wire.attempts.clone() }
}

fn entry_from_wire(wire: WireEntry) -> (ObjectId, Entry) {
    let id = ObjectId { group: wire.group, kind: wire.kind, namespace: wire.namespace, name: wire.name };
    let entry = Entry {
        uid: wire.uid,
        version: wire.version,
        origin: wire.origin,
        sent: wire.sent,
        found: wire.found,
        unknown: wire.unknown,
    };
    (id, entry)
}

fn to_wire(inventory: &Inventory) -> WireInventory {
    let mut inventory = inventory.clone();
    if let Some(Hold { commit, reason, stage }) = inventory.hold {
        let hold = serde_json::to_value(WireHold { by: By::Rollback, commit, reason, stage });
        inventory.unknown.insert(HOLD.to_owned(), hold.expect("text always serialises"));
    }
    WireInventory {
        version: FORMAT,
        app: inventory.app,
        environment: inventory.environment,
        id: inventory.id,
        repository: inventory.repository,
        attempted_tag: inventory.attempted.as_ref().and_then(|attempt| attempt.tag.clone()),
        attempted_run: inventory.attempted.as_ref().and_then(|attempt| attempt.run),
        attempted: inventory.attempted.map(|attempt| attempt.commit),
        attempts: inventory.attempts,
        reason: inventory.reason,
        deployed: inventory.deployed,
        entries: inventory.entries.into_iter().map(|(id, entry)| entry_to_wire(id, entry)).collect(),
        unknown: inventory.unknown,
    }
}

fn entry_to_wire(id: ObjectId, entry: Entry) -> WireEntry {
    WireEntry {
        group: id.group,
        kind: id.kind,
        namespace: id.namespace,
        name: id.name,
        version: entry.version,
        uid: entry.uid,
        origin: entry.origin,
        sent: entry.sent,
        found: entry.found,
        unknown: entry.unknown,
    }
}
