//! What a cluster serves: its resources and its version. Asked once per run.

use kube::Client;
use kube::discovery::{Discovery, Scope as KubeScope};
use landfall_core::manifest::{Gvk, Resource, Scope};
use std::collections::BTreeMap;

use crate::Error;
use crate::channel::{Call, Channel};

/// What the API server serves.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Its version as it says it: "v1.36.3".
    pub version: String,
    /// Every resource that it serves, in every version.
    pub resources: BTreeMap<Gvk, Resource>,
}

impl Facts {
    /// Asks for the version and, in two requests where the server is 1.30 or newer, for the resources.
    pub(crate) async fn ask(channel: &Channel) -> Result<Self, Error> {
        let client = channel.client();
        let (version, early) = tokio::join!(
            channel.send(Call::get("/version".to_owned())),
            Discovery::new(client.clone()).run_aggregated(),
        );
        // The channel waits for a server that is away for a moment; discovery does not, and asks again after it.
        let version = version?;
        let discovery = match early {
            Ok(discovery) => discovery,
            Err(_) => discover(client).await?,
        };
        Ok(Self {
            version: version.body["gitVersion"].as_str().unwrap_or_default().to_owned(),
            resources: resources(&discovery),
        })
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

async fn discover(client: &Client) -> Result<Discovery, Error> {
    if let Ok(discovery) = Discovery::new(client.clone()).run_aggregated().await {
        return Ok(discovery);
    }
    let discovery = Discovery::new(client.clone()).run().await;
    discovery.map_err(|error| Error::Answer { request: "GET /apis".to_owned(), why: error.to_string() })
}

fn resources(discovery: &Discovery) -> BTreeMap<Gvk, Resource> {
    let mut found = BTreeMap::new();
    for group in discovery.groups() {
        for version in group.versions() {
            for (resource, capabilities) in group.versioned_resources(version) {
                let gvk = Gvk { group: resource.group, version: resource.version, kind: resource.kind };
                let scope = match capabilities.scope {
                    KubeScope::Cluster => Scope::Cluster,
                    KubeScope::Namespaced => Scope::Namespaced,
                };
                found.insert(gvk.clone(), Resource { gvk, plural: resource.plural, scope });
            }
        }
    }
    found
}
