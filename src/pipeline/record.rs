//! The inventory of a deploy: more than exists before the first write, exactly what exists after the last.

use std::collections::{BTreeMap, BTreeSet};

use landfall_cluster::{Facts, Writer};
use landfall_core::diff::redact::Redactor;
use landfall_core::id::CommitSha;
use landfall_core::inventory::{self, Entry};
use landfall_core::manifest::{Gvk, ObjectId, Resource};
use landfall_core::plan::{Change, Class};
use landfall_core::succession::Attempt;
use serde_json::Value;

use super::set::Set;
use super::target::{Goal, Stored, stored_form};
use crate::apply::{Applied, Kinds};
use crate::failure::Failure;
use crate::observe::Awaited;

/// What is written, and the inventory that says so.
pub(super) struct Record<'a> {
    pub(super) writer: Writer,
    pub(super) stored: Stored,
    pub(super) set: Set,
    /// Knows the values of every Secret of the set and of the cluster.
    pub(super) redactor: Redactor,
    pub(super) goal: &'a Goal<'a>,
    /// What was to be deleted and changed hands before.
    pub(super) kept: BTreeSet<ObjectId>,
}

impl Record<'_> {
    /// Records, before anything is applied, all that is or may soon be in the cluster because of us.
    pub(super) async fn superset(&mut self, attempt: Attempt, reason: Option<&str>) -> Result<(), Failure> {
        let desired: Vec<_> = self.desired().collect();
        self.stored.inventory = self.stored.inventory.superset(desired, attempt, reason);
        self.recognise();
        self.store().await
    }

    /// Records, before the first step back, that the newest attempt is not to be deployed again by its pipeline.
    pub(super) async fn going_back(&mut self, why: &str) -> Result<(), Failure> {
        let going = self.stored.inventory.going_back(self.desired().collect::<Vec<_>>(), why);
        match going {
            Some(inventory) => self.stored.inventory = inventory,
            None => return Ok(()),
        }
        self.recognise();
        self.store().await
    }

    /// Records that what was deployed before runs again.
    pub(super) async fn gone_back(&mut self) -> Result<(), Failure> {
        self.stored.inventory = self.stored.inventory.gone_back(self.entries());
        self.store().await
    }

    /// Returns what the set has, each with its version.
    fn desired(&self) -> impl Iterator<Item = (ObjectId, String)> {
        let objects = self.set.manifests.iter().map(|manifest| &manifest.object);
        objects.filter_map(|object| Some((ObjectId::of(object)?, Gvk::of(object)?.version)))
    }

    /// Notes the UIDs that are still unknown, and forgets those that will be others. A run that dies may have made an
    /// object and not recorded it: the next one finds it as it should be, and writes it no more.
    fn recognise(&mut self) {
        for change in &self.writer.plan().changes {
            let Some(entry) = self.stored.inventory.entries.get_mut(&change.id) else { continue };
            match change.class {
                Class::Create | Class::Replace { .. } => entry.uid = None,
                Class::Same => entry.uid = entry.uid.take().or_else(|| change.uid.clone()),
                // What was adopted was there before us.
                Class::Change => entry.found |= entry.uid.is_none() && change.takeover.is_some(),
                Class::Delete
                | Class::Release
                | Class::Keep { .. }
                | Class::Blocked { .. }
                | Class::Unverified { .. } => {}
            }
        }
    }

    /// Records the UIDs that the server gave.
    pub(super) async fn applied(&mut self, applied: &Applied) -> Result<(), Failure> {
        let mut is_new = false;
        for (id, object) in &applied.written {
            if let Some(entry) = self.stored.inventory.entries.get_mut(id) {
                is_new |= entry.uid.as_deref() != Some(object.uid.as_str());
                entry.uid = Some(object.uid.clone());
            }
        }
        if is_new { self.store().await } else { Ok(()) }
    }

    /// Notes what changed hands before it was deleted, and says it. The next plan tells whose each is.
    pub(super) fn keep(&mut self, kept: BTreeMap<ObjectId, String>) -> Vec<String> {
        let told = kept.iter().map(|(id, why)| format!("`{id}` was not deleted: {why}")).collect();
        self.kept = kept.into_keys().collect();
        told
    }

    /// Records exactly what the set has, after everything else is done.
    pub(super) async fn exact(&mut self, commit: &CommitSha) -> Result<(), Failure> {
        self.stored.inventory = self.stored.inventory.exact(self.entries(), commit.clone());
        self.store().await
    }

    /// Returns exactly what is there now.
    fn entries(&self) -> Vec<(ObjectId, Entry)> {
        let live: BTreeMap<ObjectId, Option<String>> =
            self.writer.plan().changes.iter().map(|change| (change.id.clone(), change.uid.clone())).collect();
        let desired = self.set.manifests.iter().filter_map(|manifest| {
            let id = ObjectId::of(&manifest.object)?;
            let known = self.stored.inventory.entries.get(&id).cloned().unwrap_or_default();
            let uid = known.uid.or_else(|| live.get(&id).cloned().flatten());
            let version = Gvk::of(&manifest.object)?.version;
            let origin = Some(manifest.origin.path.clone());
            Some((
                id,
                Entry {
                    uid,
                    version,
                    origin,
                    sent: inventory::sent_once(&manifest.object),
                    found: false,
                    unknown: known.unknown,
                },
            ))
        });
        desired.chain(self.kept()).collect()
    }

    /// Returns what left Git and stays recorded, because it may still be deleted. Where another object has the name now,
    /// that was told once, and is none of ours.
    fn kept(&self) -> impl Iterator<Item = (ObjectId, Entry)> {
        let is_kept = |change: &&Change| matches!(change.class, Class::Keep { .. }) || self.kept.contains(&change.id);
        self.writer.plan().changes.iter().filter(is_kept).filter_map(|change| {
            let entry = self.stored.inventory.entries.get(&change.id)?;
            let is_another = entry.uid.is_some() && change.uid.is_some() && entry.uid != change.uid;
            (!is_another).then(|| (change.id.clone(), entry.clone()))
        })
    }

    async fn store(&mut self) -> Result<(), Failure> {
        let answer = self.writer.record(&stored_form(self.goal, &self.stored)?).await?;
        self.stored.version = answer["metadata"]["resourceVersion"].as_str().map(str::to_owned);
        Ok(())
    }

    /// Returns the namespaces that the set has objects in.
    pub(super) fn namespaces(&self) -> BTreeSet<String> {
        self.set.manifests.iter().filter_map(|manifest| ObjectId::of(&manifest.object)?.namespace).collect()
    }

    /// Returns the kinds that there are now, or will be.
    pub(super) fn kinds<'a>(&'a self, facts: &'a Facts) -> Kinds<'a> {
        Kinds { facts, table: &self.set.kinds }
    }

    /// Returns what is waited for: each object of the set, as the server knows it.
    pub(super) fn awaited(&self, applied: &Applied, facts: &Facts) -> BTreeMap<ObjectId, Awaited> {
        let kinds = self.kinds(facts);
        let known = |object: &Value| Some((ObjectId::of(object)?, kinds.resource(&Gvk::of(object)?)?));
        let known = self.set.manifests.iter().filter_map(|manifest| known(&manifest.object));
        let plan = self.writer.plan();
        let known = known.filter(|(id, _)| !plan.is_left(id));
        known.map(|(id, resource)| (id.clone(), self.awaited_one(&id, resource, applied))).collect()
    }

    fn awaited_one(&self, id: &ObjectId, resource: Resource, applied: &Applied) -> Awaited {
        let recorded = self.stored.inventory.entries.get(id).and_then(|entry| entry.uid.clone());
        match applied.written.get(id) {
            Some(object) => Awaited { resource, uid: object.uid.clone(), generation: object.generation },
            None => Awaited { resource, uid: recorded.unwrap_or_default(), generation: 0 },
        }
    }
}
