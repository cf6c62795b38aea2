//! A folder of YAML and JSON files, read one by one in the order of their paths.

use landfall_core::manifest::{Compat, Manifest, ReadErrors};

use super::{Error, read};
use crate::git::CommitTree;

const ENDINGS: [&str; 3] = [".yaml", ".yml", ".json"];

pub(super) async fn render(tree: &CommitTree, source: &str, compat: Compat) -> Result<Vec<Manifest>, Error> {
    tree.check_usable(source)?;
    let (manifests, wrong) = read_each(tree, &paths_in(tree, source), compat).await?;
    match ReadErrors::joined(wrong) {
        Some(errors) => Err(Box::new(errors).into()),
        None => Ok(manifests),
    }
}

/// Returns the paths of a folder's plain manifests.
pub(super) fn paths_in(tree: &CommitTree, source: &str) -> Vec<String> {
    let is_manifest = |path: &String| ENDINGS.iter().any(|ending| path.ends_with(ending));
    tree.paths_in(source).into_iter().filter(is_manifest).collect()
}

/// Reads files, and returns what is wrong beside what is not.
pub(super) async fn read_each(
    tree: &CommitTree,
    paths: &[String],
    compat: Compat,
) -> Result<(Vec<Manifest>, Vec<ReadErrors>), Error> {
    let mut manifests = Vec::new();
    let mut wrong = Vec::new();
    for file in tree.read_all(paths).await? {
        match read(&file.path, file.bytes, compat) {
            Ok(found) => manifests.extend(found),
            Err(errors) => wrong.push(*errors),
        }
    }
    Ok((manifests, wrong))
}
