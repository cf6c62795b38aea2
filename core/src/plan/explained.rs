//! Which writes follow from Git: from the difference between what was sent before and what is wanted now. The rest is
//! drift, because the cluster was changed by somebody else.
//!
//! What was sent before is what the deployed commit renders, and what each attempt since then does: one that failed may
//! have sent a part.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{Class, privilege};
use crate::diff::places::{self, Place};
use crate::diff::redact::Redactor;
use crate::manifest::ObjectId;
use crate::ownership;

/// Most places and privileges that a sentence names.
const NAMED_MAX: usize = 3;

/// What of a change no merged commit explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// What happened and what a deploy does about it, as one sentence.
    pub why: String,
    /// The fields; none where it is the whole object.
    pub places: Vec<String>,
    /// Why a person has to look first: it deletes, replaces or widens a privilege. A clause.
    pub danger: Option<String>,
}

impl Drift {
    /// Returns it without the values of Secrets: the key of a list's item is a value too.
    pub(super) fn redacted(self, redactor: &Redactor) -> Self {
        Self {
            why: redactor.text(&self.why),
            places: self.places.iter().map(|place| redactor.text(place)).collect(),
            danger: self.danger.map(|danger| redactor.text(&danger)),
        }
    }
}

/// One object, as Git had it, as Git wants it, and as the cluster has it and would have it.
pub(super) struct Seen<'a> {
    /// As the deployed commit has it.
    pub(super) deployed: Option<&'a Value>,
    /// As the attempts since then have it.
    pub(super) attempted: Vec<&'a Value>,
    pub(super) wanted: Option<&'a Value>,
    pub(super) live: Option<&'a Value>,
    pub(super) predicted: Option<&'a Value>,
    /// Whether somebody allowed by name that it is deleted.
    pub(super) is_deletion_allowed: bool,
    /// Our field manager.
    pub(super) manager: &'a str,
}

/// Returns what of an object's change is drift, if any is.
pub(super) fn drift(id: &ObjectId, class: &Class, seen: &Seen<'_>) -> Option<Drift> {
    match class {
        Class::Create => gone(id, seen),
        Class::Change => changed(seen),
        Class::Replace { .. } => replaced(seen),
        Class::Delete => unknown(seen),
        Class::Same | Class::Keep { .. } | Class::Release | Class::Unverified { .. } | Class::Blocked { .. } => None,
    }
}

/// What was deployed is not there any more.
fn gone(id: &ObjectId, seen: &Seen<'_>) -> Option<Drift> {
    let (_, wanted) = (seen.deployed?, seen.wanted?);
    // A Job may have removed itself.
    if id.kind == "Job" && wanted["spec"]["ttlSecondsAfterFinished"].is_number() {
        return None;
    }
    let why = "somebody deleted it in the cluster, and Git still has it: it is made again".to_owned();
    let danger = clause(&privilege::given(wanted));
    Some(Drift { why, places: Vec::new(), danger })
}

/// What Git does not remove would be deleted.
fn unknown(seen: &Seen<'_>) -> Option<Drift> {
    if seen.is_deletion_allowed || seen.git().next().is_some() {
        return None;
    }
    let why =
        "no commit that was deployed here since the last success has it, so no merged change removes it".to_owned();
    Some(Drift { danger: Some("it would be deleted".to_owned()), why, places: Vec::new() })
}

fn replaced(seen: &Seen<'_>) -> Option<Drift> {
    let (wanted, live) = (seen.wanted?, seen.live?);
    let is_explained = seen.git().next().is_none() || seen.git().any(|git| !places::differing(git, wanted).is_empty());
    if is_explained || super::replace::failed(wanted, live).is_some() {
        return None;
    }
    let why = "no merged commit changed it, so somebody changed it in the cluster".to_owned();
    Some(Drift { why, places: Vec::new(), danger: Some("it would be deleted and made anew".to_owned()) })
}

fn changed(seen: &Seen<'_>) -> Option<Drift> {
    let (wanted, live, predicted) = (seen.wanted?, seen.live?, seen.predicted?);
    // What Git has only now is explained whole.
    seen.git().next()?;
    let explained: BTreeSet<Place> = seen.git().flat_map(|git| places::differing(git, wanted)).collect();
    let mut drifted = places::differing(live, predicted);
    drifted.retain(|place| !explained.iter().any(|known| known.touches(place)));
    if !explained.is_empty() {
        let ours = ours(wanted, live, seen.manager);
        // What the server makes of an explained change in a field of its own.
        drifted.retain(|place| ours.iter().any(|known| known.touches(place)));
    }
    if drifted.is_empty() {
        return None;
    }
    let by_git: BTreeSet<String> = seen.git().flat_map(|git| privilege::gained(git, wanted)).collect();
    let gained = privilege::gained(live, predicted);
    let places: Vec<String> = drifted.iter().map(Place::to_string).collect();
    let why = format!("no merged commit changes {}: it goes back to what Git says", named(&places));
    Some(Drift { why, danger: clause(&gained.difference(&by_git).cloned().collect()), places })
}

/// Returns the fields that we send, and those that we sent last.
fn ours(wanted: &Value, live: &Value, manager: &str) -> BTreeSet<Place> {
    let mut without = live.clone();
    ownership::applied_by(live, manager).remove_from(&mut without);
    let sent = places::differing(&without, live);
    places::all(wanted).into_iter().chain(sent).collect()
}

/// Returns "`a`, `b` and 2 more".
fn named(places: &[String]) -> String {
    let shown = places.iter().take(NAMED_MAX).map(|place| format!("`{place}`")).collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(NAMED_MAX) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn clause(privileges: &BTreeSet<String>) -> Option<String> {
    let first = privileges.first()?;
    Some(match privileges.len() - 1 {
        0 => first.clone(),
        more => format!("{first}, and {more} more"),
    })
}

impl<'a> Seen<'a> {
    /// Returns every form that may have been sent before.
    fn git(&self) -> impl Iterator<Item = &'a Value> + '_ {
        self.deployed.into_iter().chain(self.attempted.iter().copied())
    }
}
