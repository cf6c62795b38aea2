//! Puts what Git wants beside what the server says, object by object. Asks nobody.

use std::collections::BTreeMap;

use serde_json::Value;

use super::allow::{self, Allowance, Deed};
use super::explained::{self, Seen};
use super::hands::{asks_to_stay, taken};
use super::{Change, Class, Plan, replace};
use crate::diff::{self, redact::Redactor};
use crate::id::{CommitSha, TargetId};
use crate::inventory::{Inventory, LABEL, sent_once};
use crate::manifest::{Manifest, ObjectId};
use crate::ownership::{self, Adoption, Maker, Predecessor, Takeover};
use crate::rules::Retired;

/// Everything that a plan is made of.
pub struct Inputs<'a> {
    /// Where.
    pub target: &'a TargetId,
    /// The commit whose manifests are wanted.
    pub commit: &'a CommitSha,
    /// What was deployed, as the target records it.
    pub inventory: &'a Inventory,
    /// The set, normalised, with our label.
    pub desired: &'a [Manifest],
    /// What the server has and says of every object of the set and of the inventory.
    pub live: &'a BTreeMap<ObjectId, Observation>,
    /// The set rendered at the deployed commit; empty when nothing was deployed, or when that commit cannot be read.
    pub base: &'a [Manifest],
    /// The sets of the attempts since then.
    pub attempts: &'a [Vec<Manifest>],
    /// Why the deployed commit cannot be read, if it cannot.
    pub unexplained: Option<String>,
    /// Who kept the app's objects before, in this target.
    pub predecessors: &'a [Predecessor],
    /// What becomes of what is deployed, where the target ends.
    pub retired: Option<Retired>,
    /// What a person or the rules allow by name.
    pub allowed: &'a [Allowance],
    /// What the server calls its version; none for an offline plan.
    pub server: Option<String>,
}

/// What the server has and says of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The live object; none when there is none, or when it may not be read.
    pub live: Option<Value>,
    /// What an apply would make of it.
    pub answer: Answer,
    /// Whose fields become ours before that, at first contact.
    pub takeover: Option<Takeover>,
    /// What its deletion would delete with it: "12 Widgets"; none where that is nothing, or not known.
    pub inside: Option<String>,
}

impl Observation {
    /// An object that is not there, or that nobody looked at, with what the server says to an apply.
    pub fn unseen(answer: Answer) -> Self {
        Self { live: None, answer, takeover: None, inside: None }
    }
}

/// What the server says to an apply that it only tries.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// What the object would be, and what the server warns of.
    Predicted {
        /// The whole object.
        object: Value,
        /// The texts of its warnings.
        warnings: Vec<String>,
    },
    /// It would refuse.
    Refused {
        /// Why, made safe to show.
        why: String,
        /// What to do about it.
        help: String,
    },
    /// It would refuse, because what is to change never can.
    Immutable {
        /// Why, made safe to show.
        why: String,
        /// What to do about it.
        help: String,
    },
    /// It cannot check the object before the deploy.
    Unverified {
        /// Why.
        why: String,
    },
    /// It may not be asked (a Secret, by an identity that may not read Secrets) or was not (offline).
    NotAsked,
    /// Nothing would be applied: the object left Git.
    NotWanted,
}

impl Answer {
    /// Returns what the object would be, where the server says so.
    fn object(&self) -> Option<&Value> {
        match self {
            Self::Predicted { object, .. } => Some(object),
            Self::Refused { .. }
            | Self::Immutable { .. }
            | Self::Unverified { .. }
            | Self::NotAsked
            | Self::NotWanted => None,
        }
    }
}

