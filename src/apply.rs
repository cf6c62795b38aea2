//! Writes a round of an approved plan, level by level, objects of one level at once. Does not wait for readiness.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::join_all;
use landfall_cluster::{Answer, Error, Facts, Writer};
use landfall_core::diff::redact::Redactor;
use landfall_core::manifest::{Gvk, ObjectId, Resource, ScopeTable};
use landfall_core::order::{Order, Round};
use landfall_core::plan::{Change, Class, Plan};
use landfall_core::report::Failure;

use crate::stop::Stop;

/// Tries of an object whose kind is served only a moment after its definition: a busy server with dozens of
/// definitions takes half a minute, and nothing but time is missing.
const UNSERVED_TRIES: u32 = 60;
const UNSERVED_SECONDS: u64 = 1;

/// How long a deleted object may stay: nothing but a finalizer holds it.
const GONE_SECONDS_MAX: u64 = 60;
const GONE_MILLISECONDS: u64 = 100;

/// How a plan is written.
pub(crate) struct Apply<'a> {
    pub(crate) writer: &'a Writer,
    pub(crate) kinds: Kinds<'a>,
    pub(crate) order: &'a Order,
    pub(crate) redactor: &'a Redactor,
    pub(crate) stop: &'a Stop,
}

/// Which kinds there are: what the server serves now, and what the set itself defines.
pub(crate) struct Kinds<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) table: &'a ScopeTable,
}

impl Kinds<'_> {
    /// Returns how a kind is, or will be, served; none for a kind that nobody defines.
    pub(crate) fn resource(&self, gvk: &Gvk) -> Option<Resource> {
        self.facts.resource(gvk).cloned().or_else(|| self.table.resource(gvk))
    }
}

/// What became of each object.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// Written objects, as the server answered.
    pub(crate) written: BTreeMap<ObjectId, Written>,
    /// Refused objects.
    pub(crate) failures: Vec<Failure>,
    /// What was not tried: it needs what failed, or comes later, or the run was asked to stop.
    pub(crate) not_reached: Vec<ObjectId>,
}

/// What the server made of an object.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) uid: String,
    /// The generation whose status is waited for.
    pub(crate) generation: i64,
}

/// Applies what the plan writes of a round, level by level. What needs a failed object is not reached; the rest goes on.
pub(crate) async fn apply(apply: &Apply<'_>, round: &Round, applied: &mut Applied) {
    let changes = writes(apply.writer.plan());
    for level in &round.levels {
        let level: Vec<&ObjectId> = level.iter().filter(|id| changes.contains_key(id)).collect();
        let missing = applied.missing();
        let is_left = |id: &&ObjectId| apply.stop.is_asked() || apply.order.is_stopped(id, &missing);
        let (left, sent): (Vec<&ObjectId>, Vec<&ObjectId>) = level.into_iter().partition(is_left);
        applied.not_reached.extend(left.into_iter().cloned());
        let answers = sent.into_iter().map(|id| {
            let change = changes[id];
            async move { (id, apply_one(apply, change).await) }
        });
        for (id, answer) in join_all(answers).await {
            match answer {
                Ok(Some(answer)) => drop(applied.written.insert(id.clone(), written(&answer))),
                Ok(None) => {}
                Err(error) => {
                    let message = apply.redactor.text(&sentence(&error));
                    applied.failures.push(Failure { id: id.clone(), message });
                }
            }
        }
    }
}

/// Returns what a plan writes.
pub(crate) fn writes(plan: &Plan) -> BTreeMap<&ObjectId, &Change> {
    plan.changes.iter().filter(|change| change.body.is_some()).map(|change| (&change.id, change)).collect()
}

impl Applied {
    /// Returns what should be in the cluster by now and is not.
    pub(crate) fn missing(&self) -> BTreeSet<ObjectId> {
        self.failures.iter().map(|failure| &failure.id).chain(&self.not_reached).cloned().collect()
    }
}

async fn apply_one(apply: &Apply<'_>, change: &Change) -> Result<Option<Answer>, Error> {
    let Apply { writer, kinds, .. } = apply;
    let Some(gvk) = change.body.as_ref().and_then(Gvk::of) else { return Ok(None) };
    if let Some(resource) = kinds.facts.resource(&gvk) {
        if matches!(change.class, Class::Replace { .. }) {
            delete(writer, &change.id, resource).await?;
        }
        return writer.apply(&change.id, resource).await;
    }
    let Some(resource) = kinds.table.resource(&gvk) else { return Ok(None) };
    for _ in 1..UNSERVED_TRIES {
        match writer.apply(&change.id, &resource).await {
            Err(error) if error.is_not_found() => {
                tokio::time::sleep(Duration::from_secs(UNSERVED_SECONDS)).await;
            }
            answer => return answer,
        }
    }
    writer.apply(&change.id, &resource).await.map_err(unserved)
}

/// Deletes an object, and waits until it is gone. A run that dies here has left nothing under that name, or something
/// that is going: the next one goes on.
pub(crate) async fn delete(writer: &Writer, id: &ObjectId, resource: &Resource) -> Result<(), Error> {
    writer.delete(id, resource).await?;
    let tries = GONE_SECONDS_MAX * 1_000 / GONE_MILLISECONDS;
    let mut finalizers = Vec::new();
    for _ in 0..tries {
        match writer.held(id, resource).await? {
            Some(held) => finalizers = held,
            None => return Ok(()),
        }
        tokio::time::sleep(Duration::from_millis(GONE_MILLISECONDS)).await;
    }
    Err(Error::StillThere { seconds: GONE_SECONDS_MAX, finalizers })
}

/// Adds what the server's bare 404 does not say.
fn unserved(error: Error) -> Error {
    match error {
        Error::Refused(mut refused) if refused.code == 404 => {
            "the server does not serve its kind yet, whose definition was applied: deploy again"
                .clone_into(&mut refused.help);
            refused.into()
        }
        other => other,
    }
}

fn written(answer: &Answer) -> Written {
    let metadata = &answer.body["metadata"];
    Written {
        uid: metadata["uid"].as_str().unwrap_or_default().to_owned(),
        generation: metadata["generation"].as_i64().unwrap_or_default(),
    }
}

/// Returns the server's words and, where there is one, the next step.
pub(crate) fn sentence(error: &Error) -> String {
    match error.refused() {
        Some(refused) if !refused.help.is_empty() => format!("{}; {}", refused.message, refused.help),
        _ => error.to_string(),
    }
}
