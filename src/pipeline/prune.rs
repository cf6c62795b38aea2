//! Ends what left Git: deletes it, or leaves it to others, as the plan says. Does not choose what.

use std::collections::BTreeMap;

use futures::future::join_all;
use landfall_cluster::{Error, Facts};
use landfall_core::manifest::{ObjectId, Resource};
use landfall_core::order;
use landfall_core::plan::Class;
use landfall_core::report::Failure;

use super::record::Record;
use crate::apply::{delete, sentence};
use crate::progress::Progress;

/// What became of what left Git.
#[derive(Default)]
pub(super) struct Pruned {
    pub(super) deleted: usize,
    /// What changed hands since it was planned, and whose it is.
    pub(super) kept: BTreeMap<ObjectId, String>,
    pub(super) failures: Vec<Failure>,
    pub(super) not_reached: Vec<ObjectId>,
}

/// Ends what the plan says, in reverse order, only after everything else runs. What something else stands on stays while
/// that is there.
pub(super) async fn prune(record: &Record<'_>, facts: &Facts, progress: &Progress) -> Pruned {
    let changes = record.writer.plan().changes.iter();
    let ending = changes.filter(|change| matches!(change.class, Class::Delete | Class::Release));
    let ending: BTreeMap<ObjectId, &Class> = ending.map(|change| (change.id.clone(), &change.class)).collect();
    let kept = record.writer.plan().changes.iter().filter(|change| matches!(change.class, Class::Keep { .. }));
    let planned: Vec<&ObjectId> = kept.map(|change| &change.id).collect();
    let mut pruned = Pruned::default();
    for level in order::prune_order(ending.keys().cloned()) {
        if !pruned.failures.is_empty() {
            pruned.not_reached.extend(level);
            continue;
        }
        let stays: Vec<&ObjectId> = planned.iter().copied().chain(pruned.kept.keys()).collect();
        let (bearing, level): (Vec<ObjectId>, Vec<ObjectId>) =
            level.into_iter().partition(|id| stays.iter().any(|kept| order::goes_with(kept, id)));
        let why = "what is kept would go with it".to_owned();
        pruned.kept.extend(bearing.into_iter().map(|id| (id, why.clone())));
        let known = level.into_iter().filter_map(|id| Some((facts.any_version(&id.group, &id.kind)?, id)));
        let ended = known.map(|(resource, id)| async { (end(record, ending[&id], &id, resource).await, id) });
        for (answer, id) in join_all(ended).await {
            match answer {
                Ok(()) if *ending[&id] == Class::Release => progress.moment(format!("left {id} to others")),
                Ok(()) => {
                    progress.moment(format!("deleted {id}"));
                    pruned.deleted += 1;
                }
                Err(Error::Kept { why }) => drop(pruned.kept.insert(id, why)),
                Err(error) => {
                    let message = record.redactor.text(&sentence(&error));
                    pruned.failures.push(Failure { id, message });
                }
            }
        }
    }
    pruned
}

async fn end(record: &Record<'_>, class: &Class, id: &ObjectId, resource: &Resource) -> Result<(), Error> {
    match class {
        Class::Release => record.writer.leave(id, resource).await,
        _ => delete(&record.writer, id, resource).await,
    }
}
