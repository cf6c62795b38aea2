//! Where each object of a kustomization comes from: the origins that Kustomize annotates, asked for in the copy alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use landfall_core::manifest::{Compat, Manifest, Origin, SourceFile, object_line, values};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::contents::Contents;
use super::super::keys::key;
use super::super::{Error, join};
use super::{Kustomization, folder_of};

const METADATA: &str = "buildMetadata";
const ORIGINS: &str = "originAnnotations";
const ANNOTATION: &str = "config.kubernetes.io/origin";

/// Whether the user's own build has the annotations too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    ByTheUser,
    ByUs,
}

/// Makes the copy's kustomization ask for origins.
pub(super) fn ask(commit: &Path, kustomization: &Kustomization) -> Result<Asked, Error> {
    let Some(text) = asking(kustomization) else { return Ok(Asked::ByTheUser) };
    let file = commit.join(&kustomization.path);
    // What a link leads to is another folder's kustomization too.
    fs::remove_file(&file)?;
    fs::write(file, text)?;
    Ok(Asked::ByUs)
}

/// Returns the text of a kustomization that asks for origins; nothing where it does so by itself.
///
/// Lines stay where they were, if a line at the end means nothing but what it says there.
fn asking(kustomization: &Kustomization) -> Option<Vec<u8>> {
    let mut wanted = kustomization.value.clone();
    let name = key(&wanted, METADATA).unwrap_or(METADATA).to_owned();
    match wanted.get_mut(&name) {
        Some(Value::Array(asked)) if asked.iter().any(|word| word == ORIGINS) => return None,
        Some(Value::Array(asked)) => asked.push(ORIGINS.into()),
        Some(_) | None => wanted[name.as_str()] = json!([ORIGINS]),
    }
    let mut longer = kustomization.bytes.clone();
    longer.extend_from_slice(format!("\n{METADATA}: [{ORIGINS}]\n").as_bytes());
    let source = SourceFile::new(&kustomization.path, longer.clone());
    let is_what_it_says = values(&source, Compat::Strict).is_ok_and(|read| read == [wanted.clone()]);
    Some(if is_what_it_says { longer } else { wanted.to_string().into_bytes() })
}

/// Reads the origins of a build's objects.
pub(super) struct Origins<'a> {
    asked: Asked,
    folder: &'a str,
    contents: &'a Contents,
    /// By what Kustomize says of objects, and their kind: many come from one place.
    places: BTreeMap<(Option<String>, String), Place>,
    /// The files that they come from.
    texts: BTreeMap<String, Arc<str>>,
}

/// Where objects come from.
#[derive(Clone)]
struct Place {
    origin: Origin,
    /// The file's text; none where it makes objects, as a kustomization.
    text: Option<Arc<str>>,
}

impl<'a> Origins<'a> {
    /// Reads those of a folder's build.
    pub(super) fn of(folder: &'a str, asked: Asked, contents: &'a Contents) -> Self {
        Self { asked, folder, contents, places: BTreeMap::new(), texts: BTreeMap::new() }
    }

    /// Reads where an object comes from; the kustomization itself where Kustomize does not know. An annotation that only
    /// we asked for is taken out.
    pub(super) fn take(&mut self, manifest: &mut Manifest) -> Result<(), Error> {
        let text = match self.asked {
            Asked::ByTheUser => manifest.object["metadata"]["annotations"][ANNOTATION].as_str().map(str::to_owned),
            Asked::ByUs => take_annotation(&mut manifest.object, ANNOTATION),
        };
        let key = (text, manifest.object["kind"].as_str().unwrap_or_default().to_owned());
        if !self.places.contains_key(&key) {
            let place = self.place(&key)?;
            self.places.insert(key.clone(), place);
        }
        let Place { origin, text } = self.places[&key].clone();
        (manifest.origin, manifest.made_from) = (origin, text);
        Ok(())
    }

    /// Returns the place that an annotation names, for objects of a kind.
    fn place(&mut self, (annotation, kind): &(Option<String>, String)) -> Result<Place, Error> {
        let named = annotation.as_deref().and_then(|text| serde_saphyr::from_str::<Annotation>(text).ok());
        let inside = |path: String| {
            let outside = || Error::Link { path: "a kustomization".to_owned(), to: path.clone() };
            self.contents.inside(&join(self.folder, &path)).ok_or_else(outside)
        };
        let path = named.and_then(Annotation::path).map(inside).transpose()?;
        let path = path.unwrap_or_else(|| self.folder.to_owned());
        let file = self.contents.file(&path).filter(|_| folder_of(&path).is_none());
        let text = file.map(|file| {
            let read = || String::from_utf8_lossy(&file.bytes).into();
            Arc::clone(self.texts.entry(path.clone()).or_insert_with(read))
        });
        let line = text.as_deref().and_then(|text| object_line(text, kind));
        Ok(Place { origin: Origin { path, line }, text })
    }
}

/// What Kustomize writes: a file, or the kustomization that generated the object.
#[derive(Deserialize)]
struct Annotation {
    path: Option<String>,
    #[serde(rename = "configuredIn")]
    configured_in: Option<String>,
}

impl Annotation {
    fn path(self) -> Option<String> {
        self.path.or(self.configured_in)
    }
}

/// Takes an annotation of ours out, and leaves the object as the user's build has it.
pub(in crate::render) fn take_annotation(object: &mut Value, name: &str) -> Option<String> {
    let metadata = object.get_mut("metadata")?.as_object_mut()?;
    let annotations = metadata.get_mut("annotations")?.as_object_mut()?;
    let text = annotations.remove(name)?;
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
    text.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Option<String> {
        let bytes = text.as_bytes().to_vec();
        let value = values(&SourceFile::new("k", bytes.clone()), Compat::Strict).unwrap().remove(0);
        let kustomization = Kustomization { path: "k".to_owned(), value, bytes };
        asking(&kustomization).map(|text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn a_kustomization_keeps_its_lines_where_one_more_can_follow() {
        for text in ["resources: [a]", "# x\nresources:\n- a\n", "resources:\n- a\ncommonAnnotations:\n  a: |\n    b\n"]
        {
            assert_eq!(asked(text).unwrap(), format!("{text}\nbuildMetadata: [originAnnotations]\n"));
        }
    }

    #[test]
    fn every_other_kustomization_is_written_anew() {
        for (text, written) in [
            ("{resources: [a]}", r#"{"buildMetadata":["originAnnotations"],"resources":["a"]}"#),
            ("resources: [a]\n...\n", r#"{"buildMetadata":["originAnnotations"],"resources":["a"]}"#),
            ("buildMetadata: [managedByLabel]", r#"{"buildMetadata":["managedByLabel","originAnnotations"]}"#),
            ("BuildMetadata: null", r#"{"BuildMetadata":["originAnnotations"]}"#),
        ] {
            assert_eq!(asked(text).unwrap(), written);
        }
        assert_eq!(asked("buildMetadata: [originAnnotations]"), None);
    }
}