/// Kinds whose deletion loses data or other people's objects: they are kept until a person decides.
const KEPT_KINDS: [(&str, &str); 4] = [
    ("", "Namespace"),
    ("", "PersistentVolumeClaim"),
    ("", "PersistentVolume"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
];

/// Returns the plan: every object of the set and of the inventory, most dangerous first.
pub fn build(inputs: &Inputs<'_>) -> Plan {
    let desired = by_id(inputs.desired);
    let base = by_id(inputs.base);
    let attempts: Vec<Index<'_>> = inputs.attempts.iter().map(|attempt| by_id(attempt)).collect();
    let mut changes: Vec<Change> = desired.iter().map(|(id, manifest)| wanted(inputs, &base, id, manifest)).collect();
    let left = inputs.live.keys().filter(|id| !desired.contains_key(id));
    changes.extend(left.filter_map(|id| unwanted(inputs, &base, id)));
    if inputs.unexplained.is_none() && inputs.server.is_some() {
        explain(inputs, &desired, &base, &attempts, &mut changes);
    }
    let redactor = Redactor::of_telling(secrets(inputs));
    for change in &mut changes {
        redactor.diff(&mut change.diff);
        change.drift = change.drift.take().map(|drift| drift.redacted(&redactor));
    }
    sort(&mut changes);
    Plan {
        target: inputs.target.clone(),
        commit: inputs.commit.clone(),
        deployed: inputs.inventory.deployed.clone(),
        unexplained: inputs.unexplained.clone(),
        retired: inputs.retired,
        changes,
        server: inputs.server.clone(),
    }
}

/// Puts the most dangerous first.
pub(super) fn sort(changes: &mut [Change]) {
    changes.sort_by(|a, b| b.class.cmp(&a.class).then_with(|| a.id.cmp(&b.id)));
}

/// Says of each change what of it no merged commit explains.
fn explain(inputs: &Inputs<'_>, desired: &Index<'_>, base: &Index<'_>, attempts: &[Index<'_>], changes: &mut [Change]) {
    let manager = inputs.inventory.field_manager();
    for change in changes {
        let id = &change.id;
        let observation = inputs.live.get(id);
        let seen = Seen {
            deployed: object(base, id),
            attempted: attempts.iter().filter_map(|attempt| object(attempt, id)).collect(),
            wanted: object(desired, id),
            live: observation.and_then(|observation| observation.live.as_ref()),
            predicted: observation.and_then(|observation| observation.answer.object()),
            is_deletion_allowed: is_allowed(inputs, id, Deed::Delete) || !is_in_inventory(inputs, id),
            manager: &manager,
        };
        change.drift = explained::drift(id, &change.class, &seen);
    }
}

/// Returns every object that may hold a secret's value, old or new.
fn secrets<'a>(inputs: &Inputs<'a>) -> impl Iterator<Item = &'a Value> + use<'a> {
    let of_git = inputs.desired.iter().chain(inputs.base).map(|manifest| &manifest.object);
    of_git.chain(inputs.live.values().filter_map(|observation| observation.live.as_ref()))
}

/// Returns what would happen to an object of the set.
fn wanted(inputs: &Inputs<'_>, base: &Index<'_>, id: &ObjectId, manifest: &Manifest) -> Change {
    let base = base.get(id).map(|manifest| &manifest.object);
    let nothing = Observation::unseen(Answer::NotAsked);
    let observation = inputs.live.get(id).unwrap_or(&nothing);
    let live = observation.live.as_ref();
    let (class, before, after, mut notes) = match &observation.answer {
        Answer::Predicted { .. } if live.is_none() && has_run(inputs, id, manifest) => {
            let note = "it ran in an earlier deploy and is gone: it does not run again".to_owned();
            (Class::Same, None, None, vec![note])
        }
        // A new object is shown as it was written: what the server fills in is not what the change is about.
        Answer::Predicted { warnings, .. } if live.is_none() => {
            (Class::Create, None, Some(&manifest.object), warnings.clone())
        }
        Answer::Predicted { object, warnings } => {
            (predicted(inputs, id, manifest, live, object), live, Some(object), warnings.clone())
        }
        // The server did not say what it would become: only what Git changes is known.
        Answer::Refused { why, help } | Answer::Immutable { why, help } => {
            let is_immutable = matches!(observation.answer, Answer::Immutable { .. });
            let anew = live.filter(|_| is_immutable).and_then(|live| anew(inputs, id, manifest, live, why));
            let class = anew.unwrap_or_else(|| Class::Blocked { why: why.clone(), help: help.clone() });
            (class, base, base.map(|_| &manifest.object), Vec::new())
        }
        Answer::Unverified { why } => {
            let class = live.and_then(|live| foreign(inputs, id, manifest, live));
            let class = class.unwrap_or_else(|| Class::Unverified { why: why.clone() });
            (class, live.or(base), Some(&manifest.object), Vec::new())
        }
        Answer::NotAsked | Answer::NotWanted => {
            (from_git(inputs, id, base, &manifest.object), base, Some(&manifest.object), Vec::new())
        }
    };
    let sends = !matches!(class, Class::Same);
    let diff = if sends { diff::between(id, before, after) } else { diff::ObjectDiff::default() };
    if class == Class::Change && diff.hunks.is_empty() {
        notes.push(format!("nothing changes but the label {LABEL}, by which Landfall knows what is its own"));
    }
    let takeover = observation.takeover.clone().filter(|_| class == Class::Change);
    if let Some(takeover) = &takeover {
        notes.extend(takeover.notes.iter().cloned());
    }
    Change {
        drift: None,
        takeover,
        effect: effect(id, &class, live, (before, after)),
        diff,
        origin: Some(manifest.origin.clone()),
        body: sends.then(|| sent(manifest, observation.takeover.as_ref())),
        uid: live.and_then(|live| live["metadata"]["uid"].as_str()).map(str::to_owned),
        notes,
        class,
        id: id.clone(),
    }
}

