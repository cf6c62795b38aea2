//! From a commit's files to manifests. Reads Git objects only; asks no cluster and no network.

mod confine;
mod kustomize;
mod links;
mod named;
mod plain;
mod secret_values;
pub mod tera;
mod tool;

use landfall_core::id::{CommitSha, TargetId};
use landfall_core::manifest::{Compat, Manifest, ReadErrors, SourceFile};
use landfall_core::rules::{Helm, Kustomize, Render, Renderer, Tera};

use crate::git::{self, CommitTree};

/// Why a source cannot be rendered.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum Error {
    /// The folder is not in the commit.
    #[error("the folder {source_folder} is not in the commit")]
    #[diagnostic(
        code(render::missing),
        help("`source` in landfall.yaml is a path from the repository's root; its case counts")
    )]
    Missing {
        /// The folder.
        source_folder: String,
    },
    /// A renderer that this version does not have.
    #[error("{source_folder} needs a renderer that is not supported yet")]
    #[diagnostic(code(render::not_yet), help("render it in the pipeline, and commit what comes out"))]
    NotYet {
        /// The folder.
        source_folder: String,
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
        tool: &'static str,
        /// The folder.
        source_folder: String,
        /// What the program says.
        why: String,
        /// The next step.
        help: String,
    },
    /// The renderer is missing or too old.
    #[error("the program `{tool}` cannot be run: {why}")]
    #[diagnostic(code(render::no_tool), help("{help}"))]
    NoTool {
        /// The program.
        tool: &'static str,
        /// What the system says.
        why: String,
        /// How to install it.
        help: String,
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
            "Kustomize gets the files of the commit alone: copy it into the repository and name it by a relative path"
        )
    )]
    Outside {
        /// The kustomization, and the line where it is known.
        path: String,
        /// The path or address.
        named: String,
    },
    /// The rules name a file that is not in the commit.
    #[error("`{key}` in the rules names {path}, which is not in the commit")]
    #[diagnostic(
        code(render::no_file),
        help("write its path from the repository's root, and commit the file; its case counts")
    )]
    NoFile {
        /// The key.
        key: String,
        /// The path.
        path: String,
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
#[expect(dead_code, reason = "for renderers with templates")]
pub(crate) struct Source<'a> {
    /// The commit's files.
    pub(crate) tree: &'a CommitTree,
    /// The folder, from the repository's root.
    pub(crate) folder: &'a str,
    /// How the rules want it rendered.
    pub(crate) render: &'a Render,
    /// How plain files are read.
    pub(crate) compat: Compat,
    /// Where the result goes.
    pub(crate) target: &'a TargetId,
    /// The commit that is deployed.
    pub(crate) commit: &'a CommitSha,
    /// The branch that the environment follows, where it follows one alone.
    pub(crate) branch: Option<&'a str>,
    /// What the cluster can do, for templates that ask.
    pub(crate) capabilities: Capabilities,
}

/// What a cluster can do, as far as it is known.
#[derive(Debug, Clone, Default)]
#[expect(dead_code, reason = "for renderers with templates")]
pub(crate) struct Capabilities {
    /// The server's version, as `v1.36.3`.
    pub(crate) version: Option<String>,
    /// Every group and version that it serves, and every kind of them: `apps/v1`, `apps/v1/Deployment`.
    pub(crate) served: Vec<String>,
}

/// Renders a source. The manifests are as written: not yet normalised.
pub(crate) async fn render(source: &Source<'_>) -> Result<Vec<Manifest>, Error> {
    let Source { tree, folder, .. } = *source;
    if tree.paths_in(folder).is_empty() {
        tree.check_usable(folder)?;
        return Err(Error::Missing { source_folder: folder.to_owned() });
    }
    match source.render.with.clone().unwrap_or_else(|| detect(tree, folder)) {
        Renderer::Kustomize(_) => kustomize::render(tree, folder).await,
        Renderer::Plain => plain::render(tree, folder, source.compat).await,
        Renderer::Tera(settings) => tera::render(source, &settings).await,
        Renderer::Helm(_) | Renderer::Jsonnet(_) => Err(Error::NotYet { source_folder: folder.to_owned() }),
    }
}

fn detect(tree: &CommitTree, folder: &str) -> Renderer {
    let has = |name: &str| tree.has_file(&join(folder, name));
    if kustomize::FILE_NAMES.iter().any(|name| has(name)) {
        return Renderer::Kustomize(Kustomize::default());
    }
    if has("Chart.yaml") {
        return Renderer::Helm(Helm::default());
    }
    if tera::is_in(tree, folder) { Renderer::Tera(Tera::default()) } else { Renderer::Plain }
}

/// Returns the path of a file of a folder. The root is a dot.
fn join(folder: &str, name: &str) -> String {
    if matches!(folder, "" | ".") { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Reads one file that people wrote, or one stream that a tool wrote.
fn read(path: &str, bytes: Vec<u8>, compat: Compat) -> Result<Vec<Manifest>, Box<ReadErrors>> {
    landfall_core::manifest::read(&SourceFile { path: path.to_owned(), bytes }, compat).map_err(Box::new)
}
