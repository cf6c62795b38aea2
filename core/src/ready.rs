//! Whether what was applied really runs, judged from live objects alone. Does not watch and does not wait.
//!
//! One file per kind says when it is ready; `container`, `image`, `config`, `crash`, `probe`, `unscheduled`, `eviction` and
//! `refused` find out why not. Custom kinds are judged by the table in `ecosystem`, or by their definition, or by a
//! rule of landfall.yaml.

mod api_service;
mod autoscaler;
mod code;
mod config;
mod container;
mod crash;
mod cron_job;
mod custom;
mod daemon_set;
mod definition;
mod deletion;
mod deployment;
mod disruption_budget;
mod ecosystem;
mod event;
mod eviction;
mod expression;
mod field;
mod finding;
mod gone;
mod image;
mod ingress;
mod job;
mod logs;
mod namespace;
mod pod;
mod pods;
mod probe;
mod probed;
mod pvc;
mod reference;
mod refused;
mod replica_set;
mod reported;
mod revision;
mod rule;
mod selector;
mod service;
mod serving;
mod sign;
mod stateful_set;
mod subject;
mod unfit;
mod unscheduled;
mod webhook;

use serde::Serialize;
use serde_json::{Value, json};

pub use code::Code;
pub use expression::{Expression, InvalidExpression};
pub use field::trace;
pub use logs::{LogRequest, read_log, wants_logs};
pub use probed::{is_probed, restarts};
pub use rule::Rule;
pub use selector::{Selector, owned_by, related_selector};
pub use serving::{Serving, serving, starts_pods_that_stay, still_serving};

use crate::manifest::{ObjectId, Origin};
use crate::order::is_custom;
use subject::{OUT_OF_TIME, Subject};

/// How far one object is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It runs; the text adds something worth knowing ("paused") or is empty.
    Ready {
        /// What is worth knowing, or empty.
        note: String,
        /// What is wrong all the same and somebody should look at, or empty: "selects no pod".
        #[serde(skip_serializing_if = "String::is_empty")]
        warning: String,
    },
    /// It does not run yet; the text says what it waits for: "2 of 3 pods available".
    Waiting {
        /// What it waits for.
        on: String,
    },
    /// It will not run unless somebody acts.
    Failed {
        /// Why.
        cause: Box<Cause>,
    },
}

/// Why something does not run, with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The object that was applied: the Deployment, not its pod.
    pub id: ObjectId,
    /// The pod that shows the cause, where one does.
    pub pod: Option<String>,
    /// The container that shows the cause, where one does.
    pub container: Option<String>,
    /// The stable code: `image_not_found`, `crash_loop`.
    pub code: &'static str,
    /// The reason in plain words, after the object's name: "crashes at start".
    pub reason: String,
    /// What proves it: a condition's message, an exit code.
    pub evidence: String,
    /// The field that it comes from: `spec.template.spec.containers[app].image`; empty where none is known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// Where Git has that field, or else the object; none until it is traced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The last lines of the container's log, redacted; empty when there are none.
    pub log: Vec<String>,
    /// The next step, as one sentence.
    pub help: String,
}

/// What else is known about an object; each list may hold more than concerns it, and may be empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Related<'a> {
    /// Live pods, found by [`related_selector`].
    pub pods: &'a [Value],
    /// Live `ReplicaSets`, found by [`related_selector`].
    pub replica_sets: &'a [Value],
    /// Events of the namespace (`v1` or `events.k8s.io/v1`) since the apply: older ones tell of earlier deploys.
    pub events: &'a [Value],
    /// Definitions of custom kinds, which say whether a controller reports on them.
    pub definitions: &'a [Value],
    /// Endpoint slices of the Services that admission webhooks name.
    pub endpoint_slices: &'a [Value],
    /// What landfall.yaml says of kinds, the first that names a kind counts.
    pub rules: &'a [Rule],
}

/// Says how far a live object is, `age_seconds` after our apply.
///
/// `generation` is the one that our apply returned: a status that was made for an older one says nothing.
pub fn judge(object: &Value, generation: i64, related: &Related<'_>, age_seconds: u64) -> Verdict {
    let Some(id) = ObjectId::of(object) else {
        return waiting("an object that says what it is");
    };
    let subject = Subject { id, object, generation, related, age_seconds };
    verdict(&subject)
}

