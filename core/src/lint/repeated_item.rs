//! Items of a list that server-side apply tells apart by a key that two of them share.

use std::collections::BTreeMap;

use serde_json::Value;

use super::finding::{At, Found};
use super::set::{Set, items};
use crate::manifest::Manifest;

/// A list in a pod or container, and the fields that are the key of its items (`x-kubernetes-list-map-keys`).
struct Keyed {
    list: &'static str,
    keys: &'static [&'static str],
}

const OF_CONTAINER: [Keyed; 5] = [
    Keyed { list: "env", keys: &["name"] },
    Keyed { list: "ports", keys: &["containerPort", "protocol"] },
    Keyed { list: "ports", keys: &["name"] }, // No key, but the server refuses it all the same.
    Keyed { list: "volumeMounts", keys: &["mountPath"] },
    Keyed { list: "volumeDevices", keys: &["devicePath"] },
];
const OF_POD: [Keyed; 4] = [
    Keyed { list: "containers", keys: &["name"] },
    Keyed { list: "initContainers", keys: &["name"] },
    Keyed { list: "volumes", keys: &["name"] },
    Keyed { list: "imagePullSecrets", keys: &["name"] },
];
const OF_SERVICE: [Keyed; 2] =
    [Keyed { list: "ports", keys: &["port", "protocol"] }, Keyed { list: "ports", keys: &["name"] }];

/// Finds items with the same key.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    for pod in &set.pods {
        for keyed in &OF_POD {
            in_list(pod.manifest, &pod.spec_at(keyed.list), keyed, "", found);
        }
        for container in pod.containers() {
            for keyed in &OF_CONTAINER {
                in_list(pod.manifest, &container.at(keyed.list), keyed, &format!(" of {}", container.name()), found);
            }
        }
    }
    for service in set.of_kind("", "Service") {
        for keyed in &OF_SERVICE {
            in_list(service, "/spec/ports", keyed, "", found);
        }
    }
}

fn in_list(manifest: &Manifest, pointer: &str, keyed: &Keyed, owner: &str, found: &mut Found) {
    let mut first: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for (at, item) in items(&manifest.object, pointer) {
        let Some(key) = key(item, keyed) else { continue };
        let at = format!("{at}/{}", keyed.keys[0]);
        if let Some(before) = first.get(&key) {
            let title = format!("`{}`{owner} has `{}` twice", keyed.list, key.join("/"));
            found.add(manifest, title, &[(At::Value(&at), "again here"), (At::Value(before), "first here")]);
        } else {
            first.insert(key, at);
        }
    }
}

fn key(item: &Value, keyed: &Keyed) -> Option<Vec<String>> {
    keyed.keys.iter().map(|field| part(item, field)).collect()
}

fn part(item: &Value, field: &str) -> Option<String> {
    match &item[field] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null if field == "protocol" => Some("TCP".to_owned()),
        _ => None,
    }
}
