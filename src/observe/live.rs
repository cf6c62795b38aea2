//! The live copies that a wait looks at: the objects themselves, and what tells about them. Judges nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use landfall_cluster::{Error, Place, Watch};
use landfall_core::inventory::LABEL;
use landfall_core::manifest::{Gvk, ObjectId};
use landfall_core::order::is_custom;
use landfall_core::ready::{Related, Rule};
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::{Awaited, Wait};

/// Changes that come together are looked at together.
const SETTLE_MILLISECONDS: u64 = 50;

/// Live copies of everything that a wait is about.
pub(super) struct Live<'a> {
    wait: &'a Wait<'a>,
    watch: Watch,
    objects: BTreeSet<Place>,
    pods: Vec<Place>,
    replica_sets: Vec<Place>,
    events: Vec<Place>,
    endpoint_slices: Vec<Place>,
    /// Read once: what a definition says of its controller's reports does not change while they are waited for.
    definitions: Arc<[Value]>,
}

/// What one look found.
pub(super) struct Look {
    pub(super) objects: BTreeMap<ObjectId, Value>,
    pub(super) pods: Vec<Value>,
    pub(super) replica_sets: Vec<Value>,
    events: Vec<Value>,
    endpoint_slices: Vec<Value>,
    definitions: Arc<[Value]>,
}

impl Look {
    pub(super) fn related<'l>(&'l self, rules: &'l [Rule]) -> Related<'l> {
        Related {
            pods: &self.pods,
            replica_sets: &self.replica_sets,
            events: &self.events,
            definitions: &self.definitions,
            endpoint_slices: &self.endpoint_slices,
            rules,
        }
    }
}

impl<'a> Live<'a> {
    /// Starts one watch for each kind and namespace.
    pub(super) async fn open(wait: &'a Wait<'a>) -> Self {
        let (pods, replica_sets, events) =
            (beside(wait, "v1", "Pod"), beside(wait, "apps/v1", "ReplicaSet"), beside(wait, "v1", "Event"));
        let endpoint_slices = endpoint_slices(wait);
        let objects = objects(wait);
        let related = [&pods, &replica_sets, &events, &endpoint_slices].into_iter().flatten();
        let watch = Watch::start(wait.reader, objects.iter().chain(related).cloned()).await;
        for place in [&pods, &replica_sets, &events, &endpoint_slices].into_iter().flatten() {
            if let Some(error) = watch.failure(place) {
                // Readiness is judged without it; a cause may stay unnamed.
                tracing::warn!(kind = place.resource.gvk.kind, %error, "not watched");
            }
        }
        let definitions = definitions(wait).await;
        Self { wait, watch, objects, pods, replica_sets, events, endpoint_slices, definitions }
    }

    /// Looks at the copies. Fails when the server refuses to show the objects themselves; a kind whose definition was
    /// applied just now is not found at first.
    pub(super) fn look(&self) -> Result<Look, Error> {
        let refused = |error: &&Error| error.refused().is_some() && !error.is_not_found();
        if let Some(error) = self.objects.iter().filter_map(|place| self.watch.failure(place)).find(refused) {
            return Err(error.clone());
        }
        let objects = self.objects.iter().flat_map(|place| self.watch.objects(place));
        let events = self.all(&self.events).into_iter();
        Ok(Look {
            objects: objects.filter_map(|object| Some((ObjectId::of(object)?, object.clone()))).collect(),
            pods: self.all(&self.pods),
            replica_sets: self.all(&self.replica_sets),
            events: events.filter(|event| !self.wait.old_warnings.has(event)).collect(),
            endpoint_slices: self.all(&self.endpoint_slices),
            definitions: Arc::clone(&self.definitions),
        })
    }

    /// Fails when the server could not be asked for the objects: what they are now is not known.
    pub(super) fn answered(&self) -> Result<(), Error> {
        let failure = self.objects.iter().find_map(|place| self.watch.failure(place));
        failure.map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Waits for a change, but no longer than that.
    pub(super) async fn changed_within(&mut self, limit: Duration) {
        if timeout(limit, self.watch.changed()).await.is_ok() {
            sleep(Duration::from_millis(SETTLE_MILLISECONDS)).await;
        }
    }

    fn all(&self, places: &[Place]) -> Vec<Value> {
        places.iter().flat_map(|place| self.watch.objects(place)).cloned().collect()
    }
}

/// The places of the objects that are waited for.
fn objects(wait: &Wait<'_>) -> BTreeSet<Place> {
    let labels = format!("{LABEL}={}", wait.inventory);
    let place = |(id, awaited): (&ObjectId, &Awaited)| Place {
        resource: awaited.resource.clone(),
        namespace: id.namespace.clone(),
        labels: labels.clone(),
    };
    wait.awaited.iter().map(place).collect()
}

/// The places where one more kind is found beside them.
fn beside(wait: &Wait<'_>, api_version: &str, kind: &str) -> Vec<Place> {
    let Some(resource) = wait.facts.resource(&Gvk::new(api_version, kind)) else { return Vec::new() };
    let namespaces: BTreeSet<&String> = wait.awaited.keys().filter_map(|id| id.namespace.as_ref()).collect();
    let place = |namespace: &String| Place {
        resource: resource.clone(),
        namespace: Some(namespace.clone()),
        labels: String::new(),
    };
    namespaces.into_iter().map(place).collect()
}

/// The places of endpoints: they tell whether somebody answers an admission webhook.
fn endpoint_slices(wait: &Wait<'_>) -> Vec<Place> {
    let has_webhooks = wait.awaited.keys().any(|id| id.group == "admissionregistration.k8s.io");
    if has_webhooks { beside(wait, "discovery.k8s.io/v1", "EndpointSlice") } else { Vec::new() }
}

/// Returns the definitions of the custom kinds that are waited for. Without the right to read them there are none.
async fn definitions(wait: &Wait<'_>) -> Arc<[Value]> {
    let gvk = Gvk::new("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    let Some(resource) = wait.facts.resource(&gvk) else { return Arc::default() };
    let custom = wait.awaited.iter().filter(|(id, _)| is_custom(id));
    let names: BTreeSet<String> = custom.map(|(id, it)| format!("{}.{}", it.resource.plural, id.group)).collect();
    let found = join_all(names.iter().map(|name| wait.reader.find(resource, None, name))).await;
    let found = found
        .into_iter()
        .filter_map(|found| found.inspect_err(|error| tracing::debug!(%error, "no definition")).ok().flatten());
    found.collect()
}
