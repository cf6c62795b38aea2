//! Kustomize: the real program, on a confined copy of the commit.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use landfall_core::manifest::{Compat, Manifest, Origin, SourceFile, values};
use landfall_core::rules::Kustomize;
use serde::Deserialize;
use serde_json::{Value, json};

use super::confine::COMMIT;
use super::contents::Contents;
use super::helm::HELM;
use super::links::End;
use super::tool::{Call, Program};
use super::{Error, confine, join, named, read, secret_values};
use crate::git::CommitTree;

/// What Kustomize accepts as the name of its file.
pub(super) const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

const KUSTOMIZE: Program = Program {
    name: "kustomize",
    install: "install Kustomize 5: the runner images of GitHub have it, its release page has it for others",
    version: &["version"],
    version_min: (5, 0),
};
/// The folder, beside the commit, of a kustomization of ours that asks for origins.
const WRAPPER: &str = "wrapper";
const ORIGIN: &str = "config.kubernetes.io/origin";

/// A folder's kustomization, and the file that it is in.
pub(super) struct Kustomization {
    pub(super) path: String,
    pub(super) text: Value,
}

pub(super) async fn render(tree: &CommitTree, source: &str, settings: &Kustomize) -> Result<Vec<Manifest>, Error> {
    build(&Contents::of(tree).await?, source, settings).await
}

/// Returns the kustomization of a folder, if it has one.
pub(super) fn find(contents: &Contents, folder: &str) -> Result<Option<Kustomization>, Error> {
    let End::At(folder) = contents.links.end(folder) else { return Ok(None) };
    let paths = FILE_NAMES.iter().map(|name| join(&folder, name));
    let Some((path, file)) = paths.into_iter().find_map(|path| Some((path.clone(), contents.file(&path)?))) else {
        return Ok(None);
    };
    let documents = values(&SourceFile::new(&path, file.bytes.clone()), Compat::Strict).map_err(Box::new)?;
    match documents.into_iter().next() {
        Some(text) if text.is_object() => Ok(Some(Kustomization { path, text })),
        Some(_) | None => {
            let help = "write keys of a kustomization into it, such as `namePrefix`".to_owned();
            Err(Error::Refused { path, what: "is no kustomization".to_owned(), help })
        }
    }
}

/// Builds a folder of these files.
pub(super) async fn build(contents: &Contents, source: &str, settings: &Kustomize) -> Result<Vec<Manifest>, Error> {
    let Contents { files, links } = contents;
    let mut refused = named::refused(contents, settings);
    if let End::At(folder) = links.end(source)
        && let Some(error) = refused.remove(&folder)
    {
        return Err(error);
    }
    // Without its kustomization a folder cannot be built: one that nobody needs does not hold up the others.
    let is_kept = |path: &str| named::folder_of(path).is_none_or(|folder| !refused.contains_key(folder));
    let copy = confine::copy(files.iter().filter(|file| is_kept(&file.path)), links)?;
    wrap(copy.path(), source)?;
    let helm = if settings.helm { Some(HELM.path()?.display().to_string()) } else { None };
    let mut args = vec!["build", WRAPPER];
    args.extend(helm.iter().flat_map(|helm| ["--enable-helm", "--helm-command", helm]));
    let output = KUSTOMIZE.run(&Call::of(&args, copy.path())).await?;
    if !output.status.success() {
        let stderr = output.stderr;
        let commit = fs::canonicalize(copy.path())?.join(COMMIT);
        let named = needed(refused, &stderr, &commit).or_else(|| named::absent(contents, &stderr, &commit));
        let said = || secret_values::redactor(files, links).text(&stderr);
        return Err(named.unwrap_or_else(|| failed(source, settings, &said(), &commit)));
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
    let kustomization = json!({"resources": [format!("../{COMMIT}/{source}")], "buildMetadata": ["originAnnotations"]});
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

/// Takes the origin out of an object's annotations.
fn take_origin(object: &mut Value) -> Option<String> {
    let annotation: Annotation = serde_saphyr::from_str(&take_annotation(object, ORIGIN)?).ok()?;
    annotation.path.or(annotation.configured_in)
}

/// Takes an annotation of ours out, and leaves the object as the user's build has it.
pub(super) fn take_annotation(object: &mut Value, name: &str) -> Option<String> {
    let metadata = object.get_mut("metadata")?.as_object_mut()?;
    let annotations = metadata.get_mut("annotations")?.as_object_mut()?;
    let text = annotations.remove(name)?;
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
    text.as_str().map(str::to_owned)
}

/// Reads a path that starts at our wrapper.
fn inside(path: &str) -> Result<Origin, Error> {
    let in_commit = path.strip_prefix("../").and_then(|path| path.strip_prefix(COMMIT)?.strip_prefix('/'));
    match in_commit {
        Some(path) => Ok(Origin { path: path.to_owned(), line: None }),
        None => Err(Error::Link { path: "a kustomization".to_owned(), to: path.to_owned() }),
    }
}

/// Returns why a folder was refused that Kustomize then looked for.
fn needed(refused: BTreeMap<String, Error>, stderr: &str, commit: &Path) -> Option<Error> {
    let is_named = |folder: &str| stderr.contains(&format!("'{}'", commit.join(folder).display()));
    let is_root = |folder: &str| folder.is_empty() && stderr.contains(&format!("'{}'", commit.display()));
    refused.into_iter().find(|(folder, _)| is_named(folder) || is_root(folder)).map(|(_, error)| error)
}

/// Returns what Kustomize says, with the copy's folder and our wrapper taken out.
fn failed(source: &str, settings: &Kustomize, stderr: &str, commit: &Path) -> Error {
    let why = stderr.trim().trim_start_matches("Error: ");
    let why = why.replace(&format!("{}/", commit.display()), "").replace(&format!("../{COMMIT}/{source}"), source);
    let why = innermost(&why.replace(&format!("accumulating resources from '{source}': "), ""), source);
    let help = if settings.helm {
        format!("`kustomize build --enable-helm {source}` at the repository's root shows the same")
    } else if why.contains("--enable-helm") {
        "allow it with `render: {kustomize: {helm: true}}` in landfall.yaml, and commit the chart".to_owned()
    } else {
        format!("`kustomize build {source}` at the repository's root shows the same")
    };
    Error::Tool { tool: "kustomize", source_folder: source.to_owned(), why, help }
}

/// Returns what is wrong in the innermost folder. Kustomize first tries to read every folder as a file, and says so.
fn innermost(why: &str, source: &str) -> String {
    let inner = why.rsplit_once("' must resolve to a file': ").map_or(why, |(_, inner)| inner);
    let Some((folder, rest)) =
        inner.strip_prefix("recursed accumulation of path '").and_then(|rest| rest.split_once("': "))
    else {
        return inner.to_owned();
    };
    if folder == source { rest.to_owned() } else { format!("{folder}: {rest}") }
}
