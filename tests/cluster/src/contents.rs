//! What a namespace holds, as the administrator sees it.

use kube::Client;
use serde_json::Value;

/// Returns every object of some collections (`api/v1/configmaps`) of a namespace, each with its kind and its managers.
pub(crate) async fn of(admin: &Client, namespace: &str, collections: &[&str]) -> Vec<Value> {
    let lists = collections.iter().map(|collection| list(admin, namespace, collection));
    futures::future::join_all(lists).await.into_iter().flatten().collect()
}

async fn list(admin: &Client, namespace: &str, collection: &str) -> Vec<Value> {
    let (version, plural) = collection.rsplit_once('/').expect("a collection has a version and a plural");
    let uri = format!("/{version}/namespaces/{namespace}/{plural}");
    let request = http::Request::get(uri).body(Vec::new()).expect("these names need no escape");
    let mut list: Value = admin.request(request).await.expect("the administrator lists everything");
    let kind = list["kind"].as_str().expect("a list has a kind").trim_end_matches("List").to_owned();
    let Value::Array(mut items) = list["items"].take() else { return Vec::new() };
    for item in &mut items {
        item["kind"] = kind.clone().into();
    }
    items
}
