//! Waits until what was applied really runs, or until it is certain that it will not. Judged by core `ready`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::join_all;
use landfall_cluster::{Error, Facts, Listing, Reader};
use landfall_core::diff::redact::Redactor;
use landfall_core::inventory::LABEL;
use landfall_core::manifest::{Gvk, ObjectId, Resource};
use landfall_core::ready::{self, Cause, Related, Verdict};
use serde_json::Value;

use crate::clock::Stopwatch;
use crate::progress::Progress;
use crate::stop::Stop;

/// How often the objects that are waited for are listed, at most one LIST per kind and namespace.
const LOOK_MILLISECONDS: u64 = 1_000;
/// Log lines are fetched for this many causes; the rest is named.
const LOGGED_CAUSES_MAX: usize = 3;

/// What is waited for, and how.
pub(crate) struct Watch<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) facts: &'a Facts,
    /// The inventory's id, the value of our label.
    pub(crate) inventory: &'a str,
    pub(crate) awaited: BTreeMap<ObjectId, Awaited>,
    pub(crate) timeout: Duration,
    pub(crate) redactor: &'a Redactor,
    pub(crate) progress: &'a Progress,
    pub(crate) stop: &'a Stop,
}

/// What is known of an object before it is looked at.
pub(crate) struct Awaited {
    pub(crate) gvk: Gvk,
    /// Empty where the server gave none.
    pub(crate) uid: String,
    /// The generation that it must have observed; 0 where the server gave none.
    pub(crate) generation: i64,
}

/// How the wait ended.
pub(crate) enum Observed {
    /// Everything runs.
    Ready {
        /// How many objects are ready.
        ready: usize,
    },
    /// Something will not run, or did not in time.
    NotReady {
        /// Why, first causes first.
        causes: Vec<Cause>,
        /// Whether time ran out.
        timed_out: bool,
        /// What still serves users.
        still_serving: String,
    },
    /// The run was asked to stop.
    Stopped,
}

/// Waits for every object, and tells each change of state once.
pub(crate) async fn wait(watch: &Watch<'_>) -> Result<Observed, Error> {
    let started = Stopwatch::start();
    let mut told = BTreeMap::new();
    loop {
        if watch.stop.is_asked() {
            return Ok(Observed::Stopped);
        }
        let look = look(watch).await?;
        let verdicts = judge(watch, &look, started.elapsed().as_secs());
        tell(watch, &verdicts, &mut told);
        let failed: Vec<Cause> = verdicts.values().filter_map(cause).collect();
        if !failed.is_empty() {
            return not_ready(watch, &look, failed, false).await;
        }
        if verdicts.values().all(|verdict| matches!(verdict, Verdict::Ready { .. })) {
            return Ok(Observed::Ready { ready: verdicts.len() });
        }
        if started.elapsed() >= watch.timeout {
            return not_ready(watch, &look, overdue(watch, &look), true).await;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MILLISECONDS)).await;
    }
}

/// What one look found.
struct Look {
    objects: BTreeMap<ObjectId, Value>,
    pods: Vec<Value>,
    replica_sets: Vec<Value>,
    events: Vec<Value>,
}

impl Look {
    fn related(&self) -> Related<'_> {
        Related { pods: &self.pods, replica_sets: &self.replica_sets, events: &self.events }
    }
}

async fn look(watch: &Watch<'_>) -> Result<Look, Error> {
    let labels = format!("{LABEL}={}", watch.inventory);
    let known = watch.awaited.iter().filter_map(|(id, awaited)| Some((id, watch.facts.resource(&awaited.gvk)?)));
    let places: BTreeSet<(Resource, Option<String>)> =
        known.map(|(id, resource)| (resource.clone(), id.namespace.clone())).collect();
    let pages = join_all(places.iter().map(|(resource, namespace)| {
        watch.reader.list(resource, Listing { namespace: namespace.as_deref(), labels: &labels, fields: "" })
    }));
    let mut objects = BTreeMap::new();
    for page in pages.await {
        objects.extend(page?.into_iter().filter_map(|object| Some((ObjectId::of(&object)?, object))));
    }
    let namespaces: BTreeSet<&str> = watch.awaited.keys().filter_map(|id| id.namespace.as_deref()).collect();
    let (pods, replica_sets, events) = tokio::join!(
        in_all(watch, "v1", "Pod", &namespaces),
        in_all(watch, "apps/v1", "ReplicaSet", &namespaces),
        in_all(watch, "v1", "Event", &namespaces),
    );
    Ok(Look { objects, pods: pods?, replica_sets: replica_sets?, events: events.unwrap_or_default() })
}

