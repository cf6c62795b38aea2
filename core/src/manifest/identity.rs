//! Which object a manifest is about, and where it was written. Does not look at the rest of the object.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An API group, version and kind. The core group is the empty string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gvk {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version within the group.
    pub version: String,
    /// The kind.
    pub kind: String,
}

impl Gvk {
    /// Reads `apiVersion` and `kind` as Kubernetes does: "v1" is the core group's, "apps/v1" is of "apps".
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() }
    }

    /// Returns the kind that an object says it is, where it does.
    pub fn of(object: &Value) -> Option<Self> {
        Some(Self::new(object.get("apiVersion")?.as_str()?, object.get("kind")?.as_str()?))
    }

    /// Returns the `apiVersion` text: "v1", "apps/v1".
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}

/// The identity of an object within one cluster, whatever version it is written in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectId {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace; none for a cluster-scoped object.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

/// Kinds that one server knew, or knows, under two groups, and the group that stayed (deprecated API migration guide).
const MOVED: [(&str, &str, &str); 6] = [
    ("", "Event", "events.k8s.io"),
    ("extensions", "DaemonSet", "apps"),
    ("extensions", "Deployment", "apps"),
    ("extensions", "Ingress", "networking.k8s.io"),
    ("extensions", "NetworkPolicy", "networking.k8s.io"),
    ("extensions", "ReplicaSet", "apps"),
];

/// Returns the group under which a kind is known today.
pub(crate) fn today<'a>(group: &'a str, kind: &str) -> &'a str {
    MOVED.iter().find(|(from, moved, _)| *from == group && *moved == kind).map_or(group, |(.., to)| to)
}

impl ObjectId {
    /// Returns the identity of the one object that a server may show under two groups.
    pub(crate) fn today(&self) -> Self {
        Self { group: today(&self.group, &self.kind).to_owned(), ..self.clone() }
    }

    /// Returns the identity that an object states, where it states one.
    pub fn of(object: &Value) -> Option<Self> {
        let gvk = Gvk::of(object)?;
        let metadata = object.get("metadata")?;
        let text = |key: &str| metadata.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self { group: gvk.group, kind: gvk.kind, namespace: text("namespace"), name: text("name")? })
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// Where an object was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The file, relative to the repository's root.
    pub path: String,
    /// The line of the document's first key, from 1; none where the renderer does not say.
    pub line: Option<u32>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.path),
            None => f.write_str(&self.path),
        }
    }
}