/// Returns what happens to running things.
fn effect(
    id: &ObjectId,
    class: &Class,
    live: Option<&Value>,
    (before, after): (Option<&Value>, Option<&Value>),
) -> String {
    match class {
        Class::Same | Class::Blocked { .. } => String::new(),
        Class::Replace { .. } => diff::effect_anew(id, live),
        _ => diff::effect(id, before, after),
    }
}

/// Returns what is sent of an object: all of it, but for what is left to others.
fn sent(manifest: &Manifest, takeover: Option<&Takeover>) -> Value {
    takeover.map_or_else(|| manifest.object.clone(), |takeover| takeover.sent(&manifest.object))
}

/// Returns whether a Job that runs once did that, as the inventory has it: its time to live removes the Job itself.
fn has_run(inputs: &Inputs<'_>, id: &ObjectId, manifest: &Manifest) -> bool {
    let sent = inputs.inventory.entries.get(id).and_then(|entry| entry.sent.as_deref());
    sent.is_some() && sent == sent_once(&manifest.object).as_deref()
}

/// Returns what becomes of an object that cannot be changed in place, if it can be made anew: only what has our label is
/// ever deleted, and never what holds data or other people's objects.
fn anew(inputs: &Inputs<'_>, id: &ObjectId, manifest: &Manifest, live: &Value, why: &str) -> Option<Class> {
    if let Some(foreign) = foreign(inputs, id, manifest, live) {
        return Some(foreign);
    }
    if !inputs.inventory.owns(live) || is_kept(id) {
        return None;
    }
    let allowed = allow::is_replaceable(&manifest.object) || is_allowed(inputs, id, Deed::Replace);
    let by_leave = || replace::by_leave(why, allowed);
    // What a Job runs never changes in place: one without a phase gets the advice to have one.
    let is_advised = id.kind == "Job" && !allowed;
    replace::changed(&manifest.object, live).or_else(|| (!is_advised).then(by_leave))
}

fn is_allowed(inputs: &Inputs<'_>, id: &ObjectId, deed: Deed) -> bool {
    inputs.allowed.iter().any(|allowance| allowance.is_for(id, deed))
}

/// Whether deleting an object of its kind loses data or other people's objects.
pub(super) fn is_kept(id: &ObjectId) -> bool {
    KEPT_KINDS.contains(&(id.group.as_str(), id.kind.as_str()))
}

fn predicted(inputs: &Inputs<'_>, id: &ObjectId, manifest: &Manifest, live: Option<&Value>, after: &Value) -> Class {
    let Some(live) = live else { return Class::Create };
    if let Some(blocked) = foreign(inputs, id, manifest, live) {
        return blocked;
    }
    let is_ours = inputs.inventory.owns(live);
    if let Some(again) = replace::failed(&manifest.object, live).filter(|_| is_ours) {
        return again;
    }
    if is_ours && diff::between(id, Some(live), Some(after)).hunks.is_empty() { Class::Same } else { Class::Change }
}

