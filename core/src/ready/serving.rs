//! What still serves users while a workload is not ready: ready pods of its old and new version. Does not look at Services.

use serde_json::Value;

use super::deletion::is_leaving;
use super::revision::{TEMPLATE_GENERATION, newest_replica_set};
use super::selector::owned_by;
use super::subject::{annotation, condition, label, list, text};
use crate::id::CommitSha;
use crate::manifest::ObjectId;

/// The ready pods of a workload, by their version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serving {
    workload: ObjectId,
    wanted: usize,
    old: usize,
    new: usize,
}

/// Returns whether an object is of a kind whose pods [`serving`] counts.
pub fn starts_pods_that_stay(id: &ObjectId) -> bool {
    id.group == "apps" && matches!(id.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet")
}

/// Counts the ready pods of a workload; none for what has no pods that stay, or when they are not known.
pub fn serving(workload: &Value, replica_sets: &[Value], pods: &[Value]) -> Option<Serving> {
    let id = ObjectId::of(workload)?;
    let version = match (id.group.as_str(), id.kind.as_str()) {
        ("apps", "Deployment") => by_replica_set(workload, replica_sets),
        ("apps", "StatefulSet") => by_revision(workload),
        ("apps", "DaemonSet") => by_template(workload),
        _ => None,
    }?;
    let pods = version.pods(workload, replica_sets, pods);
    if pods.is_empty() && status_has_ready(workload) {
        return None; // The pods may not be readable.
    }
    let ready: Vec<&Value> = pods.into_iter().filter(|pod| serves(pod)).collect();
    let new = ready.iter().filter(|pod| version.is_new(pod)).count();
    let wanted = usize::try_from(wanted(workload)).ok().filter(|wanted| *wanted > 0)?;
    Some(Serving { workload: id, wanted, old: ready.len() - new, new })
}

/// Says what still serves: "still runs c0ffee1 with 6 of 6 old pods; nothing is down". Of several workloads the one
/// that lacks most is told. `before` is the commit of the old pods, where that is known.
pub fn still_serving(all: &[Serving], before: Option<&CommitSha>) -> String {
    let Some(worst) = all.iter().min_by_key(|it| it.ready() * 100 / it.wanted) else { return String::new() };
    let said = worst.words(before);
    let said = if worst.ready() >= worst.wanted { format!("{said}; nothing is down") } else { said };
    if all.len() > 1 && worst.ready() < worst.wanted { format!("{}: {said}", worst.workload) } else { said }
}

/// What tells the pods of the new version from those of older ones.
enum Version<'a> {
    /// The UID of the newest `ReplicaSet`.
    ReplicaSet(&'a str),
    /// A label, and its value on new pods.
    Label(&'static str, &'a str),
}

fn by_replica_set<'a>(deployment: &Value, replica_sets: &'a [Value]) -> Option<Version<'a>> {
    text(newest_replica_set(deployment, replica_sets)?, "/metadata/uid").map(Version::ReplicaSet)
}

fn by_revision(stateful_set: &Value) -> Option<Version<'_>> {
    text(stateful_set, "/status/updateRevision").map(|it| Version::Label("controller-revision-hash", it))
}

fn by_template(daemon_set: &Value) -> Option<Version<'_>> {
    annotation(daemon_set, TEMPLATE_GENERATION).map(|it| Version::Label("pod-template-generation", it))
}

impl Version<'_> {
    fn pods<'p>(&self, workload: &Value, replica_sets: &[Value], pods: &'p [Value]) -> Vec<&'p Value> {
        let uid = text(workload, "/metadata/uid").unwrap_or_default();
        match self {
            Self::Label(..) => owned_by(uid, pods),
            Self::ReplicaSet(_) => {
                let sets = owned_by(uid, replica_sets).into_iter().filter_map(|set| text(set, "/metadata/uid"));
                sets.flat_map(|set| owned_by(set, pods)).collect()
            }
        }
    }

    fn is_new(&self, pod: &Value) -> bool {
        match self {
            Self::Label(key, value) => label(pod, key) == Some(value),
            Self::ReplicaSet(uid) => {
                list(pod, "/metadata/ownerReferences").iter().any(|owner| text(owner, "/uid") == Some(uid))
            }
        }
    }
}

fn wanted(workload: &Value) -> u64 {
    if text(workload, "/kind") == Some("DaemonSet") {
        return workload.pointer("/status/desiredNumberScheduled").and_then(Value::as_u64).unwrap_or(0);
    }
    workload.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or(1)
}

fn status_has_ready(workload: &Value) -> bool {
    let places =
        ["/status/readyReplicas", "/status/availableReplicas", "/status/numberReady", "/status/numberAvailable"];
    places.iter().any(|place| workload.pointer(place).and_then(Value::as_u64).is_some_and(|count| count > 0))
}

impl Serving {
    /// Returns the same of a workload that was not written: all of its pods are old.
    #[must_use]
    pub fn unwritten(self) -> Self {
        Self { old: self.ready(), new: 0, ..self }
    }

    fn ready(&self) -> usize {
        self.old + self.new
    }

    fn words(&self, before: Option<&CommitSha>) -> String {
        let Self { wanted, old, new, .. } = self;
        match (old, new, before) {
            (0, 0, _) => "nothing serves".to_owned(),
            (0, new, _) => format!("still serving with {new} of {wanted} new pods"),
            (old, 0, Some(before)) => format!("still runs {} with {old} of {wanted} old pods", before.short()),
            (old, 0, None) => format!("still serving with {old} of {wanted} old pods"),
            (old, new, _) => format!("still serving with {old} old and {new} new pods, {wanted} are wanted"),
        }
    }
}

fn serves(pod: &Value) -> bool {
    !is_leaving(pod) && condition(pod, "Ready").is_some_and(|condition| condition.is_true())
}
