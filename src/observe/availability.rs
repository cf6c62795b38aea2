//! How many pods of a Deployment were available while it was waited for, as far as its status told. What nobody served
//! with before is not counted.

use std::collections::BTreeMap;

use landfall_core::manifest::ObjectId;
use landfall_core::ready::Verdict;
use serde_json::Value;

use super::live::Look;

/// The pods that were available at the first look, and the fewest at any look.
#[derive(Default)]
pub(super) struct Availability(BTreeMap<ObjectId, (u64, u64)>);

impl Availability {
    /// Looks, and adds what is known to the verdicts of Deployments that are ready.
    pub(super) fn note(&mut self, verdicts: &mut BTreeMap<ObjectId, Verdict>, look: &Look) {
        for (id, verdict) in verdicts {
            let Some(available) = look.objects.get(id).and_then(available) else { continue };
            let (first, least) = self.0.entry(id.clone()).or_insert((available, available));
            *least = available.min(*least);
            let replicas = look.objects[id]["spec"]["replicas"].as_u64().unwrap_or(1);
            // Those that it no longer wants are not missed.
            let wanted = replicas.min(*first);
            // Some may have been missing before the first look, or are new: then nothing is known.
            if *least >= wanted && *first < replicas {
                continue;
            }
            if let (Verdict::Ready { note, .. }, 1..) = (verdict, wanted)
                && note.is_empty()
            {
                *note = words(wanted, *least);
            }
        }
    }
}

/// Returns how many pods a Deployment's status calls available; none for other kinds.
fn available(object: &Value) -> Option<u64> {
    let is_deployment = object["apiVersion"] == "apps/v1" && object["kind"] == "Deployment";
    is_deployment.then(|| object["status"]["availableReplicas"].as_u64().unwrap_or(0))
}

fn words(wanted: u64, least: u64) -> String {
    let pods = if wanted == 1 { "pod" } else { "pods" };
    if least >= wanted {
        return format!("and never seen with less than its {wanted} available {pods}");
    }
    format!("and seen with {least} of its {wanted} {pods} available meanwhile")
}
