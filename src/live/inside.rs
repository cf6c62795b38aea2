//! What would be deleted with an object: a namespace's content, a definition's objects. Counts, and does not judge.

use std::collections::BTreeMap;

use futures::future::join_all;
use landfall_cluster::Listing;
use landfall_core::manifest::{Resource, Scope};
use serde_json::Value;

use super::View;

/// Kinds that every namespace has, or that come and go by themselves.
const OF_EVERY_NAMESPACE: [&str; 5] = ["Event", "Lease", "EndpointSlice", "Endpoints", "ServiceAccount"];

/// What a namespace has from its beginning.
const OF_KUBERNETES: [&str; 1] = ["kube-root-ca.crt"];

/// Most kinds that a sentence counts.
const NAMED_MAX: usize = 5;

/// Returns what is inside an object that left Git, as "12 Widgets"; none where nothing is, or where it may not be read.
pub(super) async fn of(view: &View<'_>, live: &Value) -> Option<String> {
    match live["kind"].as_str()? {
        "Namespace" => of_namespace(view, live["metadata"]["name"].as_str()?).await,
        "CustomResourceDefinition" => of_definition(view, live).await,
        _ => None,
    }
}

async fn of_namespace(view: &View<'_>, namespace: &str) -> Option<String> {
    let kinds: BTreeMap<(&str, &str), &Resource> = view
        .facts
        .resources
        .values()
        .filter(|resource| resource.scope == Scope::Namespaced)
        .filter(|resource| !OF_EVERY_NAMESPACE.contains(&resource.gvk.kind.as_str()))
        .map(|resource| ((resource.gvk.group.as_str(), resource.gvk.kind.as_str()), resource))
        .collect();
    let counts = join_all(kinds.values().map(|resource| count(view, resource, Some(namespace)))).await;
    let found =
        kinds.keys().zip(counts).filter_map(|((_, kind), count)| Some((*kind, count.filter(|count| *count > 0)?)));
    told(&found.collect::<Vec<_>>())
}

async fn of_definition(view: &View<'_>, live: &Value) -> Option<String> {
    let (group, kind) = (live["spec"]["group"].as_str()?, live["spec"]["names"]["kind"].as_str()?);
    let resource = view.facts.any_version(group, kind)?;
    let count = count(view, resource, None).await?;
    told(&[(kind, count)])
}

/// Returns how many objects there are of a kind; none where they may not be listed.
async fn count(view: &View<'_>, resource: &Resource, namespace: Option<&str>) -> Option<usize> {
    let objects = view.reader.list(resource, Listing { namespace, labels: "", fields: "" }).await.ok()?;
    let is_counted =
        |object: &&Value| object["metadata"]["name"].as_str().is_none_or(|name| !OF_KUBERNETES.contains(&name));
    Some(objects.iter().filter(is_counted).count())
}

fn told(found: &[(&str, usize)]) -> Option<String> {
    let named = |(kind, count): &(&str, usize)| format!("{count} {kind}{}", if *count == 1 { "" } else { "s" });
    let shown: Vec<String> = found.iter().filter(|(_, count)| *count > 0).take(NAMED_MAX).map(named).collect();
    let more = if found.len() > NAMED_MAX { " and more" } else { "" };
    (!shown.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}
