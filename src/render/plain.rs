//! A folder of YAML and JSON files, read one by one in the order of their paths.

use landfall_core::manifest::{Compat, Manifest};

use super::{Error, read};
use crate::git::CommitTree;

const ENDINGS: [&str; 3] = [".yaml", ".yml", ".json"];

pub(super) async fn render(tree: &CommitTree, source: &str, compat: Compat) -> Result<Vec<Manifest>, Error> {
    tree.check_usable(source)?;
    let is_manifest = |path: &String| ENDINGS.iter().any(|ending| path.ends_with(ending));
    let paths: Vec<String> = tree.paths_in(source).into_iter().filter(is_manifest).collect();
    let mut manifests = Vec::new();
    let mut wrong = Vec::new();
    for file in tree.read_all(&paths).await? {
        match read(&file.path, file.bytes, compat) {
            Ok(found) => manifests.extend(found),
            Err(errors) => wrong.push(*errors),
        }
    }
    match landfall_core::manifest::ReadErrors::joined(wrong) {
        Some(errors) => Err(Box::new(errors).into()),
        None => Ok(manifests),
    }
}
