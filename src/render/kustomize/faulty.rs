//! Files and folders that Kustomize says it needs and that cannot be used: refused, absent, or not to be read.
//!
//! Asked only after Kustomize failed, for what nobody needs may well be so.

use std::collections::BTreeMap;
use std::path::Path;

use landfall_core::manifest::Compat;
use serde_json::Value;

use super::super::contents::Contents;
use super::super::keys::part;
use super::super::links::End;
use super::super::{Error, join, read};
use super::Kustomization;
use super::named::{folder_of, named, with_line};

/// What Kustomize says, and the copy of the commit that it says it of.
pub(super) struct Said<'a> {
    pub(super) stderr: &'a str,
    pub(super) commit: &'a Path,
}

impl Said<'_> {
    /// Whether it says this path, and not only the beginning of a longer one.
    fn has(&self, path: &str) -> bool {
        let goes_on = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/');
        self.stderr.match_indices(path).any(|(at, _)| !self.stderr[at + path.len()..].starts_with(goes_on))
    }

    fn has_end(&self, end: &str) -> bool {
        self.has(&self.commit.join(end).display().to_string())
    }

    fn has_folder(&self, folder: &str) -> bool {
        let path = if folder.is_empty() { self.commit.to_owned() } else { self.commit.join(folder) };
        self.stderr.contains(&format!("'{}'", path.display()))
    }
}

/// Returns why something cannot be used that Kustomize says it needs.
pub(super) fn find(said: &Said<'_>, refused: BTreeMap<String, Error>, contents: &Contents) -> Option<Error> {
    let refused = refused.into_iter().find(|(folder, _)| said.has_folder(folder)).map(|(_, error)| error);
    let mut folders = contents.files.iter().filter_map(|file| folder_of(&file.path));
    let named = |folder: &str| Some(Named { by: super::find(contents, folder).ok()??, contents });
    refused.or_else(|| folders.find_map(|folder| named(folder)?.fault(said)))
}

/// A kustomization among the files that it names.
struct Named<'a> {
    by: Kustomization,
    contents: &'a Contents,
}

impl Named<'_> {
    fn fault(&self, said: &Said<'_>) -> Option<Error> {
        self.absent(said).or_else(|| self.unreadable(said))
    }

    /// What the commit does not have, or git-lfs and submodules have elsewhere.
    fn absent(&self, said: &Said<'_>) -> Option<Error> {
        let complained = named(&self.by.value).into_iter().filter_map(|named| Some((named, self.end(named)?)));
        complained.filter(|(_, end)| said.has_end(end)).find_map(|(named, end)| self.absence(named, &end))
    }

    fn end(&self, named: &str) -> Option<String> {
        let path = named.split_once('=').map_or(named, |(_, path)| path);
        if let End::At(end) = self.contents.links.end(&join(self.by.folder(), path)) { Some(end) } else { None }
    }

    fn absence(&self, named: &str, end: &str) -> Option<Error> {
        if let Err(error) = self.contents.check_present(end) {
            return Some(error);
        }
        if self.contents.file(end).is_some() || self.contents.has_folder(end) {
            return None;
        }
        let (place, help) = match self.contents.links.submodule_of(end) {
            Some(submodule) => (format!("in the submodule {submodule}: none is read"), "commit its files themselves"),
            None => ("not in the commit".to_owned(), "commit it, or take its name out"),
        };
        let what = format!("names {named}, which is {place}");
        Some(Error::Refused { path: with_line(&self.by.bytes, &self.by.path, named), what, help: help.to_owned() })
    }

    /// What we cannot read either we can place better.
    fn unreadable(&self, said: &Said<'_>) -> Option<Error> {
        let resources = part(&self.by.value, "resources")?.as_array()?.iter().filter_map(Value::as_str);
        let files = resources.filter(|named| said.has(named));
        let files = files.filter_map(|named| self.contents.file(&join(self.by.folder(), named)));
        files.into_iter().find_map(|file| read(&file.path, file.bytes.clone(), Compat::Kubectl).err().map(Error::Read))
    }
}
