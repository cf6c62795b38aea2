//! Asks an API server. Cannot change anything: its channel refuses to send what could.

use bytes::Bytes;
use http::Method;
use landfall_core::manifest::{Resource, to_body};
use serde_json::Value;

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
            Err(error) => Err(explain_denial(error, "get", resource, namespace)),
        }
    }

    /// Returns every object of a listing, page by page. Each says its `apiVersion` and `kind`.
    pub async fn list(&self, resource: &Resource, listing: Listing<'_>) -> Result<Vec<Value>, Error> {
        let mut objects = Vec::new();
        let mut next = String::new();
        loop {
            let page = self.page(resource, listing, &next).await;
            let page = page.map_err(|error| explain_denial(error, "list", resource, listing.namespace))?;
            objects.extend(items(page.clone(), resource));
            page["metadata"]["continue"].as_str().unwrap_or_default().clone_into(&mut next);
            if next.is_empty() {
                return Ok(objects);
            }
        }
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
        let (target, bytes) = apply_request(resource, body, manager, "&dryRun=All");
        let call = Call::new(Method::PATCH, target, APPLY_PATCH, bytes);
        let namespace = body["metadata"]["namespace"].as_str();
        self.channel.send(call).await.map_err(|error| explain_denial(error, "patch", resource, namespace))
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

/// Returns the target and body of a server-side apply. Never forces, always validates strictly.
pub(crate) fn apply_request(resource: &Resource, body: &Value, manager: &str, more: &str) -> (String, Bytes) {
    let metadata = &body["metadata"];
    let name = metadata["name"].as_str().unwrap_or_default();
    let path = path::object(resource, metadata["namespace"].as_str(), name);
    let query = path::query(&[("fieldManager", manager), ("fieldValidation", "Strict")]);
    (format!("{path}?{query}{more}"), Bytes::from(to_body(body)))
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

/// Adds to a 403 which rule of a Role would allow the request, and to a 401 what to renew.
pub(crate) fn explain_denial(error: Error, verb: &str, resource: &Resource, namespace: Option<&str>) -> Error {
    let Error::Refused(mut refused) = error else { return error };
    if refused.code == 401 {
        "the API server does not accept the credentials".clone_into(&mut refused.message);
        "the token or certificate has expired or belongs to another cluster: renew it".clone_into(&mut refused.help);
    }
    if refused.code == 403 && refused.message.contains("cannot") {
        let role = namespace.map_or_else(|| "a ClusterRole".to_owned(), |ns| format!("a Role in the namespace {ns}"));
        refused.help = format!(
            "{role} with this rule would allow it: {{apiGroups: [\"{}\"], resources: [\"{}\"], verbs: [\"{verb}\"]}}",
            resource.gvk.group, resource.plural
        );
    }
    refused.into()
}
