//! Asks an API server. Cannot change anything: its channel refuses to send what could.

use bytes::Bytes;
use http::Method;
use landfall_core::manifest::{Resource, to_body};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::channel::{Call, Channel};
use crate::{Error, Facts, path};

/// Objects per page of a LIST.
const LIST_PAGE_OBJECTS: &str = "500";
/// Log lines that a cause is shown with.
const LOG_LINES: &str = "20";

/// Reads and dry-runs with one identity.
#[derive(Clone)]
pub struct Reader {
    channel: Channel,
}

/// Which objects of a resource to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Listing<'a> {
    /// The namespace; every one when none.
    pub namespace: Option<&'a str>,
    /// A label selector; empty for all.
    pub labels: &'a str,
    /// A field selector; empty for all.
    pub fields: &'a str,
}

impl Reader {
    pub(crate) fn new(channel: Channel) -> Self {
        Self { channel }
    }

    /// Asks what the server is and serves.
    pub async fn facts(&self) -> Result<Facts, Error> {
        Facts::ask(&self.channel).await
    }

    /// Returns an object, or none when there is no such object.
    pub async fn find(&self, resource: &Resource, namespace: Option<&str>, name: &str) -> Result<Option<Value>, Error> {
        match self.channel.send(Call::get(path::object(resource, namespace, name))).await {
            Ok(answer) => Ok(Some(answer.body)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns every object of a listing, page by page. Each says its `apiVersion` and `kind`.
    pub async fn list(&self, resource: &Resource, listing: Listing<'_>) -> Result<Vec<Value>, Error> {
        Ok(self.snapshot(resource, listing).await?.0)
    }

    /// Returns every object of a listing, and the version of the collection that a watch goes on from.
    pub(crate) async fn snapshot(
        &self,
        resource: &Resource,
        listing: Listing<'_>,
    ) -> Result<(Vec<Value>, String), Error> {
        let mut objects = Vec::new();
        let mut next = String::new();
        loop {
            let page = self.page(resource, listing, &next).await?;
            let version = text(&page, "resourceVersion");
            next = text(&page, "continue");
            objects.extend(items(page, resource));
            if next.is_empty() {
                return Ok((objects, version));
            }
        }
    }

    /// Returns the channel that watches go through: it refuses what the reader refuses.
    pub(crate) fn channel(&self) -> &Channel {
        &self.channel
    }

    async fn page(&self, resource: &Resource, listing: Listing<'_>, next: &str) -> Result<Value, Error> {
        let pairs = [
            ("limit", LIST_PAGE_OBJECTS),
            ("labelSelector", listing.labels),
            ("fieldSelector", listing.fields),
            ("continue", next),
        ];
        let asked: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let target = format!("{}?{}", path::collection(resource, listing.namespace), path::query(&asked));
        Ok(self.channel.send(Call::get(target)).await?.body)
    }

    /// Returns what the server would make of an apply, without doing it (server-side apply, `dryRun=All`).
    pub async fn dry_run(&self, resource: &Resource, body: &Value, manager: &str) -> Result<Answer, Error> {
        self.try_apply(resource, body, manager, "&dryRun=All").await
    }

    /// Returns what the server would make of an apply if every other manager gave way, without doing it.
    pub async fn dry_run_forced(&self, resource: &Resource, body: &Value, manager: &str) -> Result<Answer, Error> {
        self.try_apply(resource, body, manager, "&dryRun=All&force=true").await
    }

    /// Returns an object with the owners of its fields, which the server makes up for one that has none, without doing it.
    pub async fn dry_run_tracked(&self, resource: &Resource, live: &Value, manager: &str) -> Result<Answer, Error> {
        self.dry_run(resource, &untracked(live), manager).await
    }

    /// Returns what the server would make of a whole object in place of the live one, without doing it.
    pub async fn dry_run_replace(&self, resource: &Resource, body: &Value, manager: &str) -> Result<Answer, Error> {
        let (target, bytes) = apply_request(resource, body, manager, "&dryRun=All");
        self.channel.send(Call::new(Method::PUT, target, "application/json", bytes)).await
    }

    async fn try_apply(&self, resource: &Resource, body: &Value, manager: &str, more: &str) -> Result<Answer, Error> {
        let (target, bytes) = apply_request(resource, body, manager, more);
        self.channel.send(Call::new(Method::PATCH, target, APPLY_PATCH, bytes)).await
    }

    /// Returns the last lines of a container's log.
    pub async fn log(&self, namespace: &str, pod: &str, container: &str, previous: bool) -> Result<Vec<String>, Error> {
        let previous = if previous { "true" } else { "false" };
        let query = path::query(&[("container", container), ("tailLines", LOG_LINES), ("previous", previous)]);
        let mut call = Call::get(format!("/api/v1/namespaces/{namespace}/pods/{pod}/log?{query}"));
        call.accept = "*/*";
        let raw = self.channel.once(&call).await?;
        Ok(String::from_utf8_lossy(&raw.text).lines().map(str::to_owned).collect())
    }
}

pub(crate) const APPLY_PATCH: &str = "application/apply-patch+yaml";

/// Returns the target and body of a write by a field manager, validated strictly.
pub(crate) fn apply_request(resource: &Resource, body: &Value, manager: &str, more: &str) -> (String, Bytes) {
    let metadata = &body["metadata"];
    let name = metadata["name"].as_str().unwrap_or_default();
    let path = path::object(resource, metadata["namespace"].as_str(), name);
    let query = path::query(&[("fieldManager", manager), ("fieldValidation", "Strict")]);
    (format!("{path}?{query}{more}"), Bytes::from(to_body(body)))
}

/// Returns an apply of nothing: all it does is that the server writes down who owns what.
pub(crate) fn untracked(live: &Value) -> Value {
    let metadata = &live["metadata"];
    json!({"apiVersion": live["apiVersion"], "kind": live["kind"], "metadata": {
        "name": metadata["name"], "namespace": metadata["namespace"],
        "uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"],
    }})
}

/// Returns one text of a list's metadata; empty where it has none.
fn text(page: &Value, key: &str) -> String {
    page["metadata"][key].as_str().unwrap_or_default().to_owned()
}

/// Takes the items out of a list, each with the kind that the list leaves out.
fn items(mut page: Value, resource: &Resource) -> Vec<Value> {
    let Value::Array(mut items) = page["items"].take() else { return Vec::new() };
    for item in &mut items {
        item["apiVersion"] = resource.gvk.api_version().into();
        item["kind"] = resource.gvk.kind.clone().into();
    }
    items
}
