//! Which of a chart's hooks a deploy has: a test, or what runs before a deletion, never runs in one.

use landfall_core::manifest::{Manifest, ObjectId, Remark};

const HOOK: &str = "helm.sh/hook";

/// Hooks of other occasions than a deploy.
const ELSEWHERE: [&str; 6] = ["test", "test-success", "pre-delete", "post-delete", "pre-rollback", "post-rollback"];

/// Takes out the objects that no deploy makes, and says which. Says too which Jobs stay.
pub(super) fn sort_out(manifests: Vec<Manifest>) -> (Vec<Manifest>, Vec<Remark>) {
    let (left_out, kept): (Vec<_>, _) = manifests.into_iter().partition(is_elsewhere);
    let remarks = left_out.iter().map(left_out_remark).chain(kept.iter().filter_map(kept_remark)).collect();
    (kept, remarks)
}

/// Whether no deploy runs an object.
pub(super) fn is_elsewhere(manifest: &Manifest) -> bool {
    let events = events(manifest);
    !events.is_empty() && events.iter().all(|event| ELSEWHERE.contains(&event.as_str()))
}

/// Returns when a hook runs; nothing for what is no hook.
fn events(manifest: &Manifest) -> Vec<String> {
    let annotation = manifest.object["metadata"]["annotations"][HOOK].as_str().unwrap_or_default();
    let events = annotation.split(',').map(|event| event.trim().to_lowercase());
    events.filter(|event| !event.is_empty()).collect()
}

/// Names the kind alone: tests like to have names that differ in every render.
fn left_out_remark(manifest: &Manifest) -> Remark {
    let kind = manifest.object["kind"].as_str().unwrap_or_default().to_owned();
    Remark::HookLeftOut { kind, origin: manifest.origin.clone(), events: events(manifest) }
}

/// What is to know of a hook that is a Job: other kinds can be changed as ever.
fn kept_remark(manifest: &Manifest) -> Option<Remark> {
    let events = events(manifest);
    let is_job = manifest.object["kind"] == "Job" && !events.is_empty();
    is_job.then(|| Remark::HookKept { object: object(manifest), origin: manifest.origin.clone(), events })
}

fn object(manifest: &Manifest) -> String {
    ObjectId::of(&manifest.object).map(|id| id.to_string()).unwrap_or_default()
}
