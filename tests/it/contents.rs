//! What a deploy leaves in a namespace, without what differs from world to world, and whether the inventory is exact.

use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::shared;
use serde_json::{Value, json};

/// Every kind that the long loops deploy, and what Landfall itself keeps.
const COLLECTIONS: [&str; 11] = [
    "api/v1/configmaps",
    "api/v1/secrets",
    "api/v1/serviceaccounts",
    "api/v1/services",
    "apis/apps/v1/deployments",
    "apis/batch/v1/cronjobs",
    "apis/batch/v1/jobs",
    "apis/coordination.k8s.io/v1/leases",
    "apis/networking.k8s.io/v1/networkpolicies",
    "apis/policy/v1/poddisruptionbudgets",
    "apis/rbac.authorization.k8s.io/v1/roles",
];
const INVENTORY: &str = "landfall-shop-production";
const LABEL: &str = "landfall.dev/inventory";

/// What a namespace holds.
pub(crate) struct Contents {
    namespace: String,
    items: Vec<Value>,
}

/// How far the inventory and the cluster are apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Apart {
    /// Objects with our label that the inventory does not list.
    pub(crate) orphans: Vec<String>,
    /// Objects that the inventory lists and that are not there, or are others.
    pub(crate) lost: Vec<String>,
}

impl Contents {
    pub(crate) async fn of(namespace: &str) -> Self {
        Self::within(shared().await, namespace).await
    }

    pub(crate) async fn within(cluster: &ControlPlane, namespace: &str) -> Self {
        let items = cluster.objects(namespace, &COLLECTIONS).await;
        Self { namespace: namespace.to_owned(), items }
    }

    /// Compares what has our label with what the inventory lists, by kind, name and UID.
    pub(crate) fn apart(&self) -> Apart {
        let live: Vec<String> = self.ours().map(|item| known(item, &item["metadata"])).collect();
        let entries = self.inventory()["entries"].as_array().cloned().unwrap_or_default();
        let listed: Vec<String> = entries.iter().map(|entry| known(entry, entry)).collect();
        let without = |some: &[String], others: &[String]| -> Vec<String> {
            some.iter().filter(|one| !others.contains(one)).cloned().collect()
        };
        Apart { orphans: without(&live, &listed), lost: without(&listed, &live) }
    }

    /// Returns the objects with our label.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &Value> {
        self.items.iter().filter(|item| item["metadata"]["labels"][LABEL].is_string())
    }

    /// Returns the id of the inventory.
    pub(crate) fn id(&self) -> String {
        self.inventory()["id"].as_str().unwrap().to_owned()
    }

    /// Returns the objects that only one of two steady contents has.
    pub(crate) fn difference(wanted: &Value, left: &Value) -> String {
        let lines =
            |contents: &Value| -> Vec<String> { contents.as_array().unwrap().iter().map(Value::to_string).collect() };
        let (wanted, left) = (lines(wanted), lines(left));
        let missing = wanted.iter().filter(|line| !left.contains(line)).map(|line| format!("- {line}\n"));
        missing.chain(left.iter().filter(|line| !wanted.contains(line)).map(|line| format!("+ {line}\n"))).collect()
    }

    fn inventory(&self) -> Value {
        let stored =
            self.items.iter().find(|item| item["kind"] == "ConfigMap" && item["metadata"]["name"] == INVENTORY);
        let text = stored.and_then(|stored| stored["data"]["inventory.json"].as_str());
        text.map(|text| serde_json::from_str(text).unwrap()).unwrap_or_default()
    }

    /// Returns what is there without what no two runs share: names of namespaces, ids, versions, times. A commit is
    /// known by its number.
    pub(crate) fn steady(&self, commits: &[String]) -> Value {
        let mut text = Value::from(self.items.clone()).to_string().replace(&self.namespace, "NAMESPACE");
        for (number, commit) in commits.iter().enumerate() {
            text = text.replace(commit, &format!("COMMIT {number}"));
        }
        for item in &self.items {
            let name = format!("uid of {}", named(item, &item["metadata"]));
            text = text.replace(item["metadata"]["uid"].as_str().unwrap(), &name);
        }
        if let Some(id) = self.inventory()["id"].as_str() {
            text = text.replace(id, "INVENTORY").replace(&id[..8], "INVENTORY");
        }
        let mut items: Vec<Value> = serde_json::from_str(&text).unwrap();
        items.iter_mut().for_each(steady);
        items.into()
    }
}

fn named(kind: &Value, name: &Value) -> String {
    format!("{}/{}", kind["kind"].as_str().unwrap_or_default(), name["name"].as_str().unwrap_or_default())
}

fn known(kind: &Value, name: &Value) -> String {
    format!("{} {}", named(kind, name), name["uid"].as_str().unwrap_or("without a UID"))
}

/// Takes out of an object what no two runs share.
fn steady(item: &mut Value) {
    let metadata = item["metadata"].as_object_mut().unwrap();
    for key in ["creationTimestamp", "resourceVersion", "generation"] {
        metadata.remove(key);
    }
    // How often it was rolled out.
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.remove("deployment.kubernetes.io/revision");
    }
    let mut managers: Vec<Value> = metadata.get("managedFields").and_then(Value::as_array).cloned().unwrap_or_default();
    managers.retain(|manager| manager["manager"].as_str().is_some_and(|name| name.starts_with("landfall:")));
    for manager in &mut managers {
        manager["time"] = Value::Null;
    }
    metadata.insert("managedFields".to_owned(), managers.into());
    item["status"] = json!(null);
    for key in ["clusterIP", "clusterIPs", "acquireTime", "renewTime"] {
        if let Some(value) = item["spec"].get_mut(key) {
            *value = json!(null);
        }
    }
}
