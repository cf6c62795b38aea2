//! A namespace for one test.
//!
//! It is never deleted: it ends with the control plane, and deleting takes seconds.

use std::time::Duration;

use k8s_openapi::api::core::v1::{Namespace as Object, ServiceAccount};
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::{Api, Client, api::PostParams};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const POLL_MILLISECONDS: u64 = 20;

/// A namespace in which the deployer may do everything.
#[derive(Debug, Clone)]
pub struct Namespace {
    /// The name, unique in its control plane.
    pub name: String,
}

pub(crate) async fn create(admin: &Client, name: String) -> Namespace {
    let namespace = json!({ "metadata": { "name": name } });
    let binding = json!({
        "metadata": { "name": "landfall-deployer" },
        "roleRef": role("ClusterRole", "landfall-deployer"),
        "subjects": [role("Group", "landfall:deploy")],
    });
    let post = PostParams::default();
    let created = Api::<Object>::all(admin.clone()).create(&post, &typed(namespace)).await;
    created.expect("the administrator creates namespaces");
    let bindings = Api::<RoleBinding>::namespaced(admin.clone(), &name);
    bindings.create(&post, &typed(binding)).await.expect("the administrator binds roles");
    wait_for_service_account(admin, &name).await;
    Namespace { name }
}

/// Pods are refused until the controller manager has made the default service account.
async fn wait_for_service_account(admin: &Client, namespace: &str) {
    let accounts = Api::<ServiceAccount>::namespaced(admin.clone(), namespace);
    while accounts.get("default").await.is_err() {
        tokio::time::sleep(Duration::from_millis(POLL_MILLISECONDS)).await;
    }
}

fn role(kind: &str, name: &str) -> Value {
    json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name })
}

fn typed<K: DeserializeOwned>(object: Value) -> K {
    serde_json::from_value(object).expect("the literal above is such an object")
}
