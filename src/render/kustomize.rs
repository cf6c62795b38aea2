//! Kustomize: the real program, on a confined copy of the commit.

mod faulty;
mod inflate;
mod message;
mod named;
mod origins;
mod readings;
mod remote;

use std::fs;

use landfall_core::manifest::{Compat, Origin, SourceFile, values};
use landfall_core::rules::Kustomize;
use serde_json::Value;

use faulty::Said;
pub(super) use named::folder_of;
use origins::Origins;
pub(super) use origins::take_annotation;
use remote::Fetched;

use super::confine::COMMIT;
use super::contents::Contents;
use super::helm::HELM;
use super::links::End;
use super::tool::{Call, Program};
use super::unfit::Unfit;
use super::{Error, Rendered, confine, join, read, secret_values};
use crate::git::CommitTree;

/// What Kustomize accepts as the name of its file.
pub(super) const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

const KUSTOMIZE: Program<'static> = Program {
    name: "kustomize",
    install: "install Kustomize 5: the runner images of GitHub have it, its release page has it for others",
    version: &["version"],
    version_min: (5, 0),
};

/// A folder's kustomization.
pub(super) struct Kustomization {
    /// Its file, in the folder's real place.
    pub(super) path: String,
    /// What the file says.
    pub(super) value: Value,
    bytes: Vec<u8>,
}

impl Kustomization {
    fn folder(&self) -> &str {
        folder_of(&self.path).unwrap_or_default()
    }
}

pub(super) async fn render(tree: &CommitTree, source: &str, settings: &Kustomize) -> Result<Rendered, Error> {
    build(Contents::of(tree).await?, source, settings).await
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
        Some(value) if value.is_object() => Ok(Some(Kustomization { path, value, bytes: file.bytes.clone() })),
        Some(_) | None => {
            let help = "write keys of a kustomization into it, such as `namePrefix`".to_owned();
            Err(Error::Refused { path, what: "is no kustomization".to_owned(), help })
        }
    }
}

/// Builds a folder of these files.
pub(super) async fn build(mut contents: Contents, source: &str, settings: &Kustomize) -> Result<Rendered, Error> {
    let fetched = remote::fetch(&mut contents, source, &settings.repositories).await?;
    run(&contents, source, settings, &fetched).await.map_err(|error| fetched.told(error))
}

async fn run(contents: &Contents, source: &str, settings: &Kustomize, fetched: &Fetched) -> Result<Rendered, Error> {
    let mut refused = named::refused(contents, settings);
    if let End::At(folder) = contents.links.end(source)
        && let Some(error) = refused.remove(&folder)
    {
        return Err(error);
    }
    let kustomization = find(contents, source)?.ok_or_else(|| none(source))?;
    // Without its kustomization a folder cannot be built: one that nobody needs does not hold up the others.
    let is_kept = |path: &str| folder_of(path).is_none_or(|folder| !refused.contains_key(folder));
    let copy = confine::copy(contents.files.iter().filter(|file| is_kept(&file.path)), &contents.links)?;
    let commit = fs::canonicalize(copy.path())?.join(COMMIT);
    let asked = origins::ask(&commit, &kustomization)?;
    let helm = if settings.helm { Some(HELM.path()?.display().to_string()) } else { None };
    let folder = join(COMMIT, kustomization.folder());
    let mut args = vec!["build", folder.as_str()];
    args.extend(helm.iter().flat_map(|helm| ["--enable-helm", "--helm-command", helm]));
    let output = KUSTOMIZE.run(&Call::of(&args, copy.path())).await?;
    if !output.status.success() {
        let stderr = output.stderr;
        let faulty = faulty::find(&Said { stderr: &stderr, commit: &commit }, refused, contents);
        let said = || secret_values::redactor(&contents.files, &contents.links).text(&stderr);
        return Err(faulty.unwrap_or_else(|| message::failed(source, settings, &said(), contents, &commit)));
    }
    let mut manifests = read(source, output.stdout, Compat::Kubectl)?;
    let mut origins = Origins::of(kustomization.folder(), asked, contents);
    for manifest in &mut manifests {
        origins.take(manifest)?;
        if let Some(named_in) = fetched.named_in(&manifest.origin.path) {
            manifest.origin = Origin { path: named_in.to_owned(), line: None };
            manifest.made_from = None;
        }
    }
    let remarks = readings::remarks(&manifests, contents);
    Ok(Rendered { manifests, remarks, ..Rendered::default() })
}

fn none(source: &str) -> Error {
    let help = format!("add {}, or take `render` out", join(source, FILE_NAMES[0]));
    Unfit::new("source", source, "has no kustomization".to_owned(), help).into()
}