/// Returns why a live object is not ours to change, if it is not.
fn foreign(inputs: &Inputs<'_>, id: &ObjectId, manifest: &Manifest, live: &Value) -> Option<Class> {
    if inputs.inventory.owns(live) {
        return None;
    }
    let maker = Maker::of(live, inputs.inventory);
    let is_recorded = || inputs.inventory.entries.get(id).is_some_and(|entry| entry.uid.is_some());
    let is_others = matches!(maker, Some(Maker::Inventory { .. }));
    let adoption = Adoption::of(&manifest.object, live, inputs.predecessors);
    if adoption.covers(maker.as_ref()) || !is_others && (is_home(inputs, id) || is_recorded()) {
        return None;
    }
    let (why, help) = ownership::not_adopted(maker.as_ref());
    Some(Class::Blocked { why, help })
}

/// Whether an object is the target's namespace. Its inventory lives there, so it exists before the first deploy.
fn is_home(inputs: &Inputs<'_>, id: &ObjectId) -> bool {
    id.group.is_empty() && id.kind == "Namespace" && id.name == inputs.target.namespace.as_str()
}

/// Classes an object by Git alone: what the deployed commit rendered against what this one does.
fn from_git(inputs: &Inputs<'_>, id: &ObjectId, base: Option<&Value>, object: &Value) -> Class {
    match base {
        Some(base) if base == object => Class::Same,
        Some(base) => replace::by_git(base, object).unwrap_or(Class::Change),
        None if inputs.inventory.entries.contains_key(id) => {
            Class::Unverified { why: "the deployed commit cannot be read, so what changes is not known".to_owned() }
        }
        None => Class::Create,
    }
}

/// Returns what would happen to an object that the set does not have: it left it, or a predecessor left it behind.
fn unwanted(inputs: &Inputs<'_>, base: &Index<'_>, id: &ObjectId) -> Option<Change> {
    let observation = inputs.live.get(id)?;
    let live = observation.live.as_ref();
    let class = match (live, &observation.answer) {
        // The rest of a predecessor's was never ours, and the namespace has the inventory in it.
        _ if inputs.retired.is_some() && !is_in_inventory(inputs, id) => return None,
        _ if inputs.retired == Some(Retired::Orphan) || inputs.retired.is_some() && is_home(inputs, id) => {
            released(inputs, id, observation)?
        }
        (Some(live), _) if is_in_inventory(inputs, id) => leaves(inputs, id, live)?,
        (Some(live), _) => left_behind(inputs, id, live)?,
        // What cannot be looked at stays recorded: it may be there.
        (None, Answer::Unverified { why }) => Class::Keep { why: why.clone() },
        // A Secret may not be looked at before the merge, and nothing is without a cluster. What Git said of it last
        // says whether it is kept.
        (None, Answer::NotAsked) => match base.get(id).and_then(|manifest| stays(inputs, id, &manifest.object)) {
            Some(why) => Class::Keep { why },
            None => Class::Delete,
        },
        (None, _) => return None,
    };
    let origin = base.get(id).map(|manifest| manifest.origin.clone());
    let (diff, effect) = if class == Class::Release {
        (diff::ObjectDiff::default(), "stays as it is, for others to keep".to_owned())
    } else {
        let before = live.or_else(|| base.get(id).map(|manifest| &manifest.object));
        (diff::between(id, before, None), String::new())
    };
    Some(Change {
        diff,
        effect,
        origin,
        notes: live.and_then(|live| made_before(inputs, live)).into_iter().collect(),
        drift: None,
        takeover: None,
        body: None,
        uid: live.and_then(|live| live["metadata"]["uid"].as_str()).map(str::to_owned),
        class,
        id: id.clone(),
    })
}

/// Returns what becomes of an object of a target that ends and deletes nothing: what is ours is left to others.
fn released(inputs: &Inputs<'_>, id: &ObjectId, observation: &Observation) -> Option<Class> {
    let is_ours = match (&observation.live, &observation.answer) {
        (Some(live), _) => inputs.inventory.owns(live),
        (None, Answer::Unverified { why }) => return Some(Class::Keep { why: why.clone() }),
        (None, answer) => matches!(answer, Answer::NotAsked),
    };
    (is_ours && is_in_inventory(inputs, id)).then_some(Class::Release)
}

