//! Whether the images that the rules name are there: asked before anything is written, and waited for.

use std::collections::BTreeSet;
use std::time::Duration;

use landfall_cluster::{Facts, Listing, Reader};
use landfall_core::gate::AbsentImage;
use landfall_core::manifest::Gvk;

use super::set::UsedImage;
use crate::clock::Stopwatch;
use crate::progress::Progress;
use crate::registry::{Answer, Platform, ask};
use crate::stop::Stop;

/// Between two questions for an image that is still built.
const POLL_SECONDS: u64 = 3;
const ARCHITECTURE: &str = "kubernetes.io/arch";
const SYSTEM: &str = "kubernetes.io/os";

/// What registries say about a set's images.
#[derive(Debug, Default)]
pub(super) struct Images {
    /// Those that no node could pull.
    pub(super) absent: Vec<AbsentImage>,
    /// Those that could not be asked for, each with the reason.
    pub(super) unchecked: Vec<String>,
}

/// Asks once for every image.
pub(super) async fn look(images: &[UsedImage], reader: &Reader, facts: &Facts) -> Images {
    ask_all(images, &platforms(images, reader, facts).await).await
}

/// Asks until every image is there, the time is up, or the run has to stop. Says what it waits for, once.
pub(super) async fn wait(
    images: &[UsedImage],
    reader: &Reader,
    facts: &Facts,
    limit: Duration,
    (progress, stop): (&Progress, &Stop),
) -> Images {
    let started = Stopwatch::start();
    let platforms = platforms(images, reader, facts).await;
    let mut found = ask_all(images, &platforms).await;
    for AbsentImage { reference, why } in &found.absent {
        progress.moment(format!("waits for image {reference}: {why}"));
    }
    while !found.absent.is_empty() && started.elapsed() < limit && !stop.is_asked() {
        tokio::time::sleep(Duration::from_secs(POLL_SECONDS)).await;
        found = ask_all(images, &platforms).await;
    }
    found
}

async fn ask_all(images: &[UsedImage], platforms: &BTreeSet<Platform>) -> Images {
    let mut found = Images::default();
    for UsedImage { reference, .. } in images {
        match ask(reference, platforms).await {
            Answer::Present => {}
            Answer::Absent { why } => found.absent.push(AbsentImage { reference: reference.clone(), why }),
            Answer::Unknown { why } => found.unchecked.push(format!("image `{reference}` was not checked: {why}")),
        }
    }
    found
}

/// Returns what the cluster's nodes run, where this identity may list them; nothing otherwise, or without images.
async fn platforms(images: &[UsedImage], reader: &Reader, facts: &Facts) -> BTreeSet<Platform> {
    let nodes = facts.resource(&Gvk::new("v1", "Node")).filter(|_| !images.is_empty());
    let Some(nodes) = nodes else { return BTreeSet::new() };
    let nodes = match reader.list(nodes, Listing::default()).await {
        Ok(nodes) => nodes,
        Err(error) => {
            tracing::debug!(%error, "the nodes' platforms are not known");
            return BTreeSet::new();
        }
    };
    let platform =
        |labels: &serde_json::Value| Some(format!("{}/{}", labels[SYSTEM].as_str()?, labels[ARCHITECTURE].as_str()?));
    nodes.iter().filter_map(|node| platform(&node["metadata"]["labels"])).collect()
}
