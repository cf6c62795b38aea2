//! Asks an image registry whether it has an image, and for which platforms (OCI Distribution). Pulls nothing.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::time::Duration;

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential};
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::manifest::{OciImageManifest, OciManifest};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use serde::Deserialize;
use tokio::time::timeout;

const CONNECT_SECONDS_MAX: u64 = 5;
/// One image's questions: a login, its manifest, its configuration.
const ANSWER_SECONDS_MAX: u64 = 20;

/// What a registry says about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It has it.
    Present,
    /// It does not have it, or not for these nodes.
    Absent {
        /// Why, as a clause.
        why: String,
    },
    /// It could not be asked.
    Unknown {
        /// Why, as a clause.
        why: String,
    },
}

/// An operating system and architecture, as `linux/amd64`.
pub(crate) type Platform = String;

/// Asks for one image. Of platforms at least one must be served; with none known, any will do.
pub(crate) async fn ask(reference: &str, platforms: &BTreeSet<Platform>) -> Answer {
    match timeout(Duration::from_secs(ANSWER_SECONDS_MAX), served(reference)).await {
        Ok(Ok(served)) => judge(&served, platforms),
        Ok(Err(answer)) => answer,
        Err(_) => unknown(format!("its registry did not answer within {ANSWER_SECONDS_MAX} s")),
    }
}

fn judge(served: &BTreeSet<Platform>, wanted: &BTreeSet<Platform>) -> Answer {
    if served.is_empty() || wanted.is_empty() || !served.is_disjoint(wanted) {
        return Answer::Present;
    }
    Answer::Absent { why: format!("it is for {}, and the nodes are {}", list(served), list(wanted)) }
}

fn list(platforms: &BTreeSet<Platform>) -> String {
    platforms.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Returns the platforms that an image is for; none where it does not say.
async fn served(reference: &str) -> Result<BTreeSet<Platform>, Answer> {
    let image: Reference = reference.parse().map_err(|error| unknown(format!("it is no image reference: {error}")))?;
    let login = login(image.resolve_registry().to_owned()).await?;
    let client = Client::try_from(settings(image.resolve_registry())).map_err(|error| unknown(sentence(&error)))?;
    let (manifest, _) = client.pull_manifest(&image, &login).await.map_err(|error| refused(&error))?;
    match manifest {
        OciManifest::ImageIndex(index) => {
            let platforms = index.manifests.into_iter().filter_map(|entry| entry.platform);
            Ok(platforms.map(|platform| format!("{}/{}", platform.os, platform.architecture)).collect())
        }
        OciManifest::Image(manifest) => Ok(configured(&client, &image, &manifest).await.into_iter().collect()),
    }
}

/// The part of an image's configuration that says what it runs on (OCI Image Configuration).
#[derive(Deserialize)]
struct Configured {
    os: String,
    architecture: String,
}

/// Returns the platform of an image that has only one. One that cannot be read is not known, and stops nothing.
async fn configured(client: &Client, image: &Reference, manifest: &OciImageManifest) -> Option<Platform> {
    let mut bytes = Vec::new();
    client.pull_blob(image, &manifest.config, &mut bytes).await.ok()?;
    let Configured { os, architecture } = serde_json::from_slice(&bytes).ok()?;
    Some(format!("{os}/{architecture}"))
}

/// As a container engine does, a registry on this machine is spoken to without TLS.
fn settings(registry: &str) -> ClientConfig {
    let host = registry.rsplit_once(':').map_or(registry, |(host, _)| host);
    let is_local = host == "localhost" || host.starts_with("127.");
    ClientConfig {
        protocol: if is_local { ClientProtocol::Http } else { ClientProtocol::Https },
        connect_timeout: Some(Duration::from_secs(CONNECT_SECONDS_MAX)),
        user_agent: concat!("landfall/", env!("CARGO_PKG_VERSION")),
        ..ClientConfig::default()
    }
}

/// Returns the login that the container engine's own configuration has for a registry, also through its helpers.
async fn login(registry: String) -> Result<RegistryAuth, Answer> {
    let found = tokio::task::spawn_blocking(move || {
        // The oldest registry is kept under its address, all others under their names.
        get_credential(&registry).or_else(|_| get_credential(&format!("https://{registry}/v1/")))
    });
    let found = found.await.map_err(|error| unknown(error.to_string()))?;
    match found {
        Ok(DockerCredential::UsernamePassword(user, password)) => Ok(RegistryAuth::Basic(user, password)),
        Ok(DockerCredential::IdentityToken(token)) => Ok(RegistryAuth::Bearer(token)),
        Err(
            CredentialRetrievalError::NoCredentialConfigured
            | CredentialRetrievalError::ConfigNotFound
            | CredentialRetrievalError::ConfigReadError,
        ) => Ok(RegistryAuth::Anonymous),
        // What a helper prints may be the login itself.
        Err(CredentialRetrievalError::HelperFailure { helper, .. }) => {
            Err(unknown(format!("the credential helper `{helper}` failed")))
        }
        Err(error) => Err(unknown(sentence(&error))),
    }
}

fn refused(error: &OciDistributionError) -> Answer {
    let absent = || Answer::Absent { why: "its registry does not have it".to_owned() };
    match error {
        OciDistributionError::ImageManifestNotFoundError(_) | OciDistributionError::ServerError { code: 404, .. } => {
            absent()
        }
        OciDistributionError::RegistryError { envelope, .. }
            if envelope.errors.iter().any(|it| is_absence(&it.code)) =>
        {
            absent()
        }
        OciDistributionError::UnauthorizedError { .. } | OciDistributionError::AuthenticationFailure(_) => {
            unknown("its registry asks for a login, and none that it takes is configured (`docker login`)".to_owned())
        }
        OciDistributionError::ServerError { code, .. } => unknown(format!("its registry answers with {code}")),
        OciDistributionError::RequestError(_) => unknown("its registry cannot be reached".to_owned()),
        error => unknown(sentence(error)),
    }
}

fn is_absence(code: &OciErrorCode) -> bool {
    matches!(code, OciErrorCode::ManifestUnknown | OciErrorCode::NameUnknown | OciErrorCode::NotFound)
}

fn unknown(why: String) -> Answer {
    Answer::Unknown { why }
}

/// Returns an error in one line.
fn sentence(error: &impl Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platforms(names: &[&str]) -> BTreeSet<Platform> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn one_node_that_can_run_an_image_is_enough() {
        assert_eq!(judge(&platforms(&["linux/amd64", "linux/arm64"]), &platforms(&["linux/arm64"])), Answer::Present);
        assert_eq!(judge(&platforms(&["linux/amd64"]), &BTreeSet::new()), Answer::Present);
        assert_eq!(judge(&BTreeSet::new(), &platforms(&["linux/arm64"])), Answer::Present);
    }

    #[test]
    fn an_image_for_other_nodes_is_absent() {
        let answer = judge(&platforms(&["linux/arm64"]), &platforms(&["linux/amd64"]));
        let why = "it is for linux/arm64, and the nodes are linux/amd64".to_owned();
        assert_eq!(answer, Answer::Absent { why });
    }
}
