//! Which autoscalers there are, in the set and in the cluster. What they mean for a workload is core `ownership`'s to say.

use std::collections::BTreeSet;

use landfall_cluster::{Error, Listing};
use landfall_core::manifest::{Manifest, ObjectId};
use landfall_core::ownership::Scaler;

use super::View;

/// Returns the autoscalers of the set, and the live ones that do not leave with this deploy.
pub(super) async fn find(view: &View<'_>, desired: &[Manifest]) -> Result<Vec<Scaler>, Error> {
    let ids: BTreeSet<ObjectId> = desired.iter().filter_map(|manifest| ObjectId::of(&manifest.object)).collect();
    let namespaces: BTreeSet<&str> =
        ids.iter().filter(|id| Scaler::is_for(id)).filter_map(|id| id.namespace.as_deref()).collect();
    let mut scalers: Vec<Scaler> = desired.iter().filter_map(|manifest| Scaler::of(&manifest.object)).collect();
    let Some(resource) = view.facts.any_version("autoscaling", "HorizontalPodAutoscaler") else { return Ok(scalers) };
    for namespace in namespaces {
        let all = Listing { namespace: Some(namespace), ..Listing::default() };
        let live = match view.reader.list(resource, all).await {
            Ok(live) => live,
            // Who may not see autoscalers sees their conflicts.
            Err(error) if error.refused().is_some_and(|refused| refused.code == 403) => continue,
            Err(error) => return Err(error),
        };
        let leaves = |id: &ObjectId| view.inventory.entries.contains_key(id) && !ids.contains(id);
        let stays = live.iter().filter(|object| ObjectId::of(object).is_some_and(|id| !leaves(&id)));
        scalers.extend(stays.filter_map(Scaler::of));
    }
    Ok(scalers)
}
