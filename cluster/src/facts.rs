//! What a cluster serves: its resources and its version. Asked once per run, or read from a file.

use std::collections::{BTreeMap, BTreeSet};

use landfall_core::manifest::{Gvk, Resource, Scope};
use serde::Deserialize;
use serde_json::Value;

use crate::Error;
use crate::channel::{Call, Channel};

/// Asks for every group with its versions and resources in one answer (Kubernetes 1.30 and newer).
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// What the API server serves.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Its version as it says it: "v1.36.3".
    pub version: String,
    /// Every resource that it serves, in every version.
    pub resources: BTreeMap<Gvk, Resource>,
    /// Those of which there are no lists: who creates one gets an answer, and nothing is kept.
    unlisted: BTreeSet<Gvk>,
    /// The groups that it could not ask for their resources: an aggregated API server that is down.
    pub silent_groups: BTreeSet<String>,
}

impl Facts {
    /// Asks for the version and, in two requests, for the resources.
    pub(crate) async fn ask(channel: &Channel) -> Result<Self, Error> {
        let version = channel.send(Call::get("/version".to_owned()));
        let (version, core, named) = tokio::join!(version, groups(channel, "/api"), groups(channel, "/apis"));
        let version = text(&version?.body["gitVersion"]);
        let (core, named) = (core?, named?);
        let mut resources = served(&core);
        resources.extend(served(&named));
        let unlisted = resources.values().filter(|served| !served.is_listed).map(|served| served.resource.gvk.clone());
        let unlisted = unlisted.collect();
        let resources = resources.into_iter().map(|(gvk, served)| (gvk, served.resource)).collect();
        Ok(Self { version, resources, unlisted, silent_groups: silent(&named) })
    }

    /// Reads what `kubectl api-resources -o json` printed, for work without a cluster. The version is not in it.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        let list: ResourceList = serde_json::from_str(text)?;
        let resources = list.resources.into_iter().map(WireResource::resource);
        Ok(Self { resources: resources.map(|r| (r.gvk.clone(), r)).collect(), ..Self::default() })
    }

    /// Returns the resource of a kind, where the server serves it.
    pub fn resource(&self, gvk: &Gvk) -> Option<&Resource> {
        self.resources.get(gvk)
    }

    /// Whether objects of a kind can be listed at all, by whoever may.
    pub fn has_lists(&self, resource: &Resource) -> bool {
        !self.unlisted.contains(&resource.gvk)
    }

    /// Returns the resource of a kind in whichever version the server serves, the newest first.
    pub fn any_version(&self, group: &str, kind: &str) -> Option<&Resource> {
        self.resources.values().rev().find(|resource| resource.gvk.group == group && resource.gvk.kind == kind)
    }
}

/// An `APIResourceList` (`meta/v1`) whose resources name their own group.
#[derive(Deserialize)]
struct ResourceList {
    resources: Vec<WireResource>,
}

#[derive(Deserialize)]
struct WireResource {
    #[serde(default)]
    group: String,
    version: String,
    kind: String,
    name: String,
    namespaced: bool,
}

impl WireResource {
    fn resource(self) -> Resource {
        let gvk = Gvk { group: self.group, version: self.version, kind: self.kind };
        let scope = if self.namespaced { Scope::Namespaced } else { Scope::Cluster };
        Resource { gvk, plural: self.name, scope }
    }
}

/// Asks for an `APIGroupDiscoveryList`.
async fn groups(channel: &Channel, path: &str) -> Result<Value, Error> {
    let mut call = Call::get(path.to_owned());
    call.accept = AGGREGATED;
    let answer = channel.send(call).await?.body;
    if answer["kind"] == "APIGroupDiscoveryList" {
        return Ok(answer);
    }
    let why = "it has no aggregated discovery, which Kubernetes has since 1.30".to_owned();
    Err(Error::Answer { request: format!("GET {path}"), why })
}

/// A resource, and whether its verbs have `list`.
struct Served {
    resource: Resource,
    is_listed: bool,
}

/// Reads an `APIGroupDiscoveryList`: groups, their versions, and in these the resources.
fn served(list: &Value) -> BTreeMap<Gvk, Served> {
    let mut found = BTreeMap::new();
    for group in items(&list["items"]) {
        for version in items(&group["versions"]) {
            for resource in items(&version["resources"]) {
                let kind = &resource["responseKind"];
                let gvk = Gvk {
                    group: text(&group["metadata"]["name"]),
                    version: text(&version["version"]),
                    kind: text(&kind["kind"]),
                };
                let scope = if resource["scope"] == "Cluster" { Scope::Cluster } else { Scope::Namespaced };
                let is_listed = items(&resource["verbs"]).iter().any(|verb| verb == "list");
                let resource = Resource { gvk: gvk.clone(), plural: text(&resource["resource"]), scope };
                found.insert(gvk, Served { resource, is_listed });
            }
        }
    }
    found
}

/// Returns the groups of which a version is stale (KEP-3352, "aggregated discovery").
fn silent(list: &Value) -> BTreeSet<String> {
    let is_stale = |group: &&Value| items(&group["versions"]).iter().any(|version| version["freshness"] == "Stale");
    items(&list["items"]).iter().filter(is_stale).map(|group| text(&group["metadata"]["name"])).collect()
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_kind_without_the_verb_list_is_served_and_never_listed() {
        let resource = |kind: &str, verbs: &[&str]| json!({"resource": "x", "responseKind": {"kind": kind}, "scope": "Cluster", "verbs": verbs});
        let resources = [resource("TokenReview", &["create"]), resource("Node", &["get", "list", "watch"])];
        let list = json!({"items": [{"versions": [{"version": "v1", "resources": resources}]}]});
        let listed: Vec<(String, bool)> =
            served(&list).into_values().map(|served| (served.resource.gvk.kind, served.is_listed)).collect();
        assert_eq!(listed, [("Node".to_owned(), true), ("TokenReview".to_owned(), false)]);
    }
}
