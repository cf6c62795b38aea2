//! Who owns which fields of a live object, and how they become ours at first contact. Sends nothing.
//!
//! Without this, what an earlier tool applied and Git has no longer would stay for ever: server-side apply removes
//! only what its own manager applied before (KEP-555; k8s.io/client-go/util/csaupgrade does the same for kubectl).

mod fields;

use serde::Serialize;
use serde_json::{Value, json};

pub use fields::FieldSet;

/// Managers that write whole objects from files: what they own comes to whoever owns the files now.
///
/// Whoever changes single fields of a running object (`kubectl-edit`, an autoscaler) is never among them.
const FILE_MANAGERS: [&str; 8] = [
    "kubectl",
    "kubectl-client-side-apply",
    "kubectl-create",
    "kubectl-last-applied",
    "kubectl-replace",
    "before-first-apply",
    "helm",
    "argocd-controller",
];

/// Written by client-side apply, whatever its manager is called.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Declares in Git that a live object, which no deployment of ours made, is ours from now on.
const ADOPT_ANNOTATION: &str = "landfall.dev/adopt";

/// Whether Git says that an object is taken over where it is in the cluster already.
pub fn is_adopted(object: &Value) -> bool {
    object["metadata"]["annotations"][ADOPT_ANNOTATION] == "true"
}

/// Returns why an object that Git does not adopt is left alone, and the next step.
pub fn not_adopted() -> (String, String) {
    let why = "it is in the cluster already, and no deployment of Landfall made it".to_owned();
    (why, format!("to take it over, add the annotation {ADOPT_ANNOTATION}: \"true\" to it in Git"))
}

/// How an object's fields become ours.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Takeover {
    /// The managers whose fields we take, sorted.
    pub managers: Vec<String>,
    /// What they own.
    #[serde(skip)]
    fields: FieldSet,
}

impl Takeover {
    /// Returns what `ours` would take over from the tools that wrote an object before; none when there is no such
    /// tool, or when `ours` has applied the object already: what others own since then is no legacy.
    pub fn of(live: &Value, ours: &str) -> Option<Self> {
        let entries = entries(live);
        if entries.iter().any(|entry| is_applied_by(entry, ours)) {
            return None;
        }
        let mut managers: Vec<String> = Vec::new();
        let mut fields = FieldSet::default();
        for entry in entries.iter().filter(|entry| is_legacy(entry)) {
            managers.push(manager(entry).to_owned());
            fields = fields.union(&FieldSet::read(&entry["fieldsV1"]));
        }
        managers.sort();
        managers.dedup();
        (!managers.is_empty()).then_some(Self { managers, fields })
    }

    /// Whether everybody that a refused apply names gives way.
    pub fn covers<'a>(&self, conflicts: impl IntoIterator<Item = &'a str>) -> bool {
        conflicts.into_iter().all(|name| self.managers.iter().any(|manager| manager == name))
    }

    /// Returns what an apply makes of the object after the take-over: `forced` is the server's answer to a forced
    /// dry run by `ours`, from which goes what only the earlier tools owned.
    pub fn predict(&self, forced: &Value, ours: &str) -> Value {
        let kept = entries(forced).iter().filter(|entry| is_applied_by(entry, ours) || !is_legacy(entry));
        let kept = kept.fold(FieldSet::default(), |all, entry| all.union(&FieldSet::read(&entry["fieldsV1"])));
        let mut object = forced.clone();
        self.fields.minus(&kept).remove_from(&mut object);
        object
    }

    /// Returns the JSON patch that makes the fields ours, if the object still is the version that was read.
    ///
    /// The version is replaced and not tested, so that a race is a conflict (409), which can be tried again.
    pub fn patch(&self, live: &Value, ours: &str) -> Value {
        let mut kept: Vec<Value> = entries(live).iter().filter(|entry| !is_legacy(entry)).cloned().collect();
        kept.push(json!({
            "manager": ours, "operation": "Apply", "apiVersion": live["apiVersion"],
            "fieldsType": "FieldsV1", "fieldsV1": self.fields.to_value(),
        }));
        json!([
            {"op": "replace", "path": "/metadata/managedFields", "value": kept},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
        ])
    }
}

/// Returns the fields that a manager owns by having applied them.
pub fn applied_by(live: &Value, manager: &str) -> FieldSet {
    let entry = entries(live).iter().find(|entry| is_applied_by(entry, manager));
    entry.map(|entry| FieldSet::read(&entry["fieldsV1"])).unwrap_or_default()
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

fn is_legacy(entry: &Value) -> bool {
    let has_last_applied = || entry["fieldsV1"]["f:metadata"]["f:annotations"][format!("f:{LAST_APPLIED}")].is_object();
    entry["subresource"].is_null() && (FILE_MANAGERS.contains(&manager(entry)) || has_last_applied())
}

#[cfg(test)]
mod tests;
