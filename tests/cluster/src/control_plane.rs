//! A running control plane, and the ways to reach it.
//!
//! It ends its processes when it is dropped, and when the test process ends without dropping it.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};

use kube::Client;
use serde_json::Value;

use crate::access;
use crate::api_server::ApiServer;
use crate::audit::{self, AuditedRequest};
use crate::authority::Authority;
use crate::binaries::{self, Binaries};
use crate::boot::{self, Booted};
use crate::contents;
use crate::furnish;
use crate::identity::Identity;
use crate::kubectl;
use crate::namespace::{self, Namespace};
use crate::proxy::Proxy;
use crate::settle;
use crate::state::State;
use crate::supervisor::Supervisor;
use crate::webhook;

/// etcd, kube-apiserver, controller manager, scheduler and kwok on loopback, with one node.
pub struct ControlPlane {
    supervisor: Supervisor,
    server: String,
    api_server: ApiServer,
    binaries: Binaries,
    authority: Authority,
    state: State,
    numbers: AtomicUsize,
}

impl ControlPlane {
    /// Starts a control plane and returns when its node takes pods.
    pub async fn start() -> ControlPlane {
        ControlPlane::start_with(&[]).await
    }

    /// Starts a control plane whose API server has more flags.
    pub async fn start_with(api_server_flags: &[String]) -> ControlPlane {
        let binaries = binaries::find();
        let state = State::create();
        let authority = Authority::create();
        let booted = boot::boot(&binaries, &state, &authority, api_server_flags).await;
        let numbers = AtomicUsize::new(1);
        let Booted { supervisor, server, api_server } = booted;
        let started = ControlPlane { supervisor, server, api_server, binaries, authority, state, numbers };
        furnish::furnish(&started, &started.state).await;
        started
    }

    /// Writes a kubeconfig for an identity.
    pub fn kubeconfig(&self, identity: &Identity) -> PathBuf {
        let name = format!("{}-{}.kubeconfig", identity.user(), self.number());
        self.state.write(&name, &self.kubeconfig_text(identity))
    }

    /// Makes a client that acts as an identity, for the runtime of the calling test.
    pub async fn client(&self, identity: &Identity) -> Client {
        access::client(&self.kubeconfig_text(identity)).await
    }

    /// Creates a namespace of its own for a test, in which the deployer may do everything.
    pub async fn namespace(&self, prefix: &str) -> Namespace {
        let name = format!("{prefix}-{}", self.number());
        namespace::create(&self.client(&Identity::Admin).await, name).await
    }

    /// Starts a proxy that talks to the API server as an identity, and does as its rules say.
    pub fn proxy(&self, identity: &Identity) -> Proxy {
        let file = self.state.path(&format!("proxy-{}.kubeconfig", self.number()));
        Proxy::start(self.kubeconfig_text(identity), file)
    }

    /// Returns every object of some collections (`api/v1/configmaps`) of a namespace.
    pub async fn objects(&self, namespace: &str, collections: &[&str]) -> Vec<Value> {
        contents::of(&self.client(&Identity::Admin).await, namespace, collections).await
    }

    /// Returns the version that the API server says it is.
    ///
    /// # Panics
    ///
    /// When it does not answer.
    pub async fn version(&self) -> String {
        let version = self.client(&Identity::Admin).await.apiserver_version().await;
        version.expect("the API server tells its version").git_version
    }

    /// Returns every request that the API server finished, except its own parts'.
    pub fn audit(&self) -> Vec<AuditedRequest> {
        audit::read(&self.state.read("audit.log"))
    }

    /// Runs kubectl as the administrator.
    pub fn kubectl(&self, args: &[&str]) -> Output {
        self.kubectl_with_input(args, "")
    }

    /// Runs kubectl as the administrator, with text for `-f -`.
    pub fn kubectl_with_input(&self, args: &[&str], input: &str) -> Output {
        let kubeconfig = self.kubeconfig(&Identity::Admin);
        kubectl::run(&self.binaries, &self.state, &kubeconfig, args, input)
    }

    /// Returns the program whose first argument names a part: `kubectl` is one.
    pub fn program(&self) -> &Path {
        &self.binaries.control_plane
    }

    /// Returns when the controllers have written nothing for a moment.
    pub async fn settle(&self) {
        settle::settle(&self.client(&Identity::Admin).await, &self.state).await;
    }

    /// Returns the URL of the API server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Returns the certificate of the cluster's authority, PEM.
    pub fn certificate_authority(&self) -> String {
        self.authority.certificate()
    }

    /// Starts an admission webhook and returns its address. A path after it are the words in which it refuses every
    /// review, with hyphens between them, or the milliseconds after which it allows it. Whoever registers it says for
    /// which namespace.
    pub fn webhook(&self) -> String {
        format!("https://{}", webhook::start(&self.authority.server("webhook")))
    }

    /// Returns what kills the API server that runs now, as a node that dies would.
    pub fn kills_api_server(&self) -> impl Fn() + Send + Sync + use<> {
        self.api_server.killer()
    }

    /// Waits until the API server was killed, starts it again with the same address and data, and returns when it is
    /// ready, which takes some seconds.
    pub async fn revive_api_server(&mut self) {
        self.api_server.revive(&mut self.supervisor, &self.state).await;
        let admin = self.client(&Identity::Admin).await;
        boot::wait_until("the API server is back", &self.state, async || boot::is_ready(&admin).await).await;
    }

    /// Returns the ids of the processes that belong to this control plane.
    pub fn processes(&self) -> Vec<u32> {
        self.supervisor.processes()
    }

    /// Returns the directory of the logs; it goes with the control plane.
    pub fn state_directory(&self) -> PathBuf {
        self.state.directory().to_owned()
    }

    fn number(&self) -> usize {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    fn kubeconfig_text(&self, identity: &Identity) -> String {
        let user = self.authority.client(identity.user(), identity.group());
        access::kubeconfig(&self.server, &self.authority, &user)
    }
}
