//! An object that is being deleted: what was applied to it goes with it, and nothing can call that back. It may be a
//! stale copy for a moment, when an object was just made anew under the same name.

use serde_json::Value;

use super::finding::{Fatal, Finding, settle};
use super::subject::{Condition, Subject, text};
use super::{Code, Verdict};

/// How long an object that is being deleted may be a copy that the new one has not replaced yet.
const DELETION_GRACE_SECONDS: u64 = 15;

pub(super) fn judge(subject: &Subject<'_>) -> Option<Verdict> {
    subject.text("/metadata/deletionTimestamp")?;
    let held = held_by(subject);
    let on = if held.is_empty() { "its own deletion".to_owned() } else { format!("its own deletion, held by {held}") };
    let finding = Finding::new(Code::BeingDeleted, Fatal::AfterSeconds(DELETION_GRACE_SECONDS), "is being deleted")
        .evidence(if held.is_empty() { "it has a deletionTimestamp".to_owned() } else { format!("held by {held}") })
        .help("wait until it is gone, or find out who deleted it and what holds it, then deploy again");
    Some(settle(subject, on, vec![finding]))
}

/// Returns what keeps the object from going: its finalizers, and what a namespace's controller says is left in it.
fn held_by(subject: &Subject<'_>) -> String {
    let finalizers = subject.list("/metadata/finalizers").iter().chain(subject.list("/spec/finalizers"));
    let mut held: Vec<&str> = finalizers.filter_map(Value::as_str).collect();
    let remaining = ["NamespaceContentRemaining", "NamespaceFinalizersRemaining", "NamespaceDeletionDiscoveryFailure"];
    let remaining = remaining.iter().filter_map(|kind| subject.condition(kind)).filter(Condition::is_true);
    let remaining: Vec<&str> = remaining.map(|condition| condition.message()).collect();
    held.extend(remaining);
    held.join(", ")
}

/// Whether an object is on its way out.
pub(super) fn is_leaving(object: &Value) -> bool {
    text(object, "/metadata/deletionTimestamp").is_some()
}
