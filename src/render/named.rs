//! The paths that a kustomization names, judged before Kustomize reads it. Kustomize itself takes a base from any folder.
//!
//! Knows nothing of what a path is for: whatever stands where Kustomize reads a path has to stay in the commit.

use std::collections::BTreeMap;
use std::path::Path;

use landfall_core::manifest::{Compat, SourceFile, values};
use landfall_core::rules::Kustomize;
use serde_json::Value;

use super::contents::Contents;
use super::kustomize::FILE_NAMES;
use super::links::End;
use super::{Error, inflate, join, keys};
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

/// Returns why the kustomization of a folder must not be read, by folder.
pub(super) fn refused(contents: &Contents, settings: &Kustomize) -> BTreeMap<String, Error> {
    let files = &contents.files;
    let kustomizations = files.iter().filter_map(|file| Some((folder_of(&file.path)?, file)));
    let refusals =
        kustomizations.filter_map(|(folder, file)| Some((folder.to_owned(), judge(folder, file, contents, settings)?)));
    refusals.collect()
}

/// Returns the folder of a kustomization; nothing for other files.
pub(super) fn folder_of(path: &str) -> Option<&str> {
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
    Some(Error::Outside { path: with_line(read, &file.path, named), named: named.to_owned() })
}

/// Returns a path with the line that names something, where the file has lines.
fn with_line(file: &TreeFile, path: &str, named: &str) -> String {
    let text = String::from_utf8_lossy(&file.bytes);
    let line = text.lines().position(|line| line.contains(named)).filter(|_| text.contains('\n'));
    line.map_or_else(|| path.to_owned(), |at| format!("{path}:{}", at + 1))
}

/// Returns why Kustomize cannot use a path that a kustomization names: the commit does not have it, or git-lfs does.
///
/// Asked only after Kustomize failed, for some files may be absent.
pub(super) fn absent(contents: &Contents, stderr: &str, commit: &Path) -> Option<Error> {
    let kustomizations = contents.files.iter().filter_map(|file| Some((folder_of(&file.path)?, file)));
    let found = kustomizations.filter_map(|(folder, file)| absent_of(folder, file, contents, stderr, commit));
    found.into_iter().next()
}

fn absent_of(folder: &str, file: &TreeFile, contents: &Contents, stderr: &str, commit: &Path) -> Option<Error> {
    let read = contents.file(&file.path)?;
    let source = SourceFile { path: file.path.clone(), bytes: read.bytes.clone() };
    let documents = values(&source, Compat::Strict).ok()?;
    let end = |named: &str| {
        let path = named.split_once('=').map_or(named, |(_, path)| path);
        if let End::At(end) = contents.links.end(&join(folder, path)) { Some(end) } else { None }
    };
    let complained = documents.iter().flat_map(named).filter_map(|named| Some((named, end(named)?)));
    let complained = complained.filter(|(_, end)| mentions(stderr, &commit.join(end).display().to_string()));
    complained.into_iter().find_map(|(named, end)| {
        if let Err(error) = contents.check_present(&end) {
            return Some(error);
        }
        let is_there = contents.file(&end).is_some() || contents.has_folder(&end);
        (!is_there).then(|| {
            let (place, help) = match contents.links.submodule_of(&end) {
                Some(submodule) => {
                    (format!("in the submodule {submodule}: none is read"), "commit its files themselves")
                }
                None => ("not in the commit".to_owned(), "commit it, or take its name out"),
            };
            let what = format!("names {named}, which is {place}");
            Error::Refused { path: with_line(read, &file.path, named), what, help: help.to_owned() }
        })
    })
}

/// Whether a text has a path, and not only the beginning of a longer one.
fn mentions(text: &str, path: &str) -> bool {
    let goes_on = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/');
    text.match_indices(path).any(|(at, _)| !text[at + path.len()..].starts_with(goes_on))
}

/// Returns every path that a kustomization names.
fn named(kustomization: &Value) -> Vec<&str> {
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
    let lower = path.trim().to_lowercase();
    // A configuration may stand here instead of a path: an address in it is not fetched.
    let is_remote = !path.contains('\n') && (lower.contains("://") || lower.contains("?ref="));
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
    climbs_out || is_remote || path.starts_with('/') || REMOTE.iter().any(|start| lower.starts_with(start))
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
