//! What proves a cause: warnings that are new, the last log lines of the container. Masked before anybody sees it.

use std::collections::BTreeSet;

use futures::future::join_all;
use landfall_cluster::{Facts, Listing, Reader};
use landfall_core::manifest::Gvk;
use landfall_core::ready::{self, Cause};
use serde_json::Value;

use super::Wait;

/// Log lines are fetched for this many causes; the rest is named.
const LOGGED_CAUSES_MAX: usize = 3;

/// Warnings as they were: a warning that is repeated has another version.
#[derive(Default)]
pub(crate) struct Warnings(BTreeSet<(String, String)>);

impl Warnings {
    pub(super) fn has(&self, event: &Value) -> bool {
        self.0.contains(&version(event))
    }
}

/// Returns the warnings that some namespaces have. Without the right to read them there are none.
pub(crate) async fn warnings(reader: &Reader, facts: &Facts, namespaces: &BTreeSet<String>) -> Warnings {
    let Some(resource) = facts.resource(&Gvk::new("v1", "Event")) else { return Warnings::default() };
    let pages = namespaces.iter().map(|namespace| {
        let listing = Listing { namespace: Some(namespace), labels: "", fields: "type=Warning" };
        reader.list(resource, listing)
    });
    let mut found = BTreeSet::new();
    for page in join_all(pages).await {
        match page {
            Ok(events) => found.extend(events.iter().map(version)),
            Err(error) => tracing::debug!(%error, "no events"),
        }
    }
    Warnings(found)
}

/// Returns causes with their logs and without secrets.
pub(super) async fn complete(wait: &Wait<'_>, mut causes: Vec<Cause>) -> Vec<Cause> {
    for cause in causes.iter_mut().take(LOGGED_CAUSES_MAX) {
        let lines = log_of(wait, cause).await;
        ready::read_log(cause, lines);
    }
    for cause in &mut causes {
        cause.evidence = wait.redactor.text(&cause.evidence);
        cause.log = cause.log.iter().map(|line| wait.redactor.text(line)).collect();
    }
    causes
}

/// Returns the last lines of the container that shows a cause. Without the right to read logs there are none.
async fn log_of(wait: &Wait<'_>, cause: &Cause) -> Vec<String> {
    let (Some(request), Some(namespace)) = (ready::wants_logs(cause), cause.id.namespace.as_deref()) else {
        return Vec::new();
    };
    // Between two restarts a kubelet has removed the run before the one that ended last.
    for previous in [request.previous, !request.previous] {
        match wait.reader.log(namespace, &request.pod, &request.container, previous).await {
            Ok(lines) if !is_gone(&lines) => return lines,
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "no log"),
        }
    }
    Vec::new()
}

/// Whether a kubelet answered with an excuse in the log's place (`GetKubeletContainerLogs`).
fn is_gone(lines: &[String]) -> bool {
    matches!(lines, [line] if line.starts_with("unable to retrieve container logs for "))
}

fn version(event: &Value) -> (String, String) {
    let text = |key: &str| event["metadata"][key].as_str().unwrap_or_default().to_owned();
    (text("uid"), text("resourceVersion"))
}
