//! Writes what a plan approved, and nothing else. Does not decide, order or wait.

use bytes::Bytes;
use http::Method;
use landfall_core::gate::ApprovedPlan;
use landfall_core::id::CommitSha;
use landfall_core::inventory::{Content, Inventory};
use landfall_core::manifest::{Gvk, ObjectId, Resource, Scope};
use landfall_core::ownership::{Conflict, Takeover, is_tracked, released};
use landfall_core::plan::{Change, Class, changed_hands};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::channel::Call;
use crate::reader::{APPLY_PATCH, apply_request, untracked};
use crate::{Error, Lock, path};

const JSON_PATCH: &str = "application/json-patch+json";

/// Tries of a write to an object that somebody else writes at the same time.
const CONTESTED_TRIES_MAX: u32 = 5;

/// Writes one approved plan to one held target.
pub struct Writer {
    lock: Lock,
    approved: ApprovedPlan,
    inventory: Inventory,
    manager: String,
}

impl Writer {
    /// Makes a writer of an approved plan, the lock of its target, and the inventory that it was planned with.
    ///
    /// Returns the lock when plan and lock are of different targets.
    pub fn new(lock: Lock, approved: ApprovedPlan, inventory: Inventory) -> Result<Self, Box<Lock>> {
        if approved.plan().target != lock.target {
            return Err(Box::new(lock));
        }
        let manager = inventory.field_manager();
        Ok(Self { lock, approved, inventory, manager })
    }

    /// The plan that may be written.
    pub fn plan(&self) -> &landfall_core::plan::Plan {
        self.approved.plan()
    }

    /// Applies an approved object (server-side apply, forced only for fields that the plan says so of). An existing object is named by its UID too,
    /// so that one that vanished is not made again by accident; one that is made anew is deleted first, by the caller.
    /// Returns none when the plan does not write it.
    pub async fn apply(&self, id: &ObjectId, resource: &Resource) -> Result<Option<Answer>, Error> {
        let Some(change) = self.change(id, writes) else { return Ok(None) };
        let Some(mut body) = change.body.clone() else { return Ok(None) };
        if let Some(uid) = change.uid.as_ref().filter(|_| !matches!(change.class, Class::Replace { .. })) {
            body["metadata"]["uid"] = uid.clone().into();
        }
        match &change.takeover {
            Some(takeover) => self.contested(id, resource, body, takeover).await.map(Some),
            None => self.send(self.patch(resource, &body, "")).await.map(Some),
        }
    }

    /// Lets fields change hands as it was planned, then applies. Whoever writes the object in between makes it start
    /// again from what is there then.
    async fn contested(
        &self,
        id: &ObjectId,
        resource: &Resource,
        body: Value,
        planned: &Takeover,
    ) -> Result<Answer, Error> {
        let target = path::object(resource, id.namespace.as_deref(), &id.name);
        let mut tries = CONTESTED_TRIES_MAX;
        loop {
            tries -= 1;
            let done = match self.changed_hands(&target, resource, (planned, &body["metadata"]["uid"])).await {
                Ok(_) if planned.forced.is_empty() => return self.send(self.patch(resource, &body, "")).await,
                Ok(live) => self.forced(resource, &body, &live, planned).await,
                Err(error) => Err(error),
            };
            match done {
                Err(error) if tries > 0 && is_race(&error) => {}
                done => return done,
            }
        }
    }

    /// Makes the fields of an earlier tool ours, so that an apply removes what of them Git does not have, and gives up
    /// those that are left to others, so that it does not. Returns the object as it is then.
    async fn changed_hands(
        &self,
        target: &str,
        resource: &Resource,
        (planned, uid): (&Takeover, &Value),
    ) -> Result<Value, Error> {
        let mut live = self.lock.channel.send(Call::get(target.to_owned())).await?.body;
        // Another object has the name now. The apply says whose UID it is for, and is refused.
        if live["metadata"]["uid"] != *uid {
            return Ok(live);
        }
        if !is_tracked(&live) {
            live = self.send(self.patch(resource, &untracked(&live), "")).await?.body;
        }
        let since = |managers: Vec<String>| Error::WrittenSince { managers: managers.join(", ") };
        let Some(patch) = planned.patch(&live).map_err(since)? else { return Ok(live) };
        let query = path::query(&[("fieldValidation", "Strict"), ("fieldManager", &self.manager)]);
        let bytes = Bytes::from(patch.to_string());
        let call = Call::new(Method::PATCH, format!("{target}?{query}"), JSON_PATCH, bytes);
        Ok(self.send(call).await?.body)
    }

