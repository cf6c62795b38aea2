//! Where an object lives in the API: paths and queries (Kubernetes API concepts, "Resource URIs"). Sends nothing.

use std::fmt::Write as _;

use landfall_core::manifest::{Resource, Scope};

/// Returns the path of a resource's collection; of every namespace when none is given.
pub(crate) fn collection(resource: &Resource, namespace: Option<&str>) -> String {
    let root = if resource.gvk.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", resource.gvk.group) };
    let scope = match (resource.scope, namespace) {
        (Scope::Namespaced, Some(namespace)) => format!("/namespaces/{namespace}"),
        _ => String::new(),
    };
    format!("{root}/{}{scope}/{}", resource.gvk.version, resource.plural)
}

/// Returns the path of one object.
pub(crate) fn object(resource: &Resource, namespace: Option<&str>, name: &str) -> String {
    format!("{}/{}", collection(resource, namespace), encode(name))
}

/// Returns a query string from pairs, values percent-encoded.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect();
    pairs.join("&")
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => write!(out, "%{byte:02X}").expect("a String takes everything"),
        }
    }
    out
}
