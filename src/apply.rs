//! Writes an approved plan, stage by stage, objects of one stage at once. Does not wait for readiness.

use std::collections::BTreeMap;

use futures::future::join_all;
use landfall_cluster::{Answer, Error, Facts, Writer};
use landfall_core::diff::redact::Redactor;
use landfall_core::manifest::{Gvk, ObjectId, Resource, ScopeTable};
use landfall_core::order;
use landfall_core::plan::Change;
use landfall_core::report::Failure;

use crate::stop::Stop;

/// Tries of an object whose kind is served only a moment after its definition: a busy server with dozens of
/// definitions takes half a minute, and nothing but time is missing.
const UNSERVED_TRIES: u32 = 60;
const UNSERVED_SECONDS: u64 = 1;

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
    /// How many were not tried, because an earlier stage failed or the run was asked to stop.
    pub(crate) not_reached: usize,
}

/// What the server made of an object.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) uid: String,
    /// The generation whose status is waited for.
    pub(crate) generation: i64,
}

/// Applies every object that the plan writes. A later stage starts only when the earlier one is whole.
pub(crate) async fn apply(writer: &Writer, kinds: &Kinds<'_>, redactor: &Redactor, stop: &Stop) -> Applied {
    let changes: BTreeMap<ObjectId, &Change> =
        writer.plan().changes.iter().filter(|c| c.body.is_some()).map(|c| (c.id.clone(), c)).collect();
    let mut applied = Applied::default();
    for stage in order::stages(changes.keys().cloned()) {
        if stop.is_asked() || !applied.failures.is_empty() {
            applied.not_reached += stage.len();
            continue;
        }
        let answers = join_all(stage.into_iter().map(|id| {
            let change = changes[&id];
            async move { (id, apply_one(writer, kinds, change).await) }
        }));
        for (id, answer) in answers.await {
            match answer {
                Ok(Some(answer)) => drop(applied.written.insert(id, written(&answer))),
                Ok(None) => {}
                Err(error) => applied.failures.push(Failure { id, message: redactor.text(&sentence(&error)) }),
            }
        }
    }
    applied
}

async fn apply_one(writer: &Writer, kinds: &Kinds<'_>, change: &Change) -> Result<Option<Answer>, Error> {
    let Some(gvk) = change.body.as_ref().and_then(Gvk::of) else { return Ok(None) };
    if let Some(resource) = kinds.facts.resource(&gvk) {
        return writer.apply(&change.id, resource).await;
    }
    let Some(resource) = kinds.table.resource(&gvk) else { return Ok(None) };
    for _ in 1..UNSERVED_TRIES {
        match writer.apply(&change.id, &resource).await {
            Err(error) if error.is_not_found() => {
                tokio::time::sleep(std::time::Duration::from_secs(UNSERVED_SECONDS)).await;
            }
            answer => return answer,
        }
    }
    writer.apply(&change.id, &resource).await.map_err(unserved)
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