    /// Applies by force the version that was read, when nothing else is contested in it than was planned.
    async fn forced(
        &self,
        resource: &Resource,
        body: &Value,
        live: &Value,
        planned: &Takeover,
    ) -> Result<Answer, Error> {
        let mut body = body.clone();
        body["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
        let force = match self.lock.channel.send(self.patch(resource, &body, "&dryRun=All")).await {
            Ok(_) => "",
            Err(error) => {
                let Some(refused) = error.refused().filter(|refused| refused.is_conflict()) else { return Err(error) };
                let found = refused.conflicts().map(|(field, name, through)| Conflict::of(live, name, through, field));
                let others: Vec<Conflict> = found.filter(|conflict| !planned.forced.contains(conflict)).collect();
                if !others.is_empty() {
                    let managers = others.into_iter().map(|conflict| conflict.manager).collect::<Vec<_>>().join(", ");
                    return Err(Error::WrittenSince { managers });
                }
                "&force=true"
            }
        };
        self.send(self.patch(resource, &body, force)).await
    }

    fn patch(&self, resource: &Resource, body: &Value, more: &str) -> Call {
        let (target, bytes) = apply_request(resource, body, &self.manager, more);
        Call::new(Method::PATCH, target, APPLY_PATCH, bytes)
    }

    /// Deletes an approved object by its UID, dependents in the background. Absent already is done already.
    ///
    /// It is read just before, and only that version is deleted: what another app has by now stays, and is an error.
    pub async fn delete(&self, id: &ObjectId, resource: &Resource) -> Result<(), Error> {
        let Some(change) = self.change(id, deletes) else { return Ok(()) };
        let target = path::object(resource, id.namespace.as_deref(), &id.name);
        again_after_races(|| self.delete_once(change, &target)).await
    }

    async fn delete_once(&self, change: &Change, target: &str) -> Result<(), Error> {
        let live = self.lock.channel.send(Call::get(target.to_owned())).await?.body;
        let metadata = &live["metadata"];
        // Another object has the name now: ours is deleted.
        if metadata["uid"].as_str() != change.uid.as_deref() {
            return Ok(());
        }
        if let Some(why) = changed_hands(&self.inventory, change, &live) {
            return Err(Error::Kept { why });
        }
        let body = json!({
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background",
            "preconditions": {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]},
        });
        let call = Call::new(Method::DELETE, target.to_owned(), "application/json", Bytes::from(body.to_string()));
        self.send(call).await.map(|_| ())
    }

    /// Leaves an approved object to others: takes our label and our fields off it. What is gone, is another object or has
    /// no label of this inventory any more is left already.
    pub async fn leave(&self, id: &ObjectId, resource: &Resource) -> Result<(), Error> {
        let Some(change) = self.change(id, |class| *class == Class::Release) else { return Ok(()) };
        let target = path::object(resource, id.namespace.as_deref(), &id.name);
        again_after_races(|| self.leave_once(change, &target)).await
    }

    async fn leave_once(&self, change: &Change, target: &str) -> Result<(), Error> {
        let live = self.lock.channel.send(Call::get(target.to_owned())).await?.body;
        // A Secret may have been hidden from the plan, which then knows no UID.
        let is_another = change.uid.as_ref().is_some_and(|uid| live["metadata"]["uid"] != uid.as_str());
        if is_another || !self.inventory.owns(&live) {
            return Ok(());
        }
        let target = format!("{target}?{}", path::query(&[("fieldManager", &self.manager)]));
        let bytes = Bytes::from(released(&live, &self.manager).to_string());
        self.send(Call::new(Method::PATCH, target, JSON_PATCH, bytes)).await.map(|_| ())
    }

