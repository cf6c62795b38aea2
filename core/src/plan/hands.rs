//! Whether an object that is to be deleted may still be: others write it between its plan and its deletion. Asks nobody.

use serde_json::Value;

use super::{Change, Class};
use crate::inventory::Inventory;
use crate::ownership::{self, Maker};

/// Annotations that keep an object when it leaves Git: (key, value).
const KEEP_ANNOTATIONS: [(&str, &str); 4] = [
    ("landfall.dev/prune", "keep"),
    ("helm.sh/resource-policy", "keep"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
    ("argocd.argoproj.io/sync-options", "Prune=false"),
];

/// Returns why an object is not deleted although that was planned; none when it is as it was.
pub fn changed_hands(inventory: &Inventory, change: &Change, live: &Value) -> Option<String> {
    if let Some(maker @ Maker::Inventory { .. }) = Maker::of(live, inventory) {
        return Some(format!("{maker} has it now"));
    }
    match change.class {
        // It goes only because it comes again.
        Class::Replace { .. } => None,
        // A predecessor's object has no label of ours.
        _ if !inventory.entries.contains_key(&change.id) => asks_to_stay(live),
        _ => taken(inventory, live).or_else(|| asks_to_stay(live)),
    }
}

/// Returns who took an object of the inventory that no other inventory has; none when it is ours.
pub(super) fn taken(inventory: &Inventory, live: &Value) -> Option<String> {
    let maker = Maker::of(live, inventory).filter(|_| ownership::is_kept_by_tool(live));
    let told = maker.map(|maker| format!("{maker} has it now"));
    let unlabelled = "somebody took our label from it, so it is not ours to delete";
    told.or_else(|| (!inventory.owns(live)).then(|| unlabelled.to_owned()))
}

/// Returns which annotation keeps an object that left Git; none when none does. A value may be a list (Argo CD).
pub(super) fn asks_to_stay(object: &Value) -> Option<String> {
    let has = |key: &str, wanted: &str| {
        let value = object["metadata"]["annotations"][key].as_str();
        value.is_some_and(|value| value.split(',').any(|part| part.trim() == wanted))
    };
    let (key, value) = KEEP_ANNOTATIONS.iter().find(|(key, value)| has(key, value))?;
    Some(format!("its annotation {key}: {value} asks for it"))
}