async fn in_all(
    watch: &Watch<'_>,
    api_version: &str,
    kind: &str,
    namespaces: &BTreeSet<&str>,
) -> Result<Vec<Value>, Error> {
    let Some(resource) = watch.facts.resource(&Gvk::new(api_version, kind)) else { return Ok(Vec::new()) };
    let pages =
        join_all(namespaces.iter().map(|namespace| {
            watch.reader.list(resource, Listing { namespace: Some(namespace), labels: "", fields: "" })
        }));
    let mut found = Vec::new();
    for page in pages.await {
        found.extend(page?);
    }
    Ok(found)
}

fn judge(watch: &Watch<'_>, look: &Look, age_seconds: u64) -> BTreeMap<ObjectId, Verdict> {
    let related = look.related();
    let verdict = |id: &ObjectId, awaited: &Awaited| match look.objects.get(id) {
        Some(object) => ready::judge(object, awaited.generation, &related, age_seconds),
        None => ready::judge_missing(id, &awaited.uid, &related),
    };
    watch.awaited.iter().map(|(id, awaited)| (id.clone(), verdict(id, awaited))).collect()
}

fn overdue(watch: &Watch<'_>, look: &Look) -> Vec<Cause> {
    let related = look.related();
    let overdue = |(id, awaited): (&ObjectId, &Awaited)| match look.objects.get(id) {
        Some(object) => ready::overdue(object, awaited.generation, &related),
        None => ready::overdue_missing(id, &awaited.uid, &related),
    };
    watch.awaited.iter().filter_map(overdue).collect()
}

fn cause(verdict: &Verdict) -> Option<Cause> {
    match verdict {
        Verdict::Failed { cause } => Some((**cause).clone()),
        Verdict::Ready { .. } | Verdict::Waiting { .. } => None,
    }
}

fn tell(watch: &Watch<'_>, verdicts: &BTreeMap<ObjectId, Verdict>, told: &mut BTreeMap<ObjectId, String>) {
    for (id, verdict) in verdicts {
        let text = match verdict {
            Verdict::Ready { note } if note.is_empty() => "ready".to_owned(),
            Verdict::Ready { note } => format!("ready, {note}"),
            Verdict::Waiting { on } => on.clone(),
            Verdict::Failed { cause } => cause.reason.clone(),
        };
        if told.get(id) == Some(&text) {
            continue;
        }
        let text_now = watch.redactor.text(&text);
        let was_waited_for = told.insert(id.clone(), text).is_some();
        match verdict {
            // What runs from the first look on is not news.
            Verdict::Ready { .. } if !was_waited_for => {}
            Verdict::Ready { .. } | Verdict::Failed { .. } => watch.progress.moment(format!("{id} {text_now}")),
            Verdict::Waiting { .. } => watch.progress.line(&format!("{id} waits: {text_now}")),
        }
    }
}

async fn not_ready(watch: &Watch<'_>, look: &Look, mut causes: Vec<Cause>, timed_out: bool) -> Result<Observed, Error> {
    for cause in causes.iter_mut().take(LOGGED_CAUSES_MAX) {
        cause.log = log_of(watch, cause).await;
    }
    for cause in &mut causes {
        cause.evidence = watch.redactor.text(&cause.evidence);
        cause.log = cause.log.iter().map(|line| watch.redactor.text(line)).collect();
    }
    let still_serving = causes.first().and_then(|cause| look.objects.get(&cause.id));
    let still_serving =
        still_serving.map(|object| ready::still_serving(object, &look.replica_sets, &look.pods)).unwrap_or_default();
    Ok(Observed::NotReady { causes, timed_out, still_serving })
}

/// Returns the last lines of the container that shows a cause. Without the right to read logs there are none.
async fn log_of(watch: &Watch<'_>, cause: &Cause) -> Vec<String> {
    let (Some(request), Some(namespace)) = (ready::wants_logs(cause), cause.id.namespace.as_deref()) else {
        return Vec::new();
    };
    match watch.reader.log(namespace, &request.pod, &request.container, request.previous).await {
        Ok(lines) => lines,
        Err(error) => {
            tracing::debug!(%error, "no log");
            Vec::new()
        }
    }
}
