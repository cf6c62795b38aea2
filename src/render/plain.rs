//! A folder of YAML and JSON files, read one by one in the order of their paths. A link is read as what it leads to.

use landfall_core::manifest::{Compat, Manifest, ReadErrors};

use super::{Error, Source, followed, read};
use crate::git::CommitTree;

const ENDINGS: [&str; 3] = [".yaml", ".yml", ".json"];

pub(super) async fn render(source: &Source<'_>) -> Result<Vec<Manifest>, Error> {
    source.tree.check_usable(source.folder)?;
    let (manifests, wrong) = read_each(source.tree, &paths_in(source), source.compat).await?;
    match ReadErrors::joined(wrong) {
        Some(errors) => Err(Box::new(errors).into()),
        None => Ok(manifests),
    }
}

/// Returns the paths of the source's plain manifests: the rules, which may lie beside them, are none.
pub(super) fn paths_in(source: &Source<'_>) -> Vec<String> {
    let is_manifest = |path: &String| ENDINGS.iter().any(|ending| path.ends_with(ending));
    let paths = source.tree.paths_in(source.folder).into_iter();
    paths.filter(|path| is_manifest(path) && path != source.written.path()).collect()
}

/// Reads files, and returns what is wrong beside what is not.
pub(super) async fn read_each(
    tree: &CommitTree,
    paths: &[String],
    compat: Compat,
) -> Result<(Vec<Manifest>, Vec<ReadErrors>), Error> {
    let mut manifests = Vec::new();
    let mut wrong = Vec::new();
    for file in followed::read(tree, paths).await? {
        match read(&file.path, file.bytes, compat) {
            Ok(found) => manifests.extend(found),
            Err(errors) => wrong.push(*errors),
        }
    }
    Ok((manifests, wrong))
}
