//! Who made a live object, by the marks that tools leave on what is theirs. Asks nobody.

use std::fmt;

use serde_json::Value;

use super::{entries, is_applied_by, manager};
use crate::inventory::{Inventory, LABEL};
use crate::manifest::ObjectId;

/// What the names of our field managers begin with.
pub(super) const OURS: &str = "landfall:";

/// Most objects that a sentence names.
const SIBLINGS_MAX: usize = 20;

/// Who keeps an object as Git, a chart or a file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Maker {
    /// Another inventory of ours; its app and environment where they are known.
    Inventory {
        /// The inventory's id.
        id: String,
        /// "shop/production".
        name: Option<String>,
    },
    /// A release of Helm.
    Release {
        /// The release.
        name: String,
        /// Its namespace.
        namespace: String,
    },
    /// An application of Argo CD.
    Application {
        /// The application.
        name: String,
    },
    /// An object of Flux that applies others.
    Flux {
        /// `Kustomization` or `HelmRelease`.
        kind: &'static str,
        /// Its API group.
        group: &'static str,
        /// Its name.
        name: String,
        /// Its namespace.
        namespace: String,
    },
}

/// The kinds by which Flux applies objects, and their API groups, which its labels begin with.
const FLUX: [(&str, &str); 2] =
    [("HelmRelease", "helm.toolkit.fluxcd.io"), ("Kustomization", "kustomize.toolkit.fluxcd.io")];

/// Annotations and labels by which a tool knows its own objects.
pub(super) const MARKS: [(&str, &str); 10] = [
    ("annotations", "meta.helm.sh/release-name"),
    ("annotations", "meta.helm.sh/release-namespace"),
    ("annotations", "argocd.argoproj.io/tracking-id"),
    ("annotations", "argocd.argoproj.io/installation-id"),
    ("labels", "argocd.argoproj.io/instance"),
    ("labels", "kustomize.toolkit.fluxcd.io/name"),
    ("labels", "kustomize.toolkit.fluxcd.io/namespace"),
    ("labels", "helm.toolkit.fluxcd.io/name"),
    ("labels", "helm.toolkit.fluxcd.io/namespace"),
    ("labels", "app.kubernetes.io/managed-by"),
];

impl Maker {
    /// Returns who made an object that is not in the inventory `ours`; none where nothing says so.
    pub fn of(live: &Value, ours: &Inventory) -> Option<Self> {
        let label = live["metadata"]["labels"][LABEL].as_str();
        if let Some(id) = label.filter(|id| *id != ours.id) {
            return Some(Self::Inventory { id: id.to_owned(), name: inventory_name(live, id) });
        }
        Self::tool(live)
    }

    /// Whether a tool made an object, and it is no dependent of another: a copy of labels is nobody's to keep or delete.
    pub fn made(&self, live: &Value) -> bool {
        !is_dependent(live) && Self::tool(live).as_ref() == Some(self)
    }

    /// Returns the tool whose marks an object carries.
    pub fn tool(live: &Value) -> Option<Self> {
        let mark = |part: &str, key: &str| live["metadata"][part][key].as_str().map(str::to_owned);
        // A HelmRelease makes a release, so Flux comes before Helm.
        FLUX.into_iter()
            .find_map(|(kind, group)| {
                let name = mark("labels", &format!("{group}/name"))?;
                Some(Self::Flux { kind, group, name, namespace: mark("labels", &format!("{group}/namespace"))? })
            })
            .or_else(|| {
                let name = match mark("annotations", "argocd.argoproj.io/tracking-id") {
                    Some(id) => tracked(&id, live)?.to_owned(),
                    None => mark("labels", "argocd.argoproj.io/instance")?,
                };
                Some(Self::Application { name })
            })
            .or_else(|| {
                let name = mark("annotations", "meta.helm.sh/release-name")?;
                Some(Self::Release { name, namespace: mark("annotations", "meta.helm.sh/release-namespace")? })
            })
    }

    /// Returns an object of Flux by its kind; none where Flux applies nothing by that kind.
    pub(super) fn flux(kind: &str, namespace: &str, name: &str) -> Option<Self> {
        let (kind, group) = FLUX.into_iter().find(|(known, _)| *known == kind)?;
        Some(Self::Flux { kind, group, name: name.to_owned(), namespace: namespace.to_owned() })
    }

    /// Returns it as landfall.yaml names it.
    pub(super) fn written(&self) -> String {
        match self {
            Self::Inventory { id, .. } => id.clone(),
            Self::Release { name, namespace } => format!("helm/{namespace}/{name}"),
            Self::Application { name } => format!("argo-cd/{name}"),
            Self::Flux { kind, name, namespace, .. } => format!("flux/{kind}/{namespace}/{name}"),
        }
    }

    /// Returns why nothing is taken from a tool that goes on writing, and the next step.
    pub fn still_writes(&self) -> (String, String) {
        let help = match self {
            Self::Flux { kind, name, namespace, .. } => {
                let kind = if *kind == "HelmRelease" { "helmrelease" } else { "kustomization" };
                format!("stop it first: `flux suspend {kind} {name} --namespace {namespace}`")
            }
            Self::Inventory { .. } | Self::Release { .. } | Self::Application { .. } => "stop it first".to_owned(),
        };
        (format!("{self} still writes it"), help)
    }

