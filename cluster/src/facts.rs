//! What a cluster serves: its resources and its version. Asked once per run.

use std::collections::BTreeMap;

use landfall_core::manifest::{Gvk, Resource, Scope};
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
}

impl Facts {
    /// Asks for the version and, in two requests, for the resources.
    pub(crate) async fn ask(channel: &Channel) -> Result<Self, Error> {
        let version = channel.send(Call::get("/version".to_owned())).await?;
        let mut resources = BTreeMap::new();
        for path in ["/api", "/apis"] {
            let mut call = Call::get(path.to_owned());
            call.accept = AGGREGATED;
            let answer = channel.send(call).await?.body;
            if answer["kind"] != "APIGroupDiscoveryList" {
                let why = "it has no aggregated discovery, which Kubernetes has since 1.30".to_owned();
                return Err(Error::Answer { request: format!("GET {path}"), why });
            }
            resources.extend(served(&answer));
        }
        Ok(Self { version: version.body["gitVersion"].as_str().unwrap_or_default().to_owned(), resources })
    }

    /// Returns the resource of a kind, where the server serves it.
    pub fn resource(&self, gvk: &Gvk) -> Option<&Resource> {
        self.resources.get(gvk)
    }

    /// Returns the resource of a kind in whichever version the server serves, the newest first.
    pub fn any_version(&self, group: &str, kind: &str) -> Option<&Resource> {
        self.resources.values().rev().find(|resource| resource.gvk.group == group && resource.gvk.kind == kind)
    }
}

/// Reads an `APIGroupDiscoveryList`: groups, their versions, and in these the resources.
fn served(list: &Value) -> BTreeMap<Gvk, Resource> {
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
                found.insert(gvk.clone(), Resource { gvk, plural: text(&resource["resource"]), scope });
            }
        }
    }
    found
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
