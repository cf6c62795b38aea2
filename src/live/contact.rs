//! An object that is there already: whose its fields are, and what an apply makes of it once they changed hands.
//!
//! Dry-runs cannot be chained. So what is left to others is tried with its live values, what only an earlier tool owns is
//! taken out of a forced dry run, and the result of that is shown to the server as a whole object.

use landfall_cluster::{Answer, Error, Listing, Refused};
use landfall_core::inventory::{Content, Inventory};
use landfall_core::manifest::{ObjectId, Resource};
use landfall_core::ownership::{
    Adoption, Conflict, FieldSet, Maker, Scaler, Takeover, Terms, applied_by, is_tracked, left, not_adopted, refusal,
    tried,
};
use serde_json::Value;

use super::View;

/// An object of the set and its live form.
pub(super) struct Contact<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) resource: &'a Resource,
    pub(super) id: &'a ObjectId,
    pub(super) wanted: &'a Value,
    pub(super) live: &'a Value,
    pub(super) scaler: Option<&'a Scaler>,
}

/// What is known of it after all was asked.
pub(super) struct Settled {
    pub(super) takeover: Option<Takeover>,
    pub(super) answer: Said,
}

/// What an apply would come to.
pub(super) enum Said {
    /// The server's answer.
    Answer(Result<Answer, Error>),
    /// It is held because of whom its fields, or the whole of it, belong to.
    Held { why: String, help: String },
}

impl Contact<'_> {
    /// Goes on from the server's answer to an apply as Git has it.
    pub(super) async fn settle(&self, first: Result<Answer, Error>) -> Result<Settled, Error> {
        if first.as_ref().is_err_and(|error| conflict(error).is_none()) {
            return Ok(Settled::refused(first));
        }
        let maker = Maker::of(self.live, self.view.inventory);
        let adoption = self.adoption(maker.as_ref());
        if adoption == Adoption::Unasked && !self.is_ours() && (first.is_err() || is_nameless(maker.as_ref())) {
            return Ok(Settled::held(not_adopted(self.named(maker).await?.as_ref())));
        }
        let adopted = maker.as_ref().filter(|_| adoption != Adoption::Unasked);
        if let Some(maker) = adopted
            && flux(self.view, maker).await? == Flux::Writes
        {
            return Ok(Settled::held(maker.still_writes()));
        }
        let live = if adoption == Adoption::Unasked || is_tracked(self.live) {
            self.live.clone()
        } else {
            self.view.reader.dry_run_tracked(self.resource, self.live, &self.manager()).await?.body
        };
        let mut terms = Terms { ours: self.manager(), adoption, git: FieldSet::default(), left: FieldSet::default() };
        if terms.adoption != Adoption::Unasked || self.view.conflicts.leaves_out(self.id) {
            match self.forced(self.wanted).await {
                Ok(forced) => terms.git = applied_by(&forced.body, &terms.ours),
                Err(error) => return Ok(Settled::refused(Err(error))),
            }
        }
        let left = left(self.id, (&live, self.wanted), &terms, self.view.conflicts, self.scaler);
        terms.left = left.fields;
        let body = tried(self.wanted, &live, &terms.left);
        let first = if body == *self.wanted { first } else { self.dry_run(&body).await };
        self.change_hands((&live, &body), terms, (maker, left.notes), first).await
    }

    async fn change_hands(
        &self,
        (live, body): (&Value, &Value),
        terms: Terms,
        (maker, left): (Option<Maker>, Vec<String>),
        first: Result<Answer, Error>,
    ) -> Result<Settled, Error> {
        let planned = Takeover::of(live, terms.clone());
        let conflicts = match first.as_ref().err().map(conflict) {
            Some(None) => return Ok(Settled::refused(first)),
            Some(Some(refused)) => conflicts(live, refused),
            None => Vec::new(),
        };
        let is_covered = |conflict: &Conflict| planned.as_ref().is_some_and(|planned| planned.covers(conflict));
        let contested: Vec<Conflict> = conflicts.iter().filter(|conflict| !is_covered(conflict)).cloned().collect();
        if contested.iter().any(|conflict| !conflict.is_ours(self.id, self.view.conflicts)) {
            return Ok(Settled::held(refusal(self.id, &contested, (live, self.wanted), self.view.conflicts)));
        }
        if planned.is_none() && contested.is_empty() {
            return Ok(Settled { takeover: None, answer: Said::Answer(first) });
        }
        let mut takeover = planned.unwrap_or_else(|| Takeover::forcing(terms));
        takeover.forced = contested;
        let takeover = takeover.explained((live, self.wanted), maker.as_ref(), left);
        let answer = if conflicts.is_empty() { first } else { self.forced(body).await };
        let answer = match answer {
            Ok(_) if !takeover.managers.is_empty() => self.predicted(live, body, &takeover).await,
            answer => answer,
        };
        Ok(Settled { takeover: Some(takeover), answer: Said::Answer(answer) })
    }

    async fn predicted(&self, live: &Value, body: &Value, takeover: &Takeover) -> Result<Answer, Error> {
        let forced = self.forced(body).await?;
        let mut after = takeover.predict(&forced.body);
        after["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
        match self.view.reader.dry_run_replace(self.resource, &after, &self.manager()).await {
            Ok(checked) => Ok(Answer { warnings: forced.warnings, ..checked }),
            // Without the right to update, the result stands as it was put together.
            Err(error) if is_denied(&error) => Ok(Answer { body: after, ..forced }),
            Err(error) => Err(error),
        }
    }

    /// How far the object is adopted by this deploy; not at all where it is ours.
    fn adoption(&self, maker: Option<&Maker>) -> Adoption {
        let adoption = Adoption::of(self.wanted, self.live, self.view.predecessors);
        if !self.is_ours() && adoption.covers(maker) { adoption } else { Adoption::Unasked }
    }

    /// Somebody may have taken our label from what we recorded, unless it became another app's.
    fn is_ours(&self) -> bool {
        let inventory = self.view.inventory;
        let is_recorded = || inventory.entries.get(self.id).is_some_and(|entry| entry.uid.is_some());
        let is_others = || matches!(Maker::of(self.live, inventory), Some(Maker::Inventory { .. }));
        inventory.owns(self.live) || is_recorded() && !is_others()
    }

    /// Reads the app and environment of another inventory from its `ConfigMap`, where no field manager tells it: a
    /// backup that was restored has labels and no managers.
    async fn named(&self, maker: Option<Maker>) -> Result<Option<Maker>, Error> {
        let Some(Maker::Inventory { id, name: None }) = maker else { return Ok(maker) };
        let Some(resource) = self.view.facts.any_version("", "ConfigMap") else {
            return Ok(Some(Maker::Inventory { id, name: None }));
        };
        let namespace = self.id.namespace.as_deref();
        let listing = Listing { namespace, labels: "app.kubernetes.io/managed-by=landfall", fields: "" };
        let found = match self.view.reader.list(resource, listing).await {
            Ok(found) => found,
            Err(error) if is_denied(&error) => Vec::new(),
            Err(error) => return Err(error),
        };
        let name = found.iter().find_map(|map| Inventory::name_in(&Content::of(map), &id));
        Ok(Some(Maker::Inventory { id, name }))
    }

    async fn dry_run(&self, body: &Value) -> Result<Answer, Error> {
        self.view.reader.dry_run(self.resource, body, &self.manager()).await
    }

    async fn forced(&self, body: &Value) -> Result<Answer, Error> {
        self.view.reader.dry_run_forced(self.resource, body, &self.manager()).await
    }

    fn manager(&self) -> String {
        self.view.inventory.field_manager()
    }
}

