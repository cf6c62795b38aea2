//! Kustomize: the real program, on a confined copy of the commit.

use std::fs;
use std::path::Path;

use landfall_core::manifest::{Compat, Manifest, Origin};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Error, confine, read, tool};
use crate::git::CommitTree;

/// What Kustomize accepts as the name of its file.
pub(super) const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

const INSTALL: &str = "install Kustomize 5: the runner images of GitHub have it, its release page has it for others";
/// The folder, in the copy, of a kustomization of ours that asks for origins.
const WRAPPER: &str = ".landfall-origins";
const ORIGIN: &str = "config.kubernetes.io/origin";

pub(super) async fn render(tree: &CommitTree, source: &str) -> Result<Vec<Manifest>, Error> {
    let copy = confine::copy(tree).await?;
    wrap(copy.path(), source)?;
    let output = tool::run("kustomize", INSTALL, &["build", WRAPPER], copy.path()).await?;
    if !output.status.success() {
        return Err(failed(source, &String::from_utf8_lossy(&output.stderr), copy.path()));
    }
    let mut manifests = read(source, output.stdout, Compat::Kubectl)?;
    for manifest in &mut manifests {
        manifest.origin = match take_origin(&mut manifest.object) {
            Some(path) => inside(&path)?,
            None => Origin { path: source.to_owned(), line: None },
        };
    }
    Ok(manifests)
}

/// Kustomize tells origins only when the outermost kustomization asks: so ours is the outermost.
fn wrap(root: &Path, source: &str) -> Result<(), Error> {
    let folder = root.join(WRAPPER);
    fs::create_dir_all(&folder)?;
    let kustomization = json!({"resources": [format!("../{source}")], "buildMetadata": ["originAnnotations"]});
    fs::write(folder.join("kustomization.yaml"), kustomization.to_string())?;
    Ok(())
}

/// Where Kustomize says an object comes from: a file, or the kustomization that generated it.
#[derive(Deserialize)]
struct Annotation {
    path: Option<String>,
    #[serde(rename = "configuredIn")]
    configured_in: Option<String>,
}

/// Takes the origin out of an object's annotations, and leaves the object as the user's build has it.
fn take_origin(object: &mut Value) -> Option<String> {
    let metadata = object.get_mut("metadata")?.as_object_mut()?;
    let annotations = metadata.get_mut("annotations")?.as_object_mut()?;
    let text = annotations.remove(ORIGIN)?;
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
    let annotation: Annotation = serde_saphyr::from_str(text.as_str()?).ok()?;
    annotation.path.or(annotation.configured_in)
}

/// Reads a path that starts at our wrapper. Kustomize would take a base from any folder of the machine.
fn inside(path: &str) -> Result<Origin, Error> {
    let from_root = path.strip_prefix("../").unwrap_or(path);
    if from_root.starts_with("../") || from_root.starts_with('/') {
        return Err(Error::Link { path: "a kustomization".to_owned(), to: from_root.to_owned() });
    }
    Ok(Origin { path: from_root.to_owned(), line: None })
}

/// Returns what Kustomize says, with the copy's folder and our wrapper taken out.
fn failed(source: &str, stderr: &str, copy: &Path) -> Error {
    let copy = fs::canonicalize(copy).unwrap_or_else(|_| copy.to_owned());
    let why = stderr.trim().trim_start_matches("Error: ");
    let why = why.replace(&format!("{}/", copy.display()), "").replace(&format!("../{source}"), source);
    let why = why.replace(&format!("accumulating resources from '{source}': "), "");
    let needs_network = ["git", "127.0.0.1:9", "remote"].iter().any(|word| why.contains(word)) && why.contains("://");
    let help = if needs_network {
        "remote bases are not fetched: copy them into the repository"
    } else {
        "`kustomize build` in the folder shows the same"
    };
    Error::Tool { tool: "kustomize", source_folder: source.to_owned(), why, help: help.to_owned() }
}
