//! A path in landfall.yaml that the commit does not have, or has as something else: shown where it is written.

use miette::{NamedSource, SourceSpan};

use super::Source;
use crate::git::CommitTree;

/// What does not fit, and in the end where it is written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{place}{path} {what}")]
#[diagnostic(code(render::rules), help("{help}"))]
pub(crate) struct Unfit {
    key: &'static str,
    path: String,
    what: String,
    help: String,
    place: String,
    #[source_code]
    rules: NamedSource<String>,
    #[label("named here")]
    at: Option<SourceSpan>,
}

impl Unfit {
    /// A path that is not there.
    pub(super) fn absent(key: &'static str, path: &str) -> Self {
        let help = format!("`{key}` is a path from the repository's root: correct it, or commit what it names");
        Self::new(key, path, "is not in the commit".to_owned(), help)
    }

    /// A file where a folder is named.
    pub(super) fn file(key: &'static str, path: &str) -> Self {
        Self::new(key, path, format!("is a file; `{key}` is a folder"), "name the folder that it is in".to_owned())
    }

    /// A link where a folder is named.
    pub(super) fn link(key: &'static str, path: &str, to: &str) -> Self {
        let help = "name the folder that it leads to: a link is not followed here".to_owned();
        Self::new(key, path, format!("is a link, to {to}"), help)
    }

    /// Anything else.
    pub(super) fn new(key: &'static str, path: &str, what: String, help: String) -> Self {
        let rules = NamedSource::new("", String::new());
        Self { key, path: path.to_owned(), what, help, place: String::new(), rules, at: None }
    }

    /// Adds where it is written, and what was probably meant.
    pub(super) fn written(mut self, source: &Source<'_>) -> Self {
        let is_in = |submodule: &&String| self.path.starts_with(&format!("{submodule}/"));
        if let Some(submodule) = source.tree.submodules().iter().find(is_in) {
            self.what = format!("is in the submodule {submodule}, which is not read");
            self.help = format!("commit the file itself, outside of {submodule}");
        }
        if let Some(meant) = meant(source.tree, &self.path) {
            self.help = format!("write `{meant}`, which is in the commit");
        }
        if let Some(place) = source.written.place(self.key, &self.path) {
            self.place = format!("{}: ", place.name);
            self.rules = NamedSource::new(source.written.path(), source.written.file().to_owned());
            self.at = Some(place.span);
        }
        self
    }
}

/// Returns a file or folder of the commit whose name differs in case or ending alone.
fn meant(tree: &CommitTree, path: &str) -> Option<String> {
    let plain = |path: &str| path.to_lowercase().replace(".yml", ".yaml");
    let is_meant = |other: &str| other != path && plain(other) == plain(path);
    let paths = tree.paths_in("");
    let folders = paths.iter().flat_map(|path| path.match_indices('/').map(|(end, _)| &path[..end]));
    folders.chain(paths.iter().map(String::as_str)).find(|other| is_meant(other)).map(str::to_owned)
}
