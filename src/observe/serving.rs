//! What still serves users while something is not ready, and of which commit. Does not look at Services.

use futures::future::join_all;
use landfall_core::id::CommitSha;
use landfall_core::manifest::ObjectId;
use landfall_core::plan::{Change, Class};
use landfall_core::ready::{self, Serving, Verdict};

use super::live::Look;
use super::{Verdicts, Wait};

/// Says what serves in place of what is not ready. Where that has no pods that stay, it is said of what runs beside it, or
/// of what was not reached because of it.
pub(super) async fn still_serving(wait: &Wait<'_>, look: &Look, verdicts: &Verdicts) -> String {
    let serving = |id: &ObjectId| ready::serving(look.objects.get(id)?, &look.replica_sets, &look.pods);
    let unready = verdicts.iter().filter(|(_, verdict)| !matches!(verdict, Verdict::Ready { .. }));
    let unready: Vec<Serving> = unready.filter_map(|(id, _)| serving(id)).collect();
    if !unready.is_empty() {
        return ready::still_serving(&unready, before(wait, verdicts));
    }
    let mut all = unreached(wait, look).await;
    all.extend(verdicts.keys().filter_map(serving));
    ready::still_serving(&all, before(wait, verdicts))
}

/// Returns the commit of everything that runs; none when some of it is new already.
fn before<'a>(wait: &Wait<'a>, verdicts: &Verdicts) -> Option<&'a CommitSha> {
    let is_ready = |id: &ObjectId| matches!(verdicts.get(id), Some(Verdict::Ready { .. }));
    let is_new = |change: &Change| {
        let moves = matches!(change.class, Class::Create | Class::Change | Class::Replace { .. });
        moves && !change.effect.is_empty() && is_ready(&change.id)
    };
    wait.before.filter(|_| !wait.plan.changes.iter().any(is_new))
}

/// Counts the pods of workloads that were not written yet.
async fn unreached(wait: &Wait<'_>, look: &Look) -> Vec<Serving> {
    let find = |id: &ObjectId| {
        let resource = wait.facts.any_version(&id.group, &id.kind)?;
        let (namespace, name) = (id.namespace.clone(), id.name.clone());
        Some(async move { wait.reader.find(resource, namespace.as_deref(), &name).await })
    };
    let workloads = wait.unreached.iter().filter(|id| ready::starts_pods_that_stay(id));
    let found = join_all(workloads.filter_map(find)).await;
    // What cannot be read is not told.
    let found = found.into_iter().filter_map(|found| found.ok().flatten());
    found.filter_map(|object| ready::serving(&object, &look.replica_sets, &look.pods)).map(Serving::unwritten).collect()
}
