//! From a commit's files to manifests. Reads Git objects only; asks no cluster and no network.

mod chain;
mod command;
mod confine;
mod contents;
mod followed;
mod helm;
mod jsonnet;
mod keys;
mod kustomize;
mod links;
mod placed;
mod plain;
mod secret_values;
mod sops;
pub mod tera;
mod tool;
mod unfit;

use landfall_core::id::{CommitSha, TargetId};
use landfall_core::manifest::{Compat, Manifest, Note, ReadErrors, Remark, SourceFile};
use landfall_core::rules::{Helm, Jsonnet, Kustomize, Render, Renderer, Tera, Written};

use self::placed::Placed;
use self::unfit::Unfit;
use crate::git::{self, BlobKind, CommitTree};

pub(crate) use command::Commands;
pub(crate) use sops::{CREDENTIALS, decrypt};

/// Why a source cannot be rendered.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum Error {
    /// A path of the rules does not fit the commit.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unfit(Box<Unfit>),
    /// A chart needs other charts.
    #[error("{chart} needs {needed} not in {folder}")]
    #[diagnostic(code(render::dependency), help("{help}"))]
    Dependency {
        /// The file that asks for it.
        chart: String,
        /// Their names and where they would come from, and `which are`.
        needed: String,
        /// The folder of vendored charts.
        folder: String,
        /// The next step.
        help: String,
    },
    /// Manifests cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Read(#[from] Box<ReadErrors>),
    /// The renderer failed.
    #[error("{tool} cannot build {source_folder}: {why}")]
    #[diagnostic(code(render::tool), help("{help}"))]
    Tool {
        /// The program.
        tool: String,
        /// The folder.
        source_folder: String,
        /// What the program says.
        why: String,
        /// The next step.
        help: String,
    },
    /// The renderer failed at a place that it names.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Placed(Box<Placed>),
    /// The renderer is missing or too old.
    #[error("the program `{tool}` cannot be used: {why}")]
    #[diagnostic(code(render::no_tool), help("{help}"))]
    NoTool {
        /// The program.
        tool: String,
        /// What the system says.
        why: String,
        /// How to install it.
        help: String,
    },
    /// The renderer went beyond a limit.
    #[error("the program `{tool}` was stopped: {why}")]
    #[diagnostic(code(render::stopped), help("{help}"))]
    Stopped {
        /// The program.
        tool: String,
        /// The limit.
        why: String,
        /// The next step.
        help: &'static str,
    },
    /// A file of the commit points out of it.
    #[error("{path} points out of the repository, to {to}")]
    #[diagnostic(code(render::link), help("put what it points to into the repository"))]
    Link {
        /// The link.
        path: String,
        /// Where it points.
        to: String,
    },
    /// A kustomization names what is not in the commit.
    #[error("{path} names {named}, which is not in the commit")]
    #[diagnostic(
        code(render::outside),
        help(
            "a renderer gets the files of the commit alone: copy it into the repository and name it by a relative path"
        )
    )]
    Outside {
        /// The kustomization, and the line where it is known.
        path: String,
        /// The path or address.
        named: String,
    },
    /// A file asks for what no render may do.
    #[error("{path} {what}")]
    #[diagnostic(code(render::refused), help("{help}"))]
    Refused {
        /// The file.
        path: String,
        /// What it asks for, as the rest of a sentence.
        what: String,
        /// The next step.
        help: String,
    },
    /// SOPS cannot decrypt what the set needs.
    #[error("{path} cannot be decrypted: {why}")]
    #[diagnostic(code(render::encrypted), help("{help}"))]
    Encrypted {
        /// The file.
        path: String,
        /// What SOPS says.
        why: String,
        /// The next step.
        help: String,
    },
    /// A commit with more files than a copy should have.
    #[error("the commit has {files} files, and a renderer gets a copy of at most {files_max}")]
    #[diagnostic(code(render::files), help("deploy from a repository, or a folder of plain YAML, that has fewer"))]
    TooManyFiles {
        /// How many there are.
        files: usize,
        /// How many may be.
        files_max: usize,
    },
    /// A temporary file cannot be written.
    #[error("a temporary folder cannot be written: {0}")]
    #[diagnostic(code(render::temporary))]
    Temporary(#[from] std::io::Error),
    /// Git cannot give the files.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] git::Error),
}

/// What is rendered, how, and for whom.
pub(crate) struct Source<'a> {
    /// The commit's files.
    pub(crate) tree: &'a CommitTree,
    /// The folder, from the repository's root.
    pub(crate) folder: &'a str,
    /// How the rules want it rendered.
    pub(crate) render: &'a Render,
    /// How plain files are read.
    pub(crate) compat: Compat,
    /// Where the rules write all that.
    pub(crate) written: &'a Written,
    /// Where the result goes.
    pub(crate) target: &'a TargetId,
    /// The commit that is deployed.
    pub(crate) commit: &'a CommitSha,
    /// The branch that the environment follows, where it follows one alone.
    pub(crate) branch: Option<&'a str>,
    /// Which programs of the rules may be run.
    pub(crate) commands: Commands<'a>,
    /// What the cluster can do, for templates that ask.
    pub(crate) capabilities: Capabilities,
}

/// What a cluster can do, as far as it is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Capabilities {
    /// The server's version, as `v1.36.3`.
    pub(crate) version: Option<String>,
    /// Every group and version that it serves, and every kind of them: `apps/v1`, `apps/v1/Deployment`.
    pub(crate) served: Vec<String>,
}

