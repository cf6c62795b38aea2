//! The command line of each part of the control plane.
//!
//! Every flag that differs from a production cluster is here for speed or for loopback.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use crate::binaries::Binaries;
use crate::state::State;

/// The loopback ports of one control plane.
pub(crate) struct Ports {
    etcd: u16,
    etcd_peer: u16,
    pub(crate) api_server: u16,
    kwok: u16,
}

impl Ports {
    /// Picks free ports; all are held until all are picked, so that they differ.
    pub(crate) fn pick() -> Ports {
        let held: [TcpListener; 4] =
            std::array::from_fn(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports"));
        let [etcd, etcd_peer, api_server, kwok] =
            held.each_ref().map(|listener| listener.local_addr().expect("the listener is bound").port());
        Ports { etcd, etcd_peer, api_server, kwok }
    }
}

/// What every command line needs.
pub(crate) struct Parts<'a> {
    pub(crate) binaries: &'a Binaries,
    pub(crate) state: &'a State,
    pub(crate) ports: &'a Ports,
}

impl Parts<'_> {
    pub(crate) fn etcd(&self) -> Vec<String> {
        let client = format!("http://127.0.0.1:{}", self.ports.etcd);
        let peer = format!("http://127.0.0.1:{}", self.ports.etcd_peer);
        self.part(
            "etcd",
            &[
                "--unsafe-no-fsync".into(),
                format!("--data-dir={}", self.file("etcd")),
                format!("--listen-client-urls={client}"),
                format!("--advertise-client-urls={client}"),
                format!("--listen-peer-urls={peer}"),
                format!("--initial-advertise-peer-urls={peer}"),
                format!("--initial-cluster=default={peer}"),
            ],
        )
    }

    pub(crate) fn api_server(&self, more: &[String]) -> Vec<String> {
        let mut command = self.part(
            "kube-apiserver",
            &[
                format!("--etcd-servers=http://127.0.0.1:{}", self.ports.etcd),
                "--bind-address=127.0.0.1".into(),
                format!("--secure-port={}", self.ports.api_server),
                format!("--tls-cert-file={}", self.file("server.crt")),
                format!("--tls-private-key-file={}", self.file("server.key")),
                format!("--client-ca-file={}", self.file("ca.crt")),
                format!("--service-account-key-file={}", self.file("service-account.pub")),
                format!("--service-account-signing-key-file={}", self.file("service-account.key")),
                "--service-account-issuer=https://kubernetes.default.svc".into(),
                "--service-cluster-ip-range=10.0.0.0/16".into(),
                "--authorization-mode=RBAC".into(),
                "--allow-privileged=true".into(),
                "--kubelet-preferred-address-types=InternalIP".into(),
                format!("--audit-policy-file={}", self.file("audit-policy.yaml")),
                format!("--audit-log-path={}", self.file("audit.log")),
                // The log is read whole, so it must not rotate.
                "--audit-log-maxsize=2000".into(),
            ],
        );
        command.extend_from_slice(more);
        command
    }

    pub(crate) fn controller_manager(&self) -> Vec<String> {
        self.part(
            "kube-controller-manager",
            &[
                "--leader-elect=false".into(),
                "--secure-port=0".into(),
                format!("--kubeconfig={}", self.file("kube-controller-manager.kubeconfig")),
                format!("--service-account-private-key-file={}", self.file("service-account.key")),
                format!("--root-ca-file={}", self.file("ca.crt")),
                "--kube-api-qps=500".into(),
                "--kube-api-burst=1000".into(),
            ],
        )
    }

    pub(crate) fn scheduler(&self) -> Vec<String> {
        self.part(
            "kube-scheduler",
            &[
                "--leader-elect=false".into(),
                "--secure-port=0".into(),
                format!("--kubeconfig={}", self.file("kube-scheduler.kubeconfig")),
                "--kube-api-qps=500".into(),
                "--kube-api-burst=1000".into(),
            ],
        )
    }

    pub(crate) fn kwok(&self, configuration: &str) -> Vec<String> {
        vec![
            text(&self.binaries.kwok),
            format!("--kubeconfig={}", self.file("kwok.kubeconfig")),
            format!("--config={}", self.file(configuration)),
            "--manage-nodes-with-label-selector=type=kwok".into(),
            "--node-ip=127.0.0.1".into(),
            format!("--node-port={}", self.ports.kwok),
            format!("--server-address=127.0.0.1:{}", self.ports.kwok),
            format!("--tls-cert-file={}", self.file("server.crt")),
            format!("--tls-private-key-file={}", self.file("server.key")),
            "--node-lease-duration-seconds=0".into(),
            "--cidr=10.244.0.0/16".into(),
        ]
    }

    fn part(&self, name: &str, flags: &[String]) -> Vec<String> {
        let mut command = vec![text(&self.binaries.control_plane), name.to_owned()];
        command.extend_from_slice(flags);
        command
    }

    fn file(&self, name: &str) -> String {
        text(&self.state.path(name))
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("the cache and temporary directories have UTF-8 names").to_owned()
}
