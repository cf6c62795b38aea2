//! How an identity reaches the API server: a kubeconfig, or a client in this process.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::json;

use crate::authority::{Authority, Certified};

/// Writes a kubeconfig with everything inside; JSON is YAML enough for every reader.
pub(crate) fn kubeconfig(server: &str, authority: &Authority, user: &Certified) -> String {
    let text = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "contexts": [{ "name": "test", "context": { "cluster": "test", "user": "test" } }],
        "clusters": [{ "name": "test", "cluster": {
            "server": server,
            "certificate-authority-data": STANDARD.encode(authority.certificate()),
        } }],
        "users": [{ "name": "test", "user": {
            "client-certificate-data": STANDARD.encode(&user.certificate),
            "client-key-data": STANDARD.encode(&user.key),
        } }],
    });
    text.to_string()
}

/// Writes a kubeconfig without credentials, for a server that adds them.
pub(crate) fn plain_kubeconfig(server: &str) -> String {
    let text = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "contexts": [{ "name": "test", "context": { "cluster": "test", "user": "test" } }],
        "clusters": [{ "name": "test", "cluster": { "server": server } }],
        "users": [{ "name": "test", "user": {} }],
    });
    text.to_string()
}

/// Makes a client from a kubeconfig; it lives no longer than the runtime that it was made in.
pub(crate) async fn client(kubeconfig: &str) -> Client {
    let kubeconfig = Kubeconfig::from_yaml(kubeconfig).expect("the harness wrote this kubeconfig");
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .expect("the harness wrote this kubeconfig");
    Client::try_from(config).expect("the certificates are the harness's own")
}