/// Returns whether an object that left Git is deleted or kept; none when it is not ours any more.
fn leaves(inputs: &Inputs<'_>, id: &ObjectId, live: &Value) -> Option<Class> {
    let metadata = &live["metadata"];
    let keep = |why: &str| Some(Class::Keep { why: why.to_owned() });
    let recorded = inputs.inventory.entries.get(id).and_then(|entry| entry.uid.as_deref());
    if is_wanted_as_another(inputs, metadata) {
        return None;
    }
    if recorded.is_some_and(|uid| metadata["uid"] != uid) {
        return keep("somebody made it anew, so it is not ours to delete");
    }
    // It moved to another app, whose it is now.
    if let Some(Maker::Inventory { .. }) = Maker::of(live, inputs.inventory) {
        return None;
    }
    if let Some(why) = taken(inputs.inventory, live) {
        return keep(&why);
    }
    if inputs.inventory.entries.get(id).is_some_and(|entry| entry.found) {
        return keep("it was there before a deploy that failed adopted it");
    }
    if let Some(why) = stays(inputs, id, live) {
        return keep(&why);
    }
    let is_controlled = |owner: &Value| owner["controller"] == true;
    if metadata["ownerReferences"].as_array().is_some_and(|owners| owners.iter().any(is_controlled)) {
        return keep("a controller owns it and would make it again");
    }
    Some(Class::Delete)
}

/// Returns what becomes of an object that a predecessor made and that Git does not have.
fn left_behind(inputs: &Inputs<'_>, id: &ObjectId, live: &Value) -> Option<Class> {
    if is_wanted_as_another(inputs, &live["metadata"]) {
        return None;
    }
    let is_hidden = id.group.is_empty() && id.kind == "Secret" && !is_allowed(inputs, id, Deed::Delete);
    let hidden = is_hidden.then(|| {
        let name = format!("{}/{}", id.kind, id.name);
        format!("no proposal can show it; if it is to be deleted, add `{name}` to `allow_delete` of the environment")
    });
    Some(match hidden.or_else(|| stays(inputs, id, live)) {
        Some(why) => Class::Keep { why },
        None => Class::Delete,
    })
}

fn made_before(inputs: &Inputs<'_>, live: &Value) -> Option<String> {
    let predecessor = inputs.predecessors.iter().find(|it| it.made(live))?;
    Some(format!("{predecessor} made it, and Git does not have it"))
}

fn is_in_inventory(inputs: &Inputs<'_>, id: &ObjectId) -> bool {
    inputs.inventory.entries.contains_key(id)
}

/// Returns why an object that left Git is kept; none when it is not.
fn stays(inputs: &Inputs<'_>, id: &ObjectId, object: &Value) -> Option<String> {
    if is_kept(id) && !is_allowed(inputs, id, Deed::Delete) {
        let name = format!("{}/{}", id.kind, id.name);
        let lost = inputs.live.get(id).and_then(|observation| observation.inside.clone());
        let lost = lost.map_or_else(|| "what is in it".to_owned(), |inside| format!("what is in it, {inside}"));
        return Some(format!(
            "deleting it would lose {lost}; if that is meant, add `{name}` to `allow_delete` of the environment"
        ));
    }
    asks_to_stay(object)
}

/// Whether the set has the same live object under another API group: one object has one UID.
fn is_wanted_as_another(inputs: &Inputs<'_>, metadata: &Value) -> bool {
    let is_desired =
        |id: &&ObjectId| inputs.desired.iter().any(|manifest| ObjectId::of(&manifest.object).as_ref() == Some(*id));
    let same = inputs
        .live
        .iter()
        .filter(|(_, seen)| seen.live.as_ref().is_some_and(|live| live["metadata"]["uid"] == metadata["uid"]));
    same.map(|(id, _)| id).any(|id| is_desired(&id))
}

/// Manifests by their identity.
type Index<'a> = BTreeMap<ObjectId, &'a Manifest>;

fn object<'a>(index: &Index<'a>, id: &ObjectId) -> Option<&'a Value> {
    index.get(id).map(|manifest| &manifest.object)
}

fn by_id(manifests: &[Manifest]) -> Index<'_> {
    manifests.iter().filter_map(|manifest| Some((ObjectId::of(&manifest.object)?, manifest))).collect()
}
