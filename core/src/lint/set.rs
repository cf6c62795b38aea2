//! The set that is looked at: its objects by kind and name, its pods, what custom resources of it name.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::slice;

use serde_json::Value;

use super::pod::Pod;
use crate::manifest::{Manifest, ObjectId, is_builtin_group, push_step};

/// The newest minor version of Kubernetes 1 that our tests run; a set is judged for it where no cluster was asked.
pub(super) const NEWEST_MINOR: u32 = 36;

const RBAC: &str = "rbac.authorization.k8s.io";

/// A set, and what several lints ask of it.
pub(super) struct Set<'a> {
    pub(super) manifests: &'a [Manifest],
    /// The set that this one takes the place of, by identity; empty where it is not known.
    before: BTreeMap<ObjectId, &'a Manifest>,
    /// What pods are made from.
    pub(super) pods: Vec<Pod<'a>>,
    /// The minor version of Kubernetes 1 that the set is for.
    pub(super) minor: u32,
    /// What somebody of the set may make: what a custom resource, a command, or a role that may create things names.
    named: BTreeSet<&'a str>,
}

impl<'a> Set<'a> {
    pub(super) fn of(manifests: &'a [Manifest], before: &'a [Manifest], version: Option<&str>) -> Self {
        let before = before.iter().filter_map(|manifest| Some((ObjectId::of(&manifest.object)?, manifest))).collect();
        let pods: Vec<Pod<'a>> = manifests.iter().filter_map(Pod::of).collect();
        let minor = version.and_then(minor_of).unwrap_or(NEWEST_MINOR);
        let named = named(manifests, &pods);
        Self { manifests, before, pods, minor, named }
    }

    /// Returns the objects of a kind, in any version. A normalised set is ordered by group, kind and name.
    pub(super) fn of_kind(&self, group: &str, kind: &str) -> slice::Iter<'a, Manifest> {
        let start = self.manifests.partition_point(|manifest| kind_of(&manifest.object) < (group, kind));
        let end = self.manifests.partition_point(|manifest| kind_of(&manifest.object) <= (group, kind));
        self.manifests[start..end].iter()
    }

    /// Returns the object of a kind and name. A set has one namespace.
    pub(super) fn find(&self, group: &str, kind: &str, name: &str) -> Option<&'a Manifest> {
        let all = self.of_kind(group, kind).as_slice();
        let named = |manifest: &Manifest| manifest.object["metadata"]["name"].as_str().map(|own| own.cmp(name));
        let at = all.binary_search_by(|manifest| named(manifest).unwrap_or(Ordering::Less)).ok()?;
        all.get(at)
    }

    /// Returns an object as it was.
    pub(super) fn before(&self, id: &ObjectId) -> Option<&'a Manifest> {
        self.before.get(id).copied()
    }

    /// Returns the objects of kinds that Kubernetes itself does not have.
    pub(super) fn custom(&self) -> impl Iterator<Item = &'a Manifest> {
        self.manifests.iter().filter(|manifest| is_custom(&manifest.object))
    }

    /// Returns whether the set names this in a way that lets somebody make it.
    pub(super) fn may_be_made(&self, name: &str) -> bool {
        self.named.contains(name)
    }
}

/// Returns whether an object is of a kind, in any version.
pub(super) fn is_kind(object: &Value, group: &str, kind: &str) -> bool {
    kind_of(object) == (group, kind)
}

/// Returns an object's group and kind.
fn kind_of(object: &Value) -> (&str, &str) {
    let text = |field: &str| object[field].as_str().unwrap_or_default();
    (text("apiVersion").split_once('/').map_or("", |(group, _)| group), text("kind"))
}

/// Returns the items of a list, each with its own pointer.
pub(super) fn items<'a>(object: &'a Value, pointer: &str) -> Vec<(String, &'a Value)> {
    let list = object.pointer(pointer).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().enumerate().map(|(at, item)| (format!("{pointer}/{at}"), item)).collect()
}

/// Returns the pointer of a field below a pointer.
pub(super) fn below(pointer: &str, step: &str) -> String {
    let mut pointer = pointer.to_owned();
    push_step(&mut pointer, step);
    pointer
}

fn is_custom(object: &Value) -> bool {
    !is_builtin_group(kind_of(object).0)
}

fn named<'a>(manifests: &'a [Manifest], pods: &[Pod<'a>]) -> BTreeSet<&'a str> {
    let mut named = BTreeSet::new();
    for manifest in manifests.iter().filter(|manifest| is_custom(&manifest.object)) {
        texts(&manifest.object, &mut named);
    }
    for container in pods.iter().flat_map(Pod::containers) {
        let words = ["command", "args"].into_iter().filter_map(|list| container.value[list].as_array());
        let words = words.flatten().filter_map(Value::as_str);
        named.extend(words.map(|word| word.split_once('=').map_or(word, |(_, value)| value)));
    }
    for role in manifests.iter().filter(|manifest| may_create(&manifest.object)) {
        let rules = role.object["rules"].as_array().into_iter().flatten();
        let listed = rules.filter_map(|rule| rule["resourceNames"].as_array()).flatten();
        named.extend(listed.filter_map(Value::as_str));
    }
    named
}

fn may_create(role: &Value) -> bool {
    let is_role = is_kind(role, RBAC, "Role") || is_kind(role, RBAC, "ClusterRole");
    let rules = role["rules"].as_array().into_iter().flatten();
    let mut verbs = rules.filter_map(|rule| rule["verbs"].as_array()).flatten();
    is_role && verbs.any(|verb| verb == "create" || verb == "*")
}

fn texts<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::String(text) => drop(found.insert(text)),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Reads "v1.36.3", and "v1.36+" as some providers write it.
fn minor_of(version: &str) -> Option<u32> {
    let rest = version.trim_start_matches('v').strip_prefix("1.")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).map_or(rest, |end| &rest[..end]);
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::minor_of;

    #[test]
    fn a_version_is_read_as_servers_say_it() {
        let cases = [("v1.36.3", Some(36)), ("v1.29+", Some(29)), ("1.32.1-eks", Some(32)), ("", None), ("v2.1", None)];
        for (text, minor) in cases {
            assert_eq!(minor_of(text), minor, "{text}");
        }
    }
}
