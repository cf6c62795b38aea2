//! From a kubeconfig to a connection. Opens nothing until the first request.

use std::path::Path;
use std::sync::Arc;

use kube::client::ClientBuilder;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};

use crate::absence::Absence;
use crate::channel::Channel;
use crate::read_only::ReadOnlyLayer;
use crate::session::{Open, Session};
use crate::{Error, Reader};

/// Who we are to one API server, and where it is.
#[derive(Clone)]
pub struct Connection {
    config: Config,
    absence: Absence,
}

impl Connection {
    /// Reads a kubeconfig file's current context. Errors call it by `name`, the variable that says its path.
    pub async fn from_kubeconfig(path: &Path, name: &str) -> Result<Self, Error> {
        let wrong = |why| Error::Kubeconfig { name: name.to_owned(), why };
        let kubeconfig = Kubeconfig::read_from(path).map_err(|error| wrong(unread(&error)))?;
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
        let mut config = config.map_err(|_| wrong("has no usable cluster, user or current context"))?;
        config.default_retry = false; // `channel` repeats what is safe to repeat, within a deadline.
        Ok(Self { config, absence: Absence::default() })
    }

    /// Returns a reader: whatever identity this is, nothing that it sends can change the cluster.
    pub fn reader(&self) -> Result<Reader, Error> {
        let connection = self.clone();
        let open: Open = Arc::new(move || {
            let builder = ClientBuilder::try_from(connection.config.clone());
            Ok(builder.map_err(|error| connection.unusable(&error))?.with_layer(&ReadOnlyLayer).build())
        });
        Ok(Reader::new(Channel::new(Session::new(open)?, self.server(), self.absence.clone())))
    }

    /// Returns a channel that can write: only `lease` and `writer` ask for it.
    pub(crate) fn writing_channel(&self) -> Result<Channel, Error> {
        let connection = self.clone();
        let open: Open =
            Arc::new(move || Client::try_from(connection.config.clone()).map_err(|error| connection.unusable(&error)));
        Ok(Channel::new(Session::new(open)?, self.server(), self.absence.clone()))
    }

    fn unusable(&self, error: &kube::Error) -> Error {
        let help = "check the kubeconfig's certificates and credentials".to_owned();
        Error::Unreachable { server: self.server(), why: error.to_string(), help }
    }

    /// Returns the server's address, without a name and password that it may carry.
    fn server(&self) -> String {
        let uri = &self.config.cluster_url;
        let host = uri.authority().map_or("", |authority| authority.as_str());
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        format!("{}://{host}{}", uri.scheme_str().unwrap_or("https"), uri.path())
    }
}

/// Says why a kubeconfig cannot be read. Neither its path nor its text: a variable may hold the content by mistake.
fn unread(error: &KubeconfigError) -> &'static str {
    match error {
        KubeconfigError::ReadConfig(source, _) if source.kind() == std::io::ErrorKind::NotFound => {
            "is not there: no file has that path"
        }
        KubeconfigError::ReadConfig(..) => "cannot be read: that path is no file for us",
        _ => "is not one: the file does not parse",
    }
}
