//! Which image versions move between two sets of objects. Does not resolve tags.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::manifest::pod_spec;
use crate::report::ImageMove;

/// How many characters of a digest people read, with its algorithm: "sha256:" and twelve digits.
const DIGEST_CHARS: usize = 19;

/// Returns every image that a workload's container runs after and did not run before, each move once.
pub fn images(before: &[Value], after: &[Value]) -> Vec<ImageMove> {
    let old: BTreeMap<_, _> = before.iter().flat_map(containers).collect();
    let new: BTreeMap<_, _> = after.iter().flat_map(containers).collect();
    let differing = new.iter().filter(|(place, image)| old.get(*place) != Some(*image));
    let moves: BTreeSet<_> = differing.map(|(place, image)| one(old.get(place).copied(), image)).collect();
    moves.into_iter().collect()
}

/// Returns each container's place (kind, namespace, name, container) and image.
fn containers(object: &Value) -> Vec<([&str; 4], &str)> {
    let metadata = &object["metadata"];
    let spec = pod_spec(object);
    let lists = ["initContainers", "containers"].into_iter().filter_map(|list| spec[list].as_array());
    let places = lists.flatten().filter_map(|container| {
        let place = [&object["kind"], &metadata["namespace"], &metadata["name"], &container["name"]];
        Some((place.map(|part| part.as_str().unwrap_or_default()), container["image"].as_str()?))
    });
    places.collect()
}

fn one(from: Option<&str>, to: &str) -> ImageMove {
    let new = Image::read(to);
    let name = new.repository.rsplit('/').next().unwrap_or(new.repository).to_owned();
    let Some(from) = from else { return ImageMove { name, from: None, to: new.version() } };
    let old = Image::read(from);
    let (from, to) = match (old.repository == new.repository, old.version() == new.version()) {
        (true, false) => (old.version(), new.version()),
        (true, true) => (old.digest_or_version(), new.digest_or_version()),
        (false, _) => (from.to_owned(), to.to_owned()),
    };
    ImageMove { name, from: Some(from), to }
}

/// A reference, taken apart.
struct Image<'a> {
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Image<'a> {
    fn read(text: &'a str) -> Self {
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        // A colon before the last slash belongs to a registry's port.
        let tag = rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
        tag.map_or(Self { repository: rest, tag: None, digest }, |(repository, tag)| Self {
            repository,
            tag: Some(tag),
            digest,
        })
    }

    fn version(&self) -> String {
        self.tag.map_or_else(|| self.digest_or_version(), str::to_owned)
    }

    fn digest_or_version(&self) -> String {
        let digest = self.digest.map(|digest| digest.chars().take(DIGEST_CHARS).collect());
        digest.unwrap_or_else(|| self.tag.unwrap_or("latest").to_owned())
    }
}