    /// Returns the labels that all objects of a tool have; empty where only annotations tell.
    pub fn selector(&self) -> String {
        match self {
            Self::Inventory { id, .. } => format!("{LABEL}={id}"),
            Self::Release { .. } => "app.kubernetes.io/managed-by=Helm".to_owned(),
            Self::Application { .. } => String::new(),
            Self::Flux { group, name, namespace, .. } => format!("{group}/name={name},{group}/namespace={namespace}"),
        }
    }

    /// Says what else it made, of which Git has nothing; `unseen` kinds may not be looked at.
    pub fn siblings(&self, others: &[ObjectId], unseen: usize) -> Option<String> {
        let mut names: Vec<String> = others.iter().take(SIBLINGS_MAX).map(|id| format!("`{id}`")).collect();
        if others.len() > SIBLINGS_MAX {
            names.push(format!("{} more", others.len() - SIBLINGS_MAX));
        }
        let unseen = (unseen > 0).then(|| format!("{unseen} kinds may not be listed, so there may be more of it"));
        let kept = match others.len() {
            0 => None,
            1 => Some(format!(
                "{self} has one more object, which Git does not have and which stays: {}",
                names.join(", ")
            )),
            count => Some(format!(
                "{self} has {count} more objects, which Git does not have and which stay: {}",
                names.join(", ")
            )),
        };
        match (kept, unseen) {
            (Some(kept), Some(unseen)) => Some(format!("{kept}; {unseen}")),
            (None, Some(unseen)) => Some(format!("{self} made it: {unseen}")),
            (kept, None) => kept,
        }
    }

    /// Returns what to do about a tool that may go on writing, after its objects were taken over.
    pub(super) fn advice(&self) -> Option<String> {
        match self {
            Self::Inventory { .. } => None,
            Self::Release { name, namespace } => Some(format!(
                "the Helm release `{name}` still lists it, and `helm uninstall` would delete it: after the deploy delete the Secrets `sh.helm.release.v1.{name}.*` of the namespace `{namespace}`"
            )),
            Self::Application { name } => Some(format!(
                "Argo CD's application `{name}` may write it again: delete that application without its objects (`--cascade=orphan`)"
            )),
            Self::Flux { kind, name, namespace, .. } => Some(format!(
                "Flux's {kind} `{namespace}/{name}` deletes it when it is deleted itself: set `prune: false` in it, or keep it suspended, until it is gone"
            )),
        }
    }
}

impl fmt::Display for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inventory { name: Some(name), .. } => write!(f, "the app and environment `{name}` of Landfall"),
            Self::Inventory { id, name: None } => write!(f, "another app of Landfall, whose inventory is `{id}`"),
            Self::Release { name, namespace } => write!(f, "the Helm release `{name}` of the namespace `{namespace}`"),
            Self::Application { name } => write!(f, "Argo CD's application `{name}`"),
            Self::Flux { kind, name, namespace, .. } => write!(f, "Flux's {kind} `{namespace}/{name}`"),
        }
    }
}

/// Returns the application of a tracking id, `APP:GROUP/KIND:NAMESPACE/NAME`, when it is this object's own: a copy has
/// another's, and Argo CD leaves it alone (its `controller/state.go`, `isSelfReferencedObj`). An object of the whole
/// cluster carries the namespace that its application deploys to.
fn tracked<'a>(id: &'a str, live: &Value) -> Option<&'a str> {
    let own = ObjectId::of(live)?;
    let mut parts = id.splitn(3, ':');
    let application = parts.next()?;
    let (group, kind) = parts.next()?.split_once('/')?;
    let (namespace, name) = parts.next()?.split_once('/')?;
    let is_there = own.namespace.is_none_or(|own| own == namespace);
    (is_there && own.group == group && own.kind == kind && own.name == name).then_some(application)
}

/// Whether an object is a dependent: its owner is another object of the cluster.
pub(super) fn is_dependent(live: &Value) -> bool {
    live["metadata"]["ownerReferences"].as_array().is_some_and(|owners| !owners.is_empty())
}

/// Returns "app/environment" from the field manager of an inventory, which ends with the start of its id.
fn inventory_name(live: &Value, id: &str) -> Option<String> {
    // Nobody but its own inventory applies under such a name, so its end is compared, not the whole of it.
    let applied = entries(live).iter().filter(|entry| is_applied_by(entry, manager(entry)));
    applied.map(manager).find_map(|name| {
        let (name, head) = name.strip_prefix(OURS)?.rsplit_once('/')?;
        (!head.is_empty() && id.starts_with(head)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Maker;

    #[test]
    fn a_tracking_id_of_argo_cd_counts_on_the_object_that_it_names() {
        let maker = |id: &str, namespace: Option<&str>| {
            let marks = json!({"argocd.argoproj.io/tracking-id": id});
            let labels = json!({"argocd.argoproj.io/instance": "shop"});
            Maker::tool(&json!({
                "apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": {"name": "web", "namespace": namespace, "annotations": marks, "labels": labels},
            }))
        };
        let shop = Some(Maker::Application { name: "shop".to_owned() });
        assert_eq!(maker("shop:apps/Deployment:prod/web", Some("prod")), shop);
        assert_eq!(maker("shop:apps/Deployment:prod/web", None), shop, "of the whole cluster");
        for copied in [
            "shop:apps/Deployment:prod/other",
            "shop:apps/Deployment:test/web",
            "shop:apps/StatefulSet:prod/web",
            "shop:extensions/Deployment:prod/web",
            "shop",
        ] {
            assert_eq!(maker(copied, Some("prod")), None, "{copied}");
        }
    }
}
