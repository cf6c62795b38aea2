//! Which kinds live in a namespace, and under which plural the API serves them.
//!
//! Knows the built-in kinds; learns others from CRDs of the same set and from discovery.
//! Never guesses: a kind it has not seen has no scope.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::builtin::KINDS;
use super::identity::today;
use super::{Gvk, Manifest};

/// Where the objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster itself.
    Cluster,
}

/// A kind as the API serves it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Resource {
    /// Its type.
    pub gvk: Gvk,
    /// Its plural, the last part of its path.
    pub plural: String,
    /// Where its objects live.
    pub scope: Scope,
}

/// What is known about kinds.
#[derive(Clone, Debug)]
pub struct ScopeTable {
    kinds: BTreeMap<(String, String), (String, Scope)>,
}

impl ScopeTable {
    /// Returns the kinds of Kubernetes itself.
    pub fn builtin() -> Self {
        let known = |(group, kind, plural, scope): &(&str, &str, &str, Scope)| {
            (((*group).to_owned(), (*kind).to_owned()), ((*plural).to_owned(), *scope))
        };
        Self { kinds: KINDS.iter().map(known).collect() }
    }

    /// Adds a kind, as discovery or a CRD states it. Replaces what was known.
    pub fn insert(&mut self, resource: &Resource) {
        let Gvk { group, kind, .. } = &resource.gvk;
        let known = (resource.plural.clone(), resource.scope);
        self.kinds.insert((group.clone(), kind.clone()), known);
    }

    /// Returns the table extended with the kinds that CRDs among `manifests` define.
    #[must_use]
    pub fn with_crds(&self, manifests: &[Manifest]) -> Self {
        let mut table = self.clone();
        for resource in manifests.iter().filter_map(|manifest| defined_by(&manifest.object)) {
            table.insert(&resource);
        }
        table
    }

    /// Returns how the API serves a kind, if that is known.
    pub fn resource(&self, gvk: &Gvk) -> Option<Resource> {
        let known = |group: &str| self.kinds.get(&(group.to_owned(), gvk.kind.clone()));
        let (plural, scope) = known(&gvk.group).or_else(|| known(today(&gvk.group, &gvk.kind)))?;
        Some(Resource { gvk: gvk.clone(), plural: plural.clone(), scope: *scope })
    }
}

/// Returns whether Kubernetes itself owns the group, and so its objects' schemas.
pub fn is_builtin_group(group: &str) -> bool {
    KINDS.iter().any(|(builtin, ..)| *builtin == group)
}

/// Returns the kind a `CustomResourceDefinition` defines.
fn defined_by(object: &Value) -> Option<Resource> {
    let gvk = Gvk::of(object)?;
    if gvk.kind != "CustomResourceDefinition" || gvk.group != "apiextensions.k8s.io" {
        return None;
    }
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str);
    let scope = match text("/spec/scope")? {
        "Cluster" => Scope::Cluster,
        _ => Scope::Namespaced,
    };
    let gvk = Gvk {
        group: text("/spec/group")?.to_owned(),
        version: text("/spec/versions/0/name").unwrap_or("").to_owned(),
        kind: text("/spec/names/kind")?.to_owned(),
    };
    Some(Resource { gvk, plural: text("/spec/names/plural")?.to_owned(), scope })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(api_version: &str, kind: &str) -> Option<Scope> {
        ScopeTable::builtin().resource(&Gvk::new(api_version, kind)).map(|resource| resource.scope)
    }

    #[test]
    fn builtin_kinds_have_a_scope_in_any_version() {
        assert_eq!(scope("apps/v1", "Deployment"), Some(Scope::Namespaced));
        assert_eq!(scope("v1", "Namespace"), Some(Scope::Cluster));
        assert_eq!(scope("autoscaling/v2", "HorizontalPodAutoscaler"), Some(Scope::Namespaced));
        assert_eq!(scope("rbac.authorization.k8s.io/v1beta9", "ClusterRole"), Some(Scope::Cluster));
    }

    #[test]
    fn a_kind_that_moved_is_known_by_its_old_group_too() {
        assert_eq!(scope("extensions/v1beta1", "Ingress"), Some(Scope::Namespaced));
        assert_eq!(scope("extensions/v1beta1", "PodSecurityPolicy"), None);
    }

    #[test]
    fn an_unknown_kind_has_no_scope() {
        assert_eq!(scope("example.com/v1", "Deployment"), None);
    }
}