    /// Returns what still holds a deleted object: its finalizers. None when it is gone, or another has its name.
    pub async fn held(&self, id: &ObjectId, resource: &Resource) -> Result<Option<Vec<String>>, Error> {
        let uid = self.change(id, deletes).and_then(|change| change.uid.as_deref());
        match self.lock.channel.send(Call::get(path::object(resource, id.namespace.as_deref(), &id.name))).await {
            Ok(answer) if answer.body["metadata"]["uid"].as_str() != uid => Ok(None),
            Ok(answer) => {
                let finalizers = answer.body["metadata"]["finalizers"].as_array().cloned().unwrap_or_default();
                Ok(Some(finalizers.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes the inventory's `ConfigMap`, if it still is the version that was read. Returns it as stored.
    pub async fn record(&self, inventory: &Value) -> Result<Value, Error> {
        let resource = config_map();
        let namespace = self.lock.target.home().as_str();
        let name = inventory["metadata"]["name"].as_str().unwrap_or_default();
        let is_new = inventory["metadata"]["resourceVersion"].is_null();
        let (method, target) = if is_new {
            (Method::POST, path::collection(&resource, Some(namespace)))
        } else {
            (Method::PUT, path::object(&resource, Some(namespace), name))
        };
        let call = Call::new(method, target, "application/json", Bytes::from(inventory.to_string()));
        match self.send(call).await {
            Ok(answer) => Ok(answer.body),
            Err(error) if error.refused().is_some_and(|refused| refused.code == 409) => {
                self.recorded_already(inventory, name, error).await
            }
            Err(error) => Err(error),
        }
    }

    /// A repeated call conflicts with its own first try: when what is stored is what we sent, it worked.
    async fn recorded_already(&self, inventory: &Value, name: &str, error: Error) -> Result<Value, Error> {
        let target = path::object(&config_map(), Some(self.lock.target.home().as_str()), name);
        let stored = self.lock.channel.send(Call::get(target)).await?.body;
        if Content::of(&stored) == Content::of(inventory) { Ok(stored) } else { Err(error) }
    }

    /// Sends a write. A Lease does not fence, so the hold is checked before each try.
    async fn send(&self, call: Call) -> Result<Answer, Error> {
        self.lock.channel.send_while(call, || self.lock.check()).await
    }

    /// Returns the newer commit whose run asks for the target, if one does.
    pub fn newer(&self) -> Option<CommitSha> {
        self.lock.newer()
    }

    /// Gives up the plan, and keeps the hold on the target.
    pub fn into_lock(self) -> Lock {
        self.lock
    }

    /// Ends the hold on the target.
    pub async fn release(self) -> Result<(), Error> {
        self.lock.release().await
    }

    fn change(&self, id: &ObjectId, wanted: impl Fn(&Class) -> bool) -> Option<&Change> {
        self.approved.plan().changes.iter().find(|change| change.id == *id && wanted(&change.class))
    }
}

/// Ends an object of which every try reads the newest version. One that is gone has ended.
async fn again_after_races(once: impl AsyncFn() -> Result<(), Error>) -> Result<(), Error> {
    let mut tries = CONTESTED_TRIES_MAX;
    loop {
        tries -= 1;
        match once().await {
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) if tries > 0 && is_race(&error) => {}
            done => return done,
        }
    }
}

/// Whether a class sends its body.
fn writes(class: &Class) -> bool {
    match class {
        Class::Create | Class::Change | Class::Replace { .. } | Class::Unverified { .. } => true,
        Class::Same | Class::Keep { .. } | Class::Release | Class::Delete | Class::Blocked { .. } => false,
    }
}

/// Whether a class deletes the live object.
fn deletes(class: &Class) -> bool {
    matches!(class, Class::Delete | Class::Replace { .. })
}

/// The object is another version than was read. A conflict of managers is no race.
fn is_race(error: &Error) -> bool {
    error.refused().is_some_and(|refused| refused.code == 409 && !refused.is_conflict())
}

fn config_map() -> Resource {
    Resource { gvk: Gvk::new("v1", "ConfigMap"), plural: "configmaps".to_owned(), scope: Scope::Namespaced }
}
