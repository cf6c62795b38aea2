//! Who kept an app's objects before, as landfall.yaml says: all that it made is the app's from the first deploy on.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::maker::is_dependent;
use super::{LAST_APPLIED, Maker, entries, manager};
use crate::inventory::LABEL;

/// Managers under which kubectl writes whole objects.
const KUBECTL: [&str; 4] = ["kubectl-client-side-apply", "kubectl-create", "kubectl-replace", "kubectl"];

/// Who kept an app's objects before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predecessor {
    /// A release of Helm; in the target's namespace when it names none.
    Release {
        /// Its namespace.
        namespace: Option<String>,
        /// The release.
        name: String,
    },
    /// A tool that writes its own name on what it made.
    Tool(Maker),
    /// kubectl, which writes no name: what it made with all of these labels.
    Kubectl {
        /// Each label's key and value.
        labels: Vec<(String, String)>,
    },
}

/// A text that names no predecessor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names nobody who could have made objects")]
pub struct InvalidPredecessor {
    text: String,
}

impl Predecessor {
    /// Returns it for a target: a release that names no namespace is in the target's.
    #[must_use]
    pub fn within(self, target: &str) -> Self {
        match self {
            Self::Release { namespace, name } => {
                Self::Tool(Maker::Release { name, namespace: namespace.unwrap_or_else(|| target.to_owned()) })
            }
            other @ (Self::Tool(_) | Self::Kubectl { .. }) => other,
        }
    }

    /// Whether it made a live object that no inventory has and no controller made.
    pub fn made(&self, live: &Value) -> bool {
        let metadata = &live["metadata"];
        if is_dependent(live) || !metadata["labels"][LABEL].is_null() {
            return false;
        }
        match self {
            Self::Release { .. } => false,
            Self::Tool(tool) => tool.made(live),
            Self::Kubectl { labels } => {
                let has = |(key, value): &(String, String)| metadata["labels"][key] == value.as_str();
                Maker::tool(live).is_none() && is_by_kubectl(live) && labels.iter().all(has)
            }
        }
    }

    /// Returns the labels that all its objects have; empty where only annotations tell.
    pub fn selector(&self) -> String {
        match self {
            Self::Release { .. } => String::new(),
            Self::Tool(tool) => tool.selector(),
            Self::Kubectl { labels } => joined(labels),
        }
    }

    /// Returns the tool that writes its own name, if it is one.
    pub fn maker(&self) -> Option<&Maker> {
        match self {
            Self::Tool(maker) => Some(maker),
            Self::Release { .. } | Self::Kubectl { .. } => None,
        }
    }

    /// Says that listings were refused where it may have made something.
    pub fn unseen(&self, listings: usize) -> String {
        format!(
            "{self} may have more: {listings} listings are refused to this identity, and a deploy deletes what Git does not have of it"
        )
    }

    /// Whether what it made is known by a name of its own: labels that people choose say nothing outside a namespace.
    pub fn is_named(&self) -> bool {
        !matches!(self, Self::Kubectl { .. })
    }
}

fn is_by_kubectl(live: &Value) -> bool {
    let wrote = |entry: &Value| entry["subresource"].is_null() && KUBECTL.contains(&manager(entry));
    !live["metadata"]["annotations"][LAST_APPLIED].is_null() || entries(live).iter().any(wrote)
}

fn joined(labels: &[(String, String)]) -> String {
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    labels.join(",")
}

impl FromStr for Predecessor {
    type Err = InvalidPredecessor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (tool, rest) = text.split_once('/')?;
            let parts: Vec<&str> = rest.split('/').collect();
            let is_named = parts.iter().all(|part| !part.is_empty());
            match (tool, parts.as_slice()) {
                ("kubectl", _) => labels(rest).map(|labels| Self::Kubectl { labels }),
                _ if !is_named => None,
                ("helm", [name]) => Some(Self::Release { namespace: None, name: (*name).to_owned() }),
                ("helm", [namespace, name]) => {
                    Some(Self::Release { namespace: Some((*namespace).to_owned()), name: (*name).to_owned() })
                }
                ("argo-cd", [name]) => Some(Self::Tool(Maker::Application { name: (*name).to_owned() })),
                ("flux", [kind, namespace, name]) => Maker::flux(kind, namespace, name).map(Self::Tool),
                _ => None,
            }
        };
        read().ok_or_else(|| InvalidPredecessor { text: text.to_owned() })
    }
}

fn labels(text: &str) -> Option<Vec<(String, String)>> {
    let label = |text: &str| {
        let (key, value) = text.split_once('=')?;
        let is_plain = |text: &str| !text.is_empty() && !text.contains(['=', '!', ' ', '(', ')']);
        (is_plain(key) && is_plain(value)).then(|| (key.to_owned(), value.to_owned()))
    };
    text.split(',').map(label).collect()
}

/// As landfall.yaml writes it.
impl Serialize for Predecessor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&match self {
            Self::Release { namespace: None, name } => format!("helm/{name}"),
            Self::Release { namespace: Some(namespace), name } => format!("helm/{namespace}/{name}"),
            Self::Tool(tool) => tool.written(),
            Self::Kubectl { labels } => format!("kubectl/{}", joined(labels)),
        })
    }
}

/// As a sentence names it.
impl fmt::Display for Predecessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release { name, .. } => write!(f, "the Helm release `{name}`"),
            Self::Tool(tool) => tool.fmt(f),
            Self::Kubectl { labels } => write!(f, "kubectl (`{}`)", joined(labels)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_predecessor_is_a_tool_and_what_it_calls_the_app() {
        for text in [
            "helm/web",
            "helm/prod/web",
            "argo-cd/shop",
            "flux/Kustomization/flux-system/shop",
            "flux/HelmRelease/shop/web",
            "kubectl/app=shop",
            "kubectl/app.kubernetes.io/name=shop,tier=web",
        ] {
            let read: Predecessor = text.parse().unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), text);
        }
        for text in [
            "",
            "web",
            "helm",
            "helm/",
            "helm/a/b/c",
            "argo/shop",
            "flux/shop",
            "flux/Bucket/a/b",
            "kubectl/",
            "kubectl/app",
            "kubectl/app in (a)",
            "kubectl/app==a",
        ] {
            assert!(text.parse::<Predecessor>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_an_inventory_or_a_controller_has_was_not_made_by_kubectl() {
        let kubectl: Predecessor = "kubectl/app=shop".parse().unwrap();
        let live = |metadata: Value| {
            let mut live = serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata});
            live["metadata"]["name"] = "a".into();
            live
        };
        let applied = serde_json::json!({LAST_APPLIED: "{}"});
        let labels = serde_json::json!({"app": "shop"});
        assert!(kubectl.made(&live(serde_json::json!({"annotations": applied, "labels": labels}))));
        for metadata in [
            serde_json::json!({"labels": labels}),
            serde_json::json!({"annotations": applied, "labels": {"app": "other"}}),
            serde_json::json!({"annotations": applied, "labels": {"app": "shop", LABEL: "0"}}),
            serde_json::json!({"annotations": applied, "labels": labels, "ownerReferences": [{"name": "a"}]}),
            serde_json::json!({"annotations": {LAST_APPLIED: "{}", "argocd.argoproj.io/tracking-id": "shop:/ConfigMap:prod/a"}, "labels": labels}),
        ] {
            assert!(!kubectl.made(&live(metadata.clone())), "{metadata}");
        }
    }
}
