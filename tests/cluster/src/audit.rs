//! The API server's audit log: the judge of which identity did which request.
//!
//! The requests of the control plane's own parts are left out by `manifests/audit-policy.yaml`.

use serde::Deserialize;

/// One request that the API server finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedRequest {
    /// The name of the user.
    pub user: String,
    /// Kubernetes' verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`.
    pub verb: String,
    /// The path and query.
    pub uri: String,
    /// The plural name with its subresource, `pods/log`; empty for a path that is no resource.
    pub resource: String,
    /// The namespace; empty for the cluster.
    pub namespace: String,
    /// The name of the object; empty for a list, and for a creation by POST.
    pub name: String,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// The HTTP status.
    pub code: u16,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    user: User,
    verb: String,
    #[serde(rename = "requestURI")]
    request_uri: String,
    #[serde(default)]
    object_ref: Reference,
    response_status: Option<Status>,
    request_object: Option<Options>,
    stage: String,
}

#[derive(Deserialize)]
struct User {
    username: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference {
    resource: String,
    subresource: String,
    namespace: String,
    name: String,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    code: u16,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    #[serde(default)]
    dry_run: Vec<String>,
}

/// Reads the events of finished requests; a line that is still being written is not finished.
pub fn read(log: &str) -> Vec<AuditedRequest> {
    log.lines()
        .filter_map(|line| serde_json::from_str::<Event>(line).ok())
        .filter(|event| event.stage == "ResponseComplete" || event.stage == "Panic")
        .map(request)
        .collect()
}

fn request(event: Event) -> AuditedRequest {
    let options = event.request_object.map(|options| options.dry_run).unwrap_or_default();
    let dry_run = event.request_uri.contains("dryRun=All") || options.iter().any(|it| it == "All");
    let reference = event.object_ref;
    let resource = match reference.subresource.as_str() {
        "" => reference.resource,
        subresource => format!("{}/{subresource}", reference.resource),
    };
    AuditedRequest {
        user: event.user.username,
        verb: event.verb,
        uri: event.request_uri,
        resource,
        namespace: reference.namespace,
        name: reference.name,
        dry_run,
        code: event.response_status.map_or(0, |status| status.code),
    }
}
