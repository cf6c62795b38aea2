//! Hooks of other tools in a set: which of them no deploy runs, and what is not done as they ask. Does not order them.

use landfall_core::manifest::{Manifest, ObjectId, Remark};
use landfall_core::order;

/// Takes out the objects that no deploy makes, and says which. Says too what becomes of others otherwise than they ask.
pub(super) fn sort_out(manifests: Vec<Manifest>) -> (Vec<Manifest>, Vec<Remark>) {
    let mut remarks = Vec::new();
    let mut kept = Vec::new();
    for manifest in manifests {
        match order::elsewhere(&manifest.object) {
            Some(events) => remarks.push(left_out(&manifest, events)),
            None => kept.push(manifest),
        }
    }
    remarks.extend(kept.iter().flat_map(otherwise));
    (kept, remarks)
}

/// Names the kind alone: tests like to have names that differ in every render.
fn left_out(manifest: &Manifest, events: Vec<String>) -> Remark {
    let kind = manifest.object["kind"].as_str().unwrap_or_default().to_owned();
    Remark::HookLeftOut { kind, origin: manifest.origin.clone(), events }
}

fn otherwise(manifest: &Manifest) -> Vec<Remark> {
    let object = ObjectId::of(&manifest.object).map(|id| id.to_string()).unwrap_or_default();
    let origin = &manifest.origin;
    let policies = order::policies_not_followed(&manifest.object);
    let stays =
        (!policies.is_empty()).then(|| Remark::HookStays { object: object.clone(), origin: origin.clone(), policies });
    let events = order::several_phases(&manifest.object);
    let once = events.map(|events| Remark::HookOnce { object: object.clone(), origin: origin.clone(), events });
    stays.into_iter().chain(once).collect()
}
