//! The paths that a kustomization names, judged before Kustomize reads it. Kustomize itself takes a base from any folder.
//!
//! Knows nothing of what a path is for: whatever stands where Kustomize reads a path has to stay in the commit.

use std::collections::BTreeMap;

use landfall_core::manifest::{Compat, SourceFile, values};
use landfall_core::rules::Kustomize;
use serde_json::Value;

use super::super::contents::Contents;
use super::super::{Error, keys};
use super::{FILE_NAMES, inflate};
use crate::git::TreeFile;

/// Keys of a kustomization with paths in them. Kustomize, as everything written in Go, reads them in any case.
const KEYS: [&str; 15] = [
    "resources",
    "bases",
    "components",
    "generators",
    "transformers",
    "validators",
    "crds",
    "configurations",
    "openapi",
    "patches",
    "patchesstrategicmerge",
    "patchesjson6902",
    "replacements",
    "configmapgenerator",
    "secretgenerator",
];

/// Keys, below those, whose values are paths.
const ENTRY_KEYS: [&str; 4] = ["path", "files", "env", "envs"];

/// How an address begins that Kustomize would fetch.
const REMOTE: [&str; 7] = ["http:", "https:", "git@", "git::", "gh:", "github.com/", "github.com:"];

/// What to do about an address.
const LISTED: &str = "copy it into the repository; or list its repository in `render.kustomize.repositories` of \
    landfall.yaml, and name it with `?ref=` and a full commit";

/// Returns why the kustomization of a folder must not be read, by folder.
pub(super) fn refused(contents: &Contents, settings: &Kustomize) -> BTreeMap<String, Error> {
    let files = &contents.files;
    let kustomizations = files.iter().filter_map(|file| Some((folder_of(&file.path)?, file)));
    let refusals =
        kustomizations.filter_map(|(folder, file)| Some((folder.to_owned(), judge(folder, file, contents, settings)?)));
    refusals.collect()
}

/// Returns the folder of a kustomization; nothing for other files.
pub(in crate::render) fn folder_of(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    FILE_NAMES.contains(&name).then_some(folder)
}

fn judge(folder: &str, file: &TreeFile, contents: &Contents, settings: &Kustomize) -> Option<Error> {
    let read = contents.file(&file.path)?;
    let source = SourceFile { path: file.path.clone(), bytes: read.bytes.clone() };
    let documents = match values(&source, Compat::Strict) {
        Ok(documents) => documents,
        Err(errors) => return Some(Box::new(errors).into()),
    };
    if let Some(key) = documents.iter().find_map(keys::ambiguous) {
        let what = format!("has the key `{}`, which Kustomize may take for another one", key.escape_default());
        let help = "write keys in plain letters, each in one case".to_owned();
        return Some(Error::Refused { path: file.path.clone(), what, help });
    }
    if settings.helm
        && let Some(error) =
            documents.iter().find_map(|document| inflate::refusal(&file.path, folder, document, contents))
    {
        return Some(error);
    }
    let named = documents.iter().flat_map(named).find(|path| is_outside(folder, path))?;
    let path = with_line(&read.bytes, &file.path, named);
    if !is_address(named) {
        return Some(Error::Outside { path, named: named.to_owned() });
    }
    let what = format!("names {named}, an address that the rules do not list");
    Some(Error::Refused { path, what, help: LISTED.to_owned() })
}

/// Returns a path with the line that names something, where the file has lines.
pub(super) fn with_line(bytes: &[u8], path: &str, named: &str) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().position(|line| line.contains(named)).filter(|_| text.contains('\n'));
    line.map_or_else(|| path.to_owned(), |at| format!("{path}:{}", at + 1))
}

/// Returns every path that a kustomization names.
pub(super) fn named(kustomization: &Value) -> Vec<&str> {
    let mut paths = Vec::new();
    collect(kustomization, &KEYS, &mut paths);
    paths
}

fn collect<'a>(value: &'a Value, keys: &[&str], paths: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => paths.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, keys, paths)),
        Value::Object(map) => {
            let parts = map.iter().filter(|(key, _)| keys.contains(&key.to_lowercase().as_str()));
            parts.for_each(|(_, part)| collect(part, &ENTRY_KEYS, paths));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a path leads out of the commit. Of `key=path` both readings have to stay.
fn is_outside(folder: &str, named: &str) -> bool {
    let file = named.split_once('=').map_or(named, |(_, file)| file);
    leaves(folder, named) || leaves(folder, file)
}

/// Kustomize takes `..` out of a path before it follows links, and starts at the folder's real place.
pub(super) fn leaves(folder: &str, path: &str) -> bool {
    let mut depth = folder.split('/').filter(|part| !part.is_empty()).count();
    let climbs_out = path.split('/').any(|part| match part.trim() {
        "" | "." => false,
        ".." => match depth.checked_sub(1) {
            Some(less) => {
                depth = less;
                false
            }
            None => true,
        },
        _ => {
            depth += 1;
            false
        }
    });
    climbs_out || path.starts_with('/') || is_address(path)
}

fn is_address(path: &str) -> bool {
    let lower = path.trim().to_lowercase();
    // A configuration may stand here instead of a path: an address in it is not fetched.
    let is_remote = !path.contains('\n') && (lower.contains("://") || lower.contains("?ref="));
    is_remote || REMOTE.iter().any(|start| lower.starts_with(start))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_leaves_the_commit_is_seen() {
        for named in ["/etc", "../../../x", "a/../../../..", "https://host/x", "HTTP://127.0.0.1/x", "x=/etc/passwd"] {
            assert!(is_outside("deploy/web", named), "{named}");
        }
        for named in ["github.com/a/b?ref=v1", "git@host:a/b", "x=../../../y", "../../..\n", "./a?ref=1"] {
            assert!(is_outside("deploy/web", named), "{named}");
        }
    }

    #[test]
    fn what_stays_is_kept() {
        for named in ["a.yaml", "../../base", "./x/../../y", "key=../z", "..data", "apiVersion: v1\nurl: http://x/y\n"]
        {
            assert!(!is_outside("deploy/web", named), "{named}");
        }
    }

    #[test]
    fn paths_are_found_where_kustomize_reads_them() {
        let kustomization = json!({
            "Resources": ["1"], "openapi": {"path": "2"}, "patches": [{"path": "3", "patch": "/no", "target": {"name": "/no"}}],
            "configMapGenerator": [{"files": ["4"], "envs": ["5"], "literals": ["/no"], "options": {"labels": {"a": "/no"}}}],
            "namePrefix": "/no", "replacements": [{"path": "6", "source": {"name": "/no"}}], "generators": ["7"],
        });
        let mut found = named(&kustomization);
        found.sort_unstable();
        assert_eq!(found, ["1", "2", "3", "4", "5", "6", "7"]);
    }
}
