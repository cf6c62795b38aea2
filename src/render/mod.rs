//! From a commit's files to manifests. Reads Git objects only; asks no cluster and no network.

mod confine;
mod kustomize;
mod links;
mod named;
mod plain;
mod secret_values;
mod tool;

use landfall_core::manifest::{Compat, Manifest, ReadErrors, SourceFile};
use landfall_core::rules::Renderer;

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
    /// A temporary file cannot be written.
    #[error("a temporary folder cannot be written: {0}")]
    #[diagnostic(code(render::temporary))]
    Temporary(#[from] std::io::Error),
    /// Git cannot give the files.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] git::Error),
}

/// Renders a folder of a commit. The manifests are as written: not yet normalised.
pub(crate) async fn render(
    tree: &CommitTree,
    source: &str,
    chosen: Option<Renderer>,
    compat: Compat,
) -> Result<Vec<Manifest>, Error> {
    if tree.paths_in(source).is_empty() {
        tree.check_usable(source)?;
        return Err(Error::Missing { source_folder: source.to_owned() });
    }
    match chosen.unwrap_or_else(|| detect(tree, source)) {
        Renderer::Kustomize => kustomize::render(tree, source).await,
        Renderer::Plain => plain::render(tree, source, compat).await,
    }
}

fn detect(tree: &CommitTree, source: &str) -> Renderer {
    let is_kustomization = |name: &&str| tree.has_file(&format!("{source}/{name}"));
    if kustomize::FILE_NAMES.iter().any(is_kustomization) { Renderer::Kustomize } else { Renderer::Plain }
}

/// Reads one file that people wrote, or one stream that a tool wrote.
fn read(path: &str, bytes: Vec<u8>, compat: Compat) -> Result<Vec<Manifest>, Box<ReadErrors>> {
    landfall_core::manifest::read(&SourceFile { path: path.to_owned(), bytes }, compat).map_err(Box::new)
}
