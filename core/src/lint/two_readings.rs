//! Values that kubectl and Kustomize read differently, in files that Landfall reads itself.

use std::sync::Arc;

use super::finding::Found;
use super::set::Set;
use crate::manifest::{Manifest, Text, readings_of};

/// Finds them, each in the object that it is written in.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    let mut seen: Vec<&Arc<Text>> = Vec::new();
    // A tool wrote what it meant.
    for manifest in set.manifests.iter().filter(|manifest| manifest.is_as_written()) {
        if seen.iter().any(|text| Arc::ptr_eq(text, &manifest.text)) {
            continue;
        }
        seen.push(&manifest.text);
        for reading in readings_of(&manifest.text) {
            let Some(owner) = owner(set, &manifest.text, reading.span.start) else { continue };
            let written = manifest.text.content.get(reading.span.clone()).unwrap_or_default();
            let title =
                format!("`{written}` is {} for kubectl, and {} for Kustomize", reading.kubectl, reading.kustomize);
            found.add_at(owner, title, reading.span, "put it in quotes");
        }
    }
}

/// Returns the object that stands around a place of a text.
fn owner<'a>(set: &Set<'a>, text: &Arc<Text>, at: usize) -> Option<&'a Manifest> {
    let is_around = |manifest: &&Manifest| manifest.spans.nearest("").is_some_and(|span| span.contains(&at));
    set.manifests.iter().filter(|manifest| Arc::ptr_eq(&manifest.text, text)).find(is_around)
}
