//! From a kubeconfig to a connection. Opens nothing until the first request.

use std::path::Path;

use kube::client::ClientBuilder;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use crate::channel::Channel;
use crate::read_only::ReadOnlyLayer;
use crate::{Error, Reader};

/// Who we are to one API server, and where it is.
#[derive(Clone)]
pub struct Connection {
    config: Config,
}

impl Connection {
    /// Reads a kubeconfig file's current context.
    pub async fn from_kubeconfig(path: &Path) -> Result<Self, Error> {
        let wrong = |why: String| Error::Kubeconfig { path: path.to_owned(), why };
        let kubeconfig = Kubeconfig::read_from(path).map_err(|error| wrong(error.to_string()))?;
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
        let mut config = config.map_err(|error| wrong(error.to_string()))?;
        config.default_retry = false; // `channel` repeats what is safe to repeat, within a deadline.
        Ok(Self { config })
    }

    /// Returns a reader: whatever identity this is, nothing that it sends can change the cluster.
    pub fn reader(&self) -> Result<Reader, Error> {
        let builder = ClientBuilder::try_from(self.config.clone()).map_err(|error| self.unusable(&error))?;
        Ok(Reader::new(Channel::new(builder.with_layer(&ReadOnlyLayer).build(), self.server())))
    }

    /// Returns a channel that can write: only `lease` and `writer` ask for it.
    pub(crate) fn writing_channel(&self) -> Result<Channel, Error> {
        let client = Client::try_from(self.config.clone()).map_err(|error| self.unusable(&error))?;
        Ok(Channel::new(client, self.server()))
    }

    fn unusable(&self, error: &kube::Error) -> Error {
        let help = "check the kubeconfig's certificates and credentials".to_owned();
        Error::Unreachable { server: self.server(), why: error.to_string(), help }
    }

    fn server(&self) -> String {
        self.config.cluster_url.to_string()
    }
}
