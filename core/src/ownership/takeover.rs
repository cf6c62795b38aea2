//! How fields of one live object change hands: what becomes ours, what we give up, and what is left to others.
//!
//! Nothing but owners changes here, and only in the version that was read; values change with the apply that follows.

use serde::Serialize;
use serde_json::{Value, json};

use super::kept::kept;
use super::terms::{Taken, Terms};
use super::{Adoption, Conflict, FieldSet, Maker, entries, is_applied_by};

/// How an object's fields change hands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Takeover {
    /// The managers whose fields we take, sorted.
    pub managers: Vec<String>,
    /// Fields that are taken from managers that go on existing, because the rules say so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forced: Vec<Conflict>,
    /// What there is to know of it, one sentence each.
    #[serde(skip)]
    pub notes: Vec<String>,
    #[serde(skip)]
    taken: FieldSet,
    #[serde(skip)]
    terms: Terms,
}

impl Takeover {
    /// Returns how the fields of a live object change hands; none when they do not.
    pub fn of(live: &Value, terms: Terms) -> Option<Self> {
        let taken = terms.taken(live);
        let nothing = taken.managers.is_empty() && terms.left.is_empty() && terms.adoption == Adoption::Unasked;
        (!nothing).then(|| Self {
            managers: taken.managers,
            forced: Vec::new(),
            notes: Vec::new(),
            taken: taken.fields,
            terms,
        })
    }

    /// Returns a change of hands by force alone.
    pub fn forcing(terms: Terms) -> Self {
        Self { managers: Vec::new(), forced: Vec::new(), notes: Vec::new(), taken: FieldSet::default(), terms }
    }

    /// Adds what there is to know: who made the object, what stays, and what `left` says is left to others.
    #[must_use]
    pub fn explained(mut self, (live, wanted): (&Value, &Value), maker: Option<&Maker>, left: Vec<String>) -> Self {
        if !self.managers.is_empty() {
            let managers = self.managers.join(", ");
            self.notes.push(format!("takes over what {managers} wrote: what of that Git does not have is removed"));
            self.notes.extend(maker.and_then(Maker::advice));
        }
        if self.terms.adoption != Adoption::Unasked {
            self.notes.extend(kept(live, &self));
        }
        self.notes.extend(left);
        self.notes.extend(self.forced.iter().map(|conflict| conflict.taken((live, wanted))));
        self
    }

    /// Whether the manager that a conflict names gives way, because its fields are taken.
    pub fn covers(&self, conflict: &Conflict) -> bool {
        conflict.through.is_none() && self.managers.contains(&conflict.manager)
    }

    /// Returns an object of Git without what is left to others.
    pub fn sent(&self, object: &Value) -> Value {
        let mut sent = object.clone();
        self.terms.left.remove_from(&mut sent);
        sent
    }

    /// Returns what an apply makes of the object after the fields changed hands: `forced` is the server's answer to a
    /// forced dry run by us, from which goes what only the earlier tools owned.
    pub fn predict(&self, forced: &Value) -> Value {
        let kept = entries(forced).iter().map(|entry| {
            let fields = FieldSet::read(&entry["fieldsV1"]);
            if self.terms.is_taken_from(entry) { fields.without(&self.taken) } else { fields }
        });
        let kept = kept.fold(FieldSet::default(), |all, fields| all.union(&fields));
        let mut object = forced.clone();
        self.taken.pruned(&kept).remove_from(&mut object);
        object
    }

    /// Returns the JSON patch that lets the fields change hands, if the object still is the version that was read; none
    /// when they have. Somebody who took fields away meanwhile makes it another take-over, which is the error.
    ///
    /// The version is replaced and not tested, so that a race is a conflict (409), which can be tried again.
    pub fn patch(&self, live: &Value) -> Result<Option<Value>, Vec<String>> {
        let taken = self.terms.taken(live);
        let given = self.terms.ours(live).shared_with(&self.terms.left);
        if taken.managers.is_empty() && given.is_empty() {
            return Ok(None);
        }
        if !taken.managers.is_empty() && (&taken.managers, &taken.fields) != (&self.managers, &self.taken) {
            return Err(taken.managers);
        }
        Ok(Some(json!([
            {"op": "replace", "path": "/metadata/managedFields", "value": self.owners(live, &taken)},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
        ])))
    }

    /// Returns what a manager keeps of its own after that, and Git does not have.
    pub(super) fn rest(&self, entry: &Value) -> FieldSet {
        if is_applied_by(entry, &self.terms.ours) {
            return FieldSet::default();
        }
        let fields = FieldSet::read(&entry["fieldsV1"]).without(&self.terms.git);
        if self.terms.is_taken_from(entry) { fields.without(&self.taken) } else { fields }
    }

    fn owners(&self, live: &Value, taken: &Taken) -> Vec<Value> {
        let ours = &self.terms.ours;
        let mut owners = Vec::new();
        for entry in entries(live).iter().filter(|entry| !is_applied_by(entry, ours)) {
            if taken.managers.is_empty() || !self.terms.is_taken_from(entry) {
                owners.push(entry.clone());
                continue;
            }
            let rest = FieldSet::read(&entry["fieldsV1"]).without(&taken.fields);
            if !rest.is_empty() && entry["apiVersion"] == taken.version {
                owners.push(with_fields(entry, &rest));
            }
        }
        let known = entries(live).iter().find(|entry| is_applied_by(entry, ours));
        let version = known.map_or(Value::from(taken.version.as_str()), |entry| entry["apiVersion"].clone());
        let entry = json!({"manager": ours, "operation": "Apply", "apiVersion": version, "fieldsType": "FieldsV1"});
        let fields = self.terms.ours(live).union(&taken.fields).without(&self.terms.left);
        owners.push(with_fields(&entry, &fields));
        owners
    }
}

fn with_fields(entry: &Value, fields: &FieldSet) -> Value {
    let mut entry = entry.clone();
    entry["fieldsV1"] = fields.to_value();
    entry
}
