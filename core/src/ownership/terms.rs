//! On what terms fields change hands, and which managers' fields those are. Changes nothing.

use serde_json::Value;

use super::maker::{MARKS, OURS};
use super::{Adoption, FieldPath, FieldSet, LAST_APPLIED, entries, is_applied_by, manager};

/// Managers that write whole objects from files: what they own comes to whoever owns the files now.
///
/// Whoever changes single fields of a running object (`kubectl-edit`, an autoscaler) is never among them.
const FILE_MANAGERS: [&str; 14] = [
    "kubectl",
    "kubectl-client-side-apply",
    "kubectl-create",
    "kubectl-last-applied",
    "kubectl-replace",
    UNKNOWN,
    "helm",
    "Helm",
    "argocd-controller",
    "argocd-application-controller",
    "kustomize-controller",
    "helm-controller",
    "flux-client-side-apply",
    "flux",
];

/// Owns what was there before the server knew owners.
pub(super) const UNKNOWN: &str = "before-first-apply";

/// On what terms fields change hands.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// Our field manager.
    pub ours: String,
    /// How far the object is adopted; not at all where it is ours.
    pub adoption: Adoption,
    /// What Git sets.
    pub git: FieldSet,
    /// What of that is left to others, and not sent.
    pub left: FieldSet,
}

/// What of an object's fields is to be taken.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Taken {
    pub(super) managers: Vec<String>,
    pub(super) fields: FieldSet,
    pub(super) version: String,
}

impl Terms {
    pub(super) fn ours(&self, live: &Value) -> FieldSet {
        let entry = entries(live).iter().find(|entry| is_applied_by(entry, &self.ours));
        entry.map(|entry| FieldSet::read(&entry["fieldsV1"])).unwrap_or_default()
    }

    /// Returns what is to be taken. Entries of another version than the object's own cannot be joined with it: they are
    /// taken only where there is no other.
    pub(super) fn taken(&self, live: &Value) -> Taken {
        let legacy: Vec<&Value> = entries(live).iter().filter(|entry| self.is_taken_from(entry)).collect();
        // What others own since we applied it is no legacy; only what nobody is known to have written never changes.
        let is_known = entries(live).iter().any(|entry| is_applied_by(entry, &self.ours));
        let legacy: Vec<&Value> = legacy
            .into_iter()
            .filter(|entry| !is_known || manager(entry) == UNKNOWN && self.adoption == Adoption::Whole)
            .collect();
        let own = legacy.iter().find(|entry| entry["apiVersion"] == live["apiVersion"]).or(legacy.first());
        let Some(version) = own.and_then(|entry| entry["apiVersion"].as_str()) else { return Taken::default() };
        let mut taken = Taken { version: version.to_owned(), ..Taken::default() };
        for entry in legacy {
            taken.managers.push(manager(entry).to_owned());
            if entry["apiVersion"] == version {
                taken.fields = taken.fields.union(&self.of_entry(entry));
            }
        }
        taken.managers.sort();
        taken.managers.dedup();
        taken
    }

    fn of_entry(&self, entry: &Value) -> FieldSet {
        let fields = FieldSet::read(&entry["fieldsV1"]);
        if self.adoption != Adoption::Fields {
            return fields;
        }
        if manager(entry) == UNKNOWN {
            return fields.shared_with(&self.git);
        }
        if is_of_release(entry) {
            return fields.filtered(|path| !is_release_mark(path) || self.git.has(path));
        }
        fields
    }

    pub(super) fn is_taken_from(&self, entry: &Value) -> bool {
        let is_object = entry["subresource"].is_null();
        let name = manager(entry);
        let is_legacy = match &self.adoption {
            Adoption::Unasked => false,
            Adoption::From(from) => name
                .strip_prefix(OURS)
                .and_then(|name| name.strip_prefix(from.as_str()))
                .is_some_and(|rest| rest.starts_with('/')),
            Adoption::Fields | Adoption::Whole => FILE_MANAGERS.contains(&name) || has_mark(entry),
        };
        is_object && is_legacy && !is_applied_by(entry, &self.ours)
    }
}

/// Whether a tool that writes whole objects owns more of one than its own marks.
pub fn is_kept_by_tool(live: &Value) -> bool {
    let is_tool =
        |entry: &&Value| entry["subresource"].is_null() && has_mark(entry) && !manager(entry).starts_with(OURS);
    let is_mark =
        |path: &FieldPath| MARKS.iter().any(|(part, key)| path.is_written(&format!(".metadata.{part}.{key}")));
    entries(live)
        .iter()
        .filter(is_tool)
        .any(|entry| FieldSet::read(&entry["fieldsV1"]).leaves().iter().any(|path| !is_mark(path)))
}

/// Whether it is Helm who owns this, itself or for Flux.
fn is_of_release(entry: &Value) -> bool {
    entry["fieldsV1"]["f:metadata"]["f:annotations"]["f:meta.helm.sh/release-name"].is_object()
}

/// Whether a manager owns what only the tool that made an object writes, whatever it is called.
fn has_mark(entry: &Value) -> bool {
    let metadata = &entry["fieldsV1"]["f:metadata"];
    let has = |part: &str, key: &str| metadata[format!("f:{part}")][format!("f:{key}")].is_object();
    // Charts and people write this label too.
    let marks = MARKS.iter().filter(|(_, key)| *key != "app.kubernetes.io/managed-by");
    has("annotations", LAST_APPLIED) || marks.into_iter().any(|(part, key)| has(part, key))
}

/// Whether a field is what Helm knows its own objects by.
fn is_release_mark(path: &FieldPath) -> bool {
    ["annotations", "labels"].iter().any(|part| {
        let marks = MARKS
            .iter()
            .filter(|(of, key)| of == part && (key.starts_with("meta.helm.sh/") || key.ends_with("/managed-by")));
        marks.into_iter().any(|(_, key)| path.is_written(&format!(".metadata.{part}.{key}")))
    })
}