impl Settled {
    fn refused(answer: Result<Answer, Error>) -> Self {
        Self { takeover: None, answer: Said::Answer(answer) }
    }

    fn held((why, help): (String, String)) -> Self {
        Self { takeover: None, answer: Said::Held { why, help } }
    }
}

/// Whether Flux goes on with an object: it writes what it has anew every few minutes, and two that do so never end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flux {
    /// It does.
    Writes,
    /// It is suspended, gone, or somebody else made the object.
    Rests,
    /// It may not be looked at.
    Unseen,
}

pub(super) async fn flux(view: &View<'_>, maker: &Maker) -> Result<Flux, Error> {
    let Maker::Flux { kind, group, name, namespace } = maker else { return Ok(Flux::Rests) };
    let Some(resource) = view.facts.any_version(group, kind) else { return Ok(Flux::Rests) };
    match view.reader.find(resource, Some(namespace), name).await {
        Ok(Some(flux)) if flux["spec"]["suspend"] != true => Ok(Flux::Writes),
        Ok(_) => Ok(Flux::Rests),
        Err(error) if is_denied(&error) => Ok(Flux::Unseen),
        Err(error) => Err(error),
    }
}

fn is_nameless(maker: Option<&Maker>) -> bool {
    matches!(maker, Some(Maker::Inventory { name: None, .. }))
}

fn conflict(error: &Error) -> Option<&Refused> {
    error.refused().filter(|refused| refused.is_conflict())
}

fn conflicts(live: &Value, refused: &Refused) -> Vec<Conflict> {
    refused.conflicts().map(|(field, manager, through)| Conflict::of(live, manager, through, field)).collect()
}

fn is_denied(error: &Error) -> bool {
    error.refused().is_some_and(|refused| refused.code == 403)
}
