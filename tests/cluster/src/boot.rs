//! Boots the parts in the order in which they need each other.

use std::time::{Duration, Instant};

use kube::Client;

use crate::access;
use crate::api_server::ApiServer;
use crate::authority::{self, Authority};
use crate::binaries::Binaries;
use crate::identity::Identity;
use crate::kubelet;
use crate::parts::{Parts, Ports};
use crate::state::State;
use crate::supervisor::Supervisor;

/// How long a part may take on a machine that is busy compiling.
const BOOT_SECONDS_MAX: u64 = 120;
const POLL_MILLISECONDS: u64 = 50;

/// The parts that reach the API server as users of their own.
const USERS: [(&str, &str, &str); 3] = [
    ("kube-controller-manager", "system:kube-controller-manager", "system:masters"),
    ("kube-scheduler", "system:kube-scheduler", "system:kube-scheduler"),
    ("kwok", "system:kwok", "system:masters"),
];

pub(crate) struct Booted {
    pub(crate) supervisor: Supervisor,
    pub(crate) server: String,
    pub(crate) api_server: ApiServer,
}

/// Starts the parts, and returns when all run and the API server answers.
pub(crate) async fn boot(
    binaries: &Binaries,
    state: &State,
    authority: &Authority,
    api_server_flags: &[String],
) -> Booted {
    let ports = Ports::pick();
    let server = format!("https://127.0.0.1:{}", ports.api_server);
    write_files(state, authority, &server);
    let commands = Parts { binaries, state, ports: &ports };
    let mut supervisor = Supervisor::start(&binaries.control_plane, state);

    supervisor.run(&commands.etcd(), &state.path("etcd.log"));
    let api_server = ApiServer::start(&mut supervisor, commands.api_server(api_server_flags), state);
    let admin = authority.client(Identity::Admin.user(), Identity::Admin.group());
    let admin = access::client(&access::kubeconfig(&server, authority, &admin)).await;
    wait_until("the API server is ready", state, async || is_ready(&admin).await).await;

    // The others give up when the API server takes longer than they like, so they come after it.
    supervisor.run(&commands.controller_manager(), &state.path("kube-controller-manager.log"));
    supervisor.run(&commands.scheduler(), &state.path("kube-scheduler.log"));
    supervisor.run(&commands.kwok(kubelet::configure(state)), &state.path("kwok.log"));
    Booted { supervisor, server, api_server }
}

/// Polls a condition of the cluster, and shows the logs when it never comes.
pub(crate) async fn wait_until(what: &str, state: &State, holds: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(BOOT_SECONDS_MAX);
    while !holds().await {
        assert!(Instant::now() < deadline, "waited {BOOT_SECONDS_MAX} s until {what}:\n{}", state.log_ends());
        tokio::time::sleep(Duration::from_millis(POLL_MILLISECONDS)).await;
    }
}

fn write_files(state: &State, authority: &Authority, server: &str) {
    let certified = authority.server("kube-apiserver");
    state.write("ca.crt", &authority.certificate());
    state.write("server.crt", &certified.certificate);
    state.write("server.key", &certified.key);
    let (signing, verifying) = authority::signing_keys();
    state.write("service-account.key", &signing);
    state.write("service-account.pub", &verifying);
    state.write("audit-policy.yaml", include_str!("../manifests/audit-policy.yaml"));
    for (part, user, group) in USERS {
        let user = authority.client(user, group);
        let kubeconfig = access::kubeconfig(server, authority, &user);
        state.write(&format!("{part}.kubeconfig"), &kubeconfig);
    }
}

pub(crate) async fn is_ready(client: &Client) -> bool {
    let request = http::Request::get("/readyz").body(Vec::new()).expect("the path is valid");
    client.request_text(request).await.is_ok()
}
