//! The host as a story holds it: starting, addresses, tokens, faults, and the record of requests.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::access::Permissions;
use crate::error::Error;
use crate::log::Recorded;
use crate::server::{self, Server};
use crate::site::Site;
use crate::state::{Shared, State};

/// A git host on a port of its own. Dropping it stops the server and deletes its repositories.
#[derive(Debug)]
pub struct FakeHost {
    pub(crate) shared: Arc<Shared>,
    // The server stops before its directory goes away: fields drop in this order.
    _server: Server,
    _directory: Option<TempDir>,
}

impl FakeHost {
    /// Starts a host on a free loopback port, with its repositories in a temporary directory.
    #[expect(clippy::unused_async, reason = "stories await every step, and starting may come to wait")]
    pub async fn start() -> Result<Self, Error> {
        let directory = tempfile::tempdir().map_err(Error::machine("temporary directory"))?;
        let root = directory.path().to_owned();
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::open(address, root, Some(directory))
    }

    /// Starts a host on an address, with its repositories in a directory which stays.
    pub fn listen(address: SocketAddr, root: &Path) -> Result<Self, Error> {
        let what = root.display().to_string();
        std::fs::create_dir_all(root).map_err(Error::machine(what.clone()))?;
        let root = root.canonicalize().map_err(Error::machine(what))?;
        Self::open(address, root, None)
    }

    fn open(address: SocketAddr, root: PathBuf, directory: Option<TempDir>) -> Result<Self, Error> {
        let listener = TcpListener::bind(address).map_err(Error::machine(address.to_string()))?;
        let address = listener.local_addr().map_err(Error::machine("listener"))?;
        let shared = Arc::new(Shared::new(Site::new(format!("http://{address}"), root)));
        let server = server::serve(listener, Arc::clone(&shared))?;
        Ok(Self { shared, _server: server, _directory: directory })
    }

    /// Returns the address of the host, as `GITHUB_SERVER_URL` has it.
    pub fn url(&self) -> &str {
        &self.shared.site.url
    }

    /// Returns the address of the REST API, as `GITHUB_API_URL` has it.
    pub fn api_url(&self) -> String {
        self.shared.site.api()
    }

    /// Returns the address to clone a repository from.
    pub fn clone_url(&self, repository: &str) -> String {
        format!("{}/{repository}.git", self.url())
    }

    /// Makes a token for a login. A login ending in `[bot]` is an app, such as `github-actions[bot]`.
    pub fn token(&self, login: &str, permissions: Permissions) -> String {
        self.shared.state().tokens.issue(login, permissions)
    }

    /// Returns every request so far, in the order of their answers.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.log.snapshot()
    }

    /// Lets the next request with this method and this part in its path fail, before anything happens.
    ///
    /// A 429 comes with `Retry-After` and the words of a secondary rate limit.
    pub fn fail_next(&self, method: &str, path_part: &str, status: u16) {
        self.shared.state().faults.add(method, path_part, status);
    }

    /// Lets every call of the API fail from now on, git excepted; none when there is no status.
    pub fn set_outage(&self, status: Option<u16>) {
        self.shared.state().faults.set_outage(status);
    }

    /// Puts a secondary rate limit in place: so many API writes pass, then so many get 403 with `Retry-After`.
    pub fn limit_writes(&self, writes: usize, refusals: usize) {
        self.shared.state().limit.set(writes, refusals);
    }

    /// Works on the state away from the async threads, because git runs below.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut State) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let shared = Arc::clone(&self.shared);
        let done = tokio::task::spawn_blocking(move || work(&mut shared.state()));
        done.await.map_err(|error| Error::Machine {
            what: "a story's step".to_owned(),
            source: std::io::Error::other(error),
        })?
    }
}