/// What a source is rendered to.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// The manifests as written: not yet normalised.
    pub(crate) manifests: Vec<Manifest>,
    /// What is to know of single objects, which are named as they are written.
    pub(crate) notes: Vec<Note>,
    /// What else is to know.
    pub(crate) remarks: Vec<Remark>,
}

impl From<Placed> for Error {
    fn from(placed: Placed) -> Self {
        Self::Placed(Box::new(placed))
    }
}

impl From<Unfit> for Error {
    fn from(unfit: Unfit) -> Self {
        Self::Unfit(Box::new(unfit))
    }
}

impl From<Vec<Manifest>> for Rendered {
    fn from(manifests: Vec<Manifest>) -> Self {
        Self { manifests, ..Self::default() }
    }
}

/// Renders a source.
pub(crate) async fn render(source: &Source<'_>) -> Result<Rendered, Error> {
    with_renderer(source).await.map_err(|error| match error {
        Error::Unfit(unfit) => unfit.written(source).into(),
        error => error,
    })
}

async fn with_renderer(source: &Source<'_>) -> Result<Rendered, Error> {
    let Source { tree, folder, .. } = *source;
    if tree.paths_in(folder).is_empty() {
        tree.check_usable(folder)?;
        return Err(no_folder(tree, folder).await?);
    }
    let renderer = match &source.render.with {
        Some(renderer) => renderer.clone(),
        None => detect(tree, folder)?,
    };
    let made = match &renderer {
        Renderer::Kustomize(settings) => kustomize::render(tree, folder, settings).await?,
        Renderer::Plain => plain::render(source).await?.into(),
        Renderer::Helm(settings) => helm::render(source, settings).await?,
        Renderer::Jsonnet(settings) => jsonnet::render(source, settings).await?.into(),
        Renderer::Tera(settings) => tera::render(source, settings).await?.into(),
        Renderer::Command(settings) => command::render(source, settings).await?.into(),
    };
    match &source.render.then {
        Some(then) => chain::render(tree, then, made).await,
        None => Ok(made),
    }
}

/// Returns what stands where the source should be.
async fn no_folder(tree: &CommitTree, folder: &str) -> Result<Error, Error> {
    let found = tree.read_all(&[folder.to_owned()]).await?;
    Ok(match found.first() {
        Some(file) if file.kind == BlobKind::Link => {
            Unfit::link("source", folder, &String::from_utf8_lossy(&file.bytes)).into()
        }
        Some(_) => Unfit::file("source", folder).into(),
        None => Unfit::absent("source", folder).into(),
    })
}

/// Returns the renderer that a folder's files ask for. A folder that asks for none is plain.
fn detect(tree: &CommitTree, folder: &str) -> Result<Renderer, Error> {
    let has = |name: &str| tree.has_file(&join(folder, name));
    let kustomization = kustomize::FILE_NAMES.into_iter().find(|name| has(name));
    let chart = has(helm::FILE_NAME).then_some(helm::FILE_NAME);
    let jsonnet = jsonnet::candidates(tree, folder).into_iter().next();
    let found: Vec<(&str, Renderer)> = [
        kustomization.map(|name| (name, Renderer::Kustomize(Kustomize::default()))),
        chart.map(|name| (name, Renderer::Helm(Helm::default()))),
        jsonnet.as_deref().map(|name| (name, Renderer::Jsonnet(Jsonnet::default()))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if found.len() > 1 {
        let ways: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
        let mut names: Vec<&str> = found.iter().map(|(_, renderer)| name(renderer)).collect();
        names.extend(tera::is_in(tree, folder).then_some("tera"));
        let last = names.pop().unwrap_or_default();
        let help = format!("choose with `render` in landfall.yaml: `{}` or `{last}`", names.join("`, `"));
        return Err(Unfit::new("source", folder, several_ways(&ways), help).into());
    }
    let by_name = found.into_iter().next().map(|(_, renderer)| renderer);
    Ok(by_name
        .unwrap_or_else(|| if tera::is_in(tree, folder) { Renderer::Tera(Tera::default()) } else { Renderer::Plain }))
}

/// Says what a folder holds that could be rendered each in its way.
fn several_ways(files: &[&str]) -> String {
    format!("can be rendered in more than one way: {}", files.join(", "))
}

/// Returns what `render` calls a renderer.
fn name(renderer: &Renderer) -> &'static str {
    match renderer {
        Renderer::Plain => "plain",
        Renderer::Kustomize(_) => "kustomize",
        Renderer::Helm(_) => "helm",
        Renderer::Jsonnet(_) => "jsonnet",
        Renderer::Tera(_) => "tera",
        Renderer::Command(_) => "command",
    }
}

/// Returns the path of a file of a folder. The root is a dot.
fn join(folder: &str, name: &str) -> String {
    if matches!(folder, "" | ".") { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Reads a stream that a renderer made of a folder. Its lines are in no file.
fn read_rendered(folder: &str, bytes: Vec<u8>) -> Result<Vec<Manifest>, Box<ReadErrors>> {
    read(&format!("{folder} (rendered)"), bytes, Compat::Kubectl)
}

/// Reads one file that people wrote, or one stream that a tool wrote.
fn read(path: &str, bytes: Vec<u8>, compat: Compat) -> Result<Vec<Manifest>, Box<ReadErrors>> {
    landfall_core::manifest::read(&SourceFile { path: path.to_owned(), bytes }, compat).map_err(Box::new)
}
