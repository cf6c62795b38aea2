//! A real image registry on this machine, and images, most of which hold nothing but their configuration.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use landfall_test_cluster::program::Program;
use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::manifest::OciImageIndex;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use serde_json::{Value, json};

use crate::runner::tool;

/// Between two tries to reach a registry that has just been started.
const TRY_AGAIN: Duration = Duration::from_millis(50);
/// Who may use a registry that asks for a login.
pub const USER: &str = "ana";
/// Their password.
pub const PASSWORD: &str = "swordfish";
/// The same as the registry wants it (bcrypt).
const HTPASSWD: &str = "ana:$2b$04$Sd3dNtgwIJdcTs8XI01MXOfbZAFgNQCijfkuhk8zXWaCGh5mgUnSK\n";

/// A registry that serves images over HTTP.
pub struct Registry {
    program: Program,
    host: String,
    login: RegistryAuth,
}

impl Registry {
    /// Starts a registry that anybody may use.
    pub async fn start() -> Self {
        Self::serve(RegistryAuth::Anonymous).await
    }

    /// Starts a registry that asks for a login.
    pub async fn with_login() -> Self {
        Self::serve(RegistryAuth::Basic(USER.to_owned(), PASSWORD.to_owned())).await
    }

    async fn serve(login: RegistryAuth) -> Self {
        let binary = tool("registry").display().to_string();
        let host = format!("127.0.0.1:{}", free_port());
        let program = Program::start(|folder| {
            let mut settings = json!({
                "version": 0.1, "log": {"level": "error"},
                "storage": {"filesystem": {"rootdirectory": folder.path("images")}}, "http": {"addr": host},
            });
            if login != RegistryAuth::Anonymous {
                let path = folder.write("htpasswd", HTPASSWD);
                settings["auth"] = json!({"htpasswd": {"realm": "test", "path": path}});
            }
            let settings = folder.write("settings.yml", &settings.to_string());
            vec![binary, "serve".to_owned(), settings.display().to_string()]
        });
        while tokio::net::TcpStream::connect(&host).await.is_err() {
            tokio::time::sleep(TRY_AGAIN).await;
        }
        Self { program, host, login }
    }

    /// Returns where it listens.
    pub fn address(&self) -> &str {
        &self.host
    }

    /// Returns the reference of an image by its name and tag: `web:1`.
    pub fn reference(&self, image: &str) -> String {
        format!("{}/{image}", self.host)
    }

    /// Returns when the registry was asked for a path that ends like this.
    pub async fn is_asked_for(&self, path: &str) {
        while !self.program.log().contains(path) {
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }

    /// Returns what a container engine's `config.json` holds after a login to it.
    pub fn config_json(&self) -> Value {
        let login = STANDARD.encode(format!("{USER}:{PASSWORD}"));
        json!({"auths": {&self.host: {"auth": login}}})
    }

    /// Pushes an image for one platform.
    ///
    /// # Panics
    ///
    /// When the registry does not take it: a story cannot be told then.
    pub async fn push(&self, image: &str, architecture: &str) {
        let config = json!({"architecture": architecture, "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}});
        self.push_layers(image, &[], &config).await;
    }

    /// Pushes an image of these layers.
    ///
    /// # Panics
    ///
    /// When the registry does not take it.
    pub async fn push_layers(&self, image: &str, layers: &[ImageLayer], config: &Value) {
        let reference: Reference = self.reference(image).parse().expect("stories name images well");
        let config = Config::oci_v1(config.to_string(), None);
        Self::client().push(&reference, layers, config, &self.login, None).await.expect("the registry takes images");
    }

    /// Pushes an index of images that were pushed before, each for a platform of its own.
    ///
    /// # Panics
    ///
    /// When the registry does not take it: a story cannot be told then.
    pub async fn push_index(&self, image: &str, images: &[(&str, &str)]) {
        let client = Self::client();
        let mut manifests = Vec::new();
        for (name, architecture) in images {
            let reference: Reference = self.reference(name).parse().expect("stories name images well");
            let (bytes, digest) = client
                .pull_manifest_raw(&reference, &self.login, &["application/vnd.oci.image.manifest.v1+json"])
                .await
                .expect("the image was pushed");
            manifests.push(json!({
                "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": bytes.len(),
                "platform": {"os": "linux", "architecture": architecture},
            }));
        }
        let index = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests,
        });
        let index: OciImageIndex = serde_json::from_value(index).expect("an index of the specification");
        let reference = self.reference(image).parse().expect("stories name images well");
        client.push_manifest_list(&reference, &self.login, index).await.expect("the registry takes indexes");
    }

    fn client() -> Client {
        Client::new(ClientConfig { protocol: ClientProtocol::Http, ..ClientConfig::default() })
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports");
    listener.local_addr().expect("the listener is bound").port()
}
