//! Which pods belong to the revision that was just applied. Does not judge them.
//!
//! A pod of an older revision, or one that is being deleted, says nothing about what was applied.

use serde_json::Value;

use super::deletion::is_leaving;
use super::selector::owned_by;
use super::subject::{Subject, annotation, label, text};

/// Set by the Deployment controller on its `ReplicaSets` (kubernetes `deployment_util`, `RevisionAnnotation`).
const REVISION: &str = "deployment.kubernetes.io/revision";

/// Set by the server on `DaemonSets`, and by their controller as a label on pods (kubernetes `apps/v1` types).
pub(super) const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// Returns the `ReplicaSet` of the newest revision of a Deployment.
pub(super) fn newest_replica_set<'a>(deployment: &Value, replica_sets: &'a [Value]) -> Option<&'a Value> {
    let uid = text(deployment, "/metadata/uid")?;
    owned_by(uid, replica_sets).into_iter().max_by_key(|set| (revision(set), text(set, "/metadata/name")))
}

/// Returns the pods that a Deployment's newest `ReplicaSet` made.
pub(super) fn of_deployment<'a>(subject: &Subject<'a>) -> Vec<&'a Value> {
    let newest = newest_replica_set(subject.object, subject.related.replica_sets);
    newest.and_then(|set| text(set, "/metadata/uid")).map(|uid| of_owner(subject, uid)).unwrap_or_default()
}

/// Returns the pods of a `StatefulSet`'s update revision.
pub(super) fn of_stateful_set<'a>(subject: &Subject<'a>) -> Vec<&'a Value> {
    let revision = subject.text("/status/updateRevision");
    let is_new = |pod: &&Value| label(pod, "controller-revision-hash") == revision;
    of_owner(subject, subject.uid()).into_iter().filter(is_new).collect()
}

/// Returns the pods of a `DaemonSet`'s newest template; all of them where the server does not number templates.
pub(super) fn of_daemon_set<'a>(subject: &Subject<'a>) -> Vec<&'a Value> {
    let generation = annotation(subject.object, TEMPLATE_GENERATION);
    let is_new = |pod: &&Value| generation.is_none() || label(pod, "pod-template-generation") == generation;
    of_owner(subject, subject.uid()).into_iter().filter(is_new).collect()
}

/// Returns the pods that an object made and that are not being deleted, by name.
pub(super) fn of_owner<'a>(subject: &Subject<'a>, uid: &str) -> Vec<&'a Value> {
    let mut pods = owned_by(uid, subject.related.pods);
    pods.retain(|pod| !is_leaving(pod));
    pods.sort_by_key(|pod| text(pod, "/metadata/name"));
    pods
}

fn revision(replica_set: &Value) -> u64 {
    annotation(replica_set, REVISION).and_then(|text| text.parse().ok()).unwrap_or(0)
}