/// Says why an object is not ready now that nobody waits any longer; none when it is ready.
pub fn overdue(object: &Value, generation: i64, related: &Related<'_>) -> Option<Cause> {
    let id = ObjectId::of(object)?;
    match judge(object, generation, related, OUT_OF_TIME) {
        Verdict::Ready { .. } => None,
        Verdict::Failed { cause } => Some(*cause),
        Verdict::Waiting { on } => Some(finding::timed_out(id, &on)),
    }
}

/// Says what is known of an applied object that the cluster does not show.
pub fn judge_missing(id: &ObjectId, uid: &str, related: &Related<'_>) -> Verdict {
    let object = json!({"metadata": {"uid": uid}});
    gone::judge(&Subject { id: id.clone(), object: &object, generation: 0, related, age_seconds: 0 })
}

/// Says why such an object counts as not ready now that nobody waits any longer; none when it has done its work.
pub fn overdue_missing(id: &ObjectId, uid: &str, related: &Related<'_>) -> Option<Cause> {
    match judge_missing(id, uid, related) {
        Verdict::Ready { .. } => None,
        Verdict::Failed { cause } => Some(*cause),
        Verdict::Waiting { on } => Some(finding::timed_out(id.clone(), &on)),
    }
}

fn verdict(subject: &Subject<'_>) -> Verdict {
    let early = deletion::judge(subject).or_else(|| held(subject)).or_else(|| unseen(subject));
    early.unwrap_or_else(|| match rule::of(subject) {
        Some(rule) => rule::judge(subject, rule, || by_kind(subject)),
        None => by_kind(subject),
    })
}

/// A rule is asked about what is held, too: whoever wrote it knows.
fn held(subject: &Subject<'_>) -> Option<Verdict> {
    if rule::of(subject).is_some() { None } else { custom::held_by_request(subject) }
}

fn by_kind(subject: &Subject<'_>) -> Verdict {
    match (subject.id.group.as_str(), subject.id.kind.as_str()) {
        ("apps", "Deployment") => deployment::judge(subject),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => replica_set::judge(subject),
        ("apps", "StatefulSet") => stateful_set::judge(subject),
        ("apps", "DaemonSet") => daemon_set::judge(subject),
        ("batch", "Job") => job::judge(subject),
        ("batch", "CronJob") => cron_job::judge(subject),
        ("", "Pod") => pod::judge(subject),
        ("", "PersistentVolumeClaim") => pvc::judge(subject),
        ("", "Service") => service::judge(subject),
        ("", "Namespace") => namespace::judge(subject),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition::judge(subject),
        ("apiregistration.k8s.io", "APIService") => api_service::judge(subject),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler::judge(subject),
        ("policy", "PodDisruptionBudget") => disruption_budget::judge(subject),
        ("networking.k8s.io", "Ingress") => ingress::judge(subject),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration") => {
            webhook::judge(subject)
        }
        _ if is_custom(&subject.id) => custom::judge(subject),
        // Every other kind of Kubernetes itself is ready when it is stored.
        _ => ready(),
    }
}

/// The status must be about the generation that our apply made (API conventions, "Typical status properties").
fn unseen(subject: &Subject<'_>) -> Option<Verdict> {
    let observed = match subject.observed_generation() {
        Some(observed) => observed,
        None if always_observes(subject) => 0,
        None => return None,
    };
    if observed >= subject.generation {
        return None;
    }
    // Flux dates the status when it succeeds, but a condition at once.
    let untrue =
        subject.condition("Ready").filter(|it| it.is_false() && it.observed_generation() == Some(subject.generation));
    Some(waiting(untrue.map_or_else(|| "its controller to see the change".to_owned(), |it| sign::said(&it))))
}

fn always_observes(subject: &Subject<'_>) -> bool {
    subject.id.group == "apps"
        && matches!(subject.id.kind.as_str(), "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet")
}

fn ready() -> Verdict {
    ready_with("")
}

fn ready_with(note: impl Into<String>) -> Verdict {
    Verdict::Ready { note: note.into(), warning: String::new() }
}

/// It counts as ready, but somebody should look at it.
fn ready_but(warning: impl Into<String>) -> Verdict {
    Verdict::Ready { note: String::new(), warning: warning.into() }
}

/// Says what is waited for in one line: some controllers write paragraphs.
fn waiting(on: impl AsRef<str>) -> Verdict {
    let words: Vec<&str> = on.as_ref().split_whitespace().collect();
    Verdict::Waiting { on: words.join(" ") }
}
