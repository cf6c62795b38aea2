//! Who owns which fields of a live object, and how they change hands. Sends nothing.
//!
//! Without this, what an earlier tool applied and Git has no longer would stay for ever: server-side apply removes
//! only what its own manager applied before (KEP-555; k8s.io/client-go/util/csaupgrade does the same for kubectl).

mod adopt;
mod conflict;
mod explain;
mod fields;
mod kept;
mod left;
mod maker;
mod path;
mod predecessor;
mod release;
mod rule;
mod scaler;
mod takeover;
mod terms;

use serde_json::Value;

pub use adopt::{Adoption, not_adopted};
pub use conflict::{Conflict, refusal};
pub use explain::{Deed, Explanation, Field, Owned, Owner, Sides, explain};
pub use fields::FieldSet;
pub use kept::kept;
pub use left::{Left, left, tried};
pub use maker::Maker;
pub use path::FieldPath;
pub use predecessor::Predecessor;
pub use release::released;
pub use rule::{Resolve, Rule, Rules};
pub use scaler::Scaler;
pub use takeover::Takeover;
pub use terms::{Terms, is_kept_by_tool};

/// Written by client-side apply, whatever its manager is called.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Returns what a manager has applied to an object.
pub fn applied_by(object: &Value, name: &str) -> FieldSet {
    let entry = entries(object).iter().find(|entry| is_applied_by(entry, name));
    entry.map(|entry| FieldSet::read(&entry["fieldsV1"])).unwrap_or_default()
}

/// Whether the server knows who owns the fields of an object.
pub fn is_tracked(object: &Value) -> bool {
    !entries(object).is_empty()
}

fn entries(object: &Value) -> &[Value] {
    object["metadata"]["managedFields"].as_array().map_or(&[], Vec::as_slice)
}

fn manager(entry: &Value) -> &str {
    entry["manager"].as_str().unwrap_or_default()
}

fn is_applied_by(entry: &Value, name: &str) -> bool {
    manager(entry) == name && entry["operation"] == "Apply" && entry["subresource"].is_null()
}

#[cfg(test)]
mod tests;
