//! A proxy in front of the API server that counts, delays and breaks requests.
//!
//! Its front is plain HTTP without credentials, and it acts as one identity.
//! It runs on a thread of its own, so it serves a client process as well as the test's runtime.

mod fault;
mod server;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use kube::Client;

pub use fault::{Answer, Fault, Rule};

use crate::access;

/// A request that reached the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRequest {
    /// The HTTP method.
    pub method: String,
    /// The path and query.
    pub uri: String,
}

impl SeenRequest {
    /// Returns the path and query up to the version that a watch starts at.
    pub fn place(&self) -> &str {
        fault::without_version(&self.uri)
    }
}

/// A running proxy, ended when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    kubeconfig: PathBuf,
    traffic: Arc<Traffic>,
    _stop: tokio::sync::oneshot::Sender<()>,
}

/// What the proxy saw, and what it shall do.
#[derive(Default)]
pub(crate) struct Traffic {
    seen: Mutex<Vec<SeenRequest>>,
    rules: Mutex<Vec<Rule>>,
    round_trip: Mutex<Duration>,
}

impl Proxy {
    pub(crate) fn start(kubeconfig: String, file: PathBuf) -> Proxy {
        let traffic = Arc::new(Traffic::default());
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let address = server::start(kubeconfig, Arc::clone(&traffic), stopped);
        fs::write(&file, access::plain_kubeconfig(&format!("http://{address}")))
            .expect("the state directory is writable");
        Proxy { address, kubeconfig: file, traffic, _stop: stop }
    }

    /// Returns a kubeconfig whose server is the proxy.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Makes a client of the proxy, for the runtime of the calling test.
    pub async fn client(&self) -> Client {
        access::client(&access::plain_kubeconfig(&self.url())).await
    }

    /// Returns the URL of the proxy.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes every request take this much longer.
    pub fn delay(&self, round_trip: Duration) {
        *held(&self.traffic.round_trip) = round_trip;
    }

    /// Adds a rule; of several that match a request the first counts.
    pub fn add(&self, rule: Rule) {
        held(&self.traffic.rules).push(rule);
    }

    /// Returns of each rule, in the order in which they were added, whether a request was broken by it.
    pub fn met(&self) -> Vec<bool> {
        held(&self.traffic.rules).iter().map(Rule::is_met).collect()
    }

    /// Removes the rules and forgets the requests; the delay stays.
    pub fn reset(&self) {
        held(&self.traffic.rules).clear();
        held(&self.traffic.seen).clear();
    }

    /// Returns the requests so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<SeenRequest> {
        held(&self.traffic.seen).clone()
    }
}

impl Traffic {
    /// Notes a request, and returns the fault that is due.
    fn note(&self, method: &str, uri: &str) -> Option<Fault> {
        held(&self.seen).push(SeenRequest { method: method.into(), uri: uri.into() });
        let mut rules = held(&self.rules);
        let due: Vec<Fault> = rules.iter_mut().filter_map(|rule| rule.due(method, uri)).collect();
        due.into_iter().next()
    }

    fn round_trip(&self) -> Duration {
        *held(&self.round_trip)
    }
}

/// A test that panicked while it held the lock broke nothing in here.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
