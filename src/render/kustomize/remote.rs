//! Bases in other repositories: fetched by us, at a full commit, from addresses that the rules list, and judged like the
//! commit's own files. Kustomize itself has no network.

use std::collections::{BTreeMap, BTreeSet};

use landfall_core::id::CommitSha;
use serde_json::Value;

use super::super::contents::Contents;
use super::super::keys::key;
use super::super::{Error, join};
use super::named::with_line;
use super::{Kustomization, find};
use crate::git::{self, BlobKind, TreeFile, files_at};

/// The folder of what was fetched, in the copy of the commit.
const FOLDER: &str = ".landfall-fetched";
/// Most commits that one build fetches.
const COMMITS_MAX: usize = 16;
/// Where a kustomization names folders.
const KEYS: [&str; 3] = ["resources", "bases", "components"];

/// The fetched commits, by their folders in the copy.
#[derive(Default)]
pub(super) struct Fetched(BTreeMap<String, FetchedCommit>);

struct FetchedCommit {
    /// The commit's own kustomization that needs it.
    named_in: String,
    /// What people call it: `https://host/a/b@0123456`.
    name: String,
}

impl Fetched {
    /// Says of what was fetched where it is from: nobody finds its folder in the commit.
    pub(super) fn told(&self, error: Error) -> Error {
        let plain = |text: &str| self.0.iter().fold(text.to_owned(), named_plainly);
        match error {
            Error::Refused { path, what, .. } if path.starts_with(FOLDER) || what.contains(FOLDER) => {
                Error::Refused { path: plain(&path), what: plain(&what), help: ELSEWHERE.to_owned() }
            }
            Error::Outside { path, named } => Error::Outside { path: plain(&path), named: plain(&named) },
            Error::Tool { tool, source_folder, why, help } => {
                Error::Tool { tool, source_folder, why: plain(&why), help }
            }
            other => other,
        }
    }

    /// Returns the kustomization that names the repository which a path is from.
    pub(super) fn named_in(&self, path: &str) -> Option<&str> {
        let is_below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        self.0.iter().find(|(folder, _)| is_below(folder)).map(|(_, commit)| commit.named_in.as_str())
    }
}

/// Fetches the bases that a folder's build needs, those of bases too, and names them where they are now.
pub(super) async fn fetch(contents: &mut Contents, source: &str, repositories: &[String]) -> Result<Fetched, Error> {
    let mut fetched = Fetched::default();
    if !repositories.is_empty() && (contents.file(FOLDER).is_some() || contents.has_folder(FOLDER)) {
        let what = "stands where fetched bases go".to_owned();
        return Err(Error::Refused { path: FOLDER.to_owned(), what, help: "give it another name".to_owned() });
    }
    let (mut folders, mut seen) = (vec![source.to_owned()], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        if repositories.is_empty() || !seen.insert(folder.clone()) {
            continue;
        }
        let Some(mut kustomization) = find(contents, &folder)? else { continue };
        for base in bases(&kustomization, repositories)? {
            let place = base.fetch(contents, &kustomization, &mut fetched).await?;
            kustomization.replace(&base.text, &back_to(kustomization.folder(), &place));
            contents.put(kustomization.file());
        }
        let named = texts(&kustomization.value).filter_map(|path| contents.inside(&join(kustomization.folder(), path)));
        folders.extend(named);
    }
    Ok(fetched)
}

/// A folder of a commit of a listed repository.
struct Base {
    /// As the kustomization writes it.
    text: String,
    address: String,
    commit: CommitSha,
    folder: String,
}

impl Base {
    /// Reads an address of a listed repository, as `https://host/a/b//deploy?ref=<commit>`; none for any other text.
    fn read(text: &str, repositories: &[String]) -> Option<Result<Self, &'static str>> {
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let place = place.strip_prefix("git::").unwrap_or(place);
        let address = repositories.iter().find_map(|address| {
            let bare = address.trim_end_matches(".git");
            let rest = place.strip_prefix(bare).or_else(|| place.strip_prefix(bare.split_once("://")?.1))?;
            let rest = rest.strip_prefix(".git").unwrap_or(rest);
            (rest.is_empty() || rest.starts_with('/')).then_some((address, rest))
        });
        let (address, rest) = address?;
        let revision =
            query.split('&').find_map(|pair| pair.strip_prefix("ref=").or_else(|| pair.strip_prefix("version=")));
        let Some(commit) = revision.and_then(|revision| revision.parse::<CommitSha>().ok()) else {
            return Some(Err("without a full commit"));
        };
        let folder = rest.trim_matches('/').to_owned();
        if folder.split('/').any(|part| part == "..") {
            return Some(Err("with a path that leads out of the repository"));
        }
        Some(Ok(Self { text: text.to_owned(), address: address.clone(), commit, folder }))
    }

    /// Brings the commit here, once, and returns the folder in the copy.
    async fn fetch(&self, contents: &mut Contents, by: &Kustomization, fetched: &mut Fetched) -> Result<String, Error> {
        let root = format!("{FOLDER}/{}", self.commit);
        if !fetched.0.contains_key(&root) {
            let failed = |error: git::Error| {
                let said = error.to_string();
                let steps = [("not our ref", NO_COMMIT), ("dumb http", DUMB)];
                let help = steps.iter().find(|(sign, _)| said.contains(sign)).map_or(REACH, |(_, help)| help);
                by.refused(&self.text, &format!("which cannot be fetched: {said}"), help)
            };
            if fetched.0.len() == COMMITS_MAX {
                return Err(by.refused(&self.text, "which is one repository too many", FEWER));
            }
            let files = files_at(&self.address, &self.commit).await.map_err(failed)?;
            contents.extend(files.into_iter().map(|file| TreeFile { path: format!("{root}/{}", file.path), ..file }));
            let named_in = fetched.named_in(&by.path).unwrap_or(&by.path).to_owned();
            let name = format!("{}@{}", self.address, self.commit.short());
            fetched.0.insert(root.clone(), FetchedCommit { named_in, name });
        }
        Ok(join(&root, &self.folder).trim_end_matches('/').to_owned())
    }
}

const ELSEWHERE: &str = "correct the path, or pin a commit of that repository where it is mended";
const PIN: &str = "pin it with `?ref=` and all 40 digits of a commit: a branch or tag may be another one tomorrow";
const REACH: &str = "see whether `git fetch` reaches it from this machine, with the logins that Git has here";
const NO_COMMIT: &str = "name a commit that is in that repository";
const DUMB: &str =
    "serve the repository by Git's own HTTP protocol (`git http-backend`): files alone cannot give one commit";
const FEWER: &str = "fetch fewer repositories in one build, or copy some into this one";

fn bases(kustomization: &Kustomization, repositories: &[String]) -> Result<Vec<Base>, Error> {
    let read = texts(&kustomization.value).filter_map(|text| Some((text, Base::read(text, repositories)?)));
    read.map(|(text, base)| base.map_err(|why| kustomization.refused(text, why, PIN))).collect()
}

fn texts(kustomization: &Value) -> impl Iterator<Item = &str> {
    let lists = KEYS.iter().filter_map(|name| kustomization.get(key(kustomization, name)?)?.as_array());
    lists.flatten().filter_map(Value::as_str)
}

fn named_plainly(mut text: String, (folder, FetchedCommit { name, .. }): (&String, &FetchedCommit)) -> String {
    let climbing = format!("../{folder}");
    while text.contains(&climbing) {
        text = text.replace(&climbing, folder);
    }
    text.replace(&format!("{folder}/"), &format!("{name}//"))
}

/// Returns the path from a folder to another one, both from the root.
fn back_to(folder: &str, place: &str) -> String {
    "../".repeat(folder.split('/').filter(|part| !part.is_empty()).count()) + place
}

impl Kustomization {
    fn replace(&mut self, text: &str, path: &str) {
        for name in KEYS {
            let Some(name) = key(&self.value, name).map(str::to_owned) else { continue };
            let items = self.value.get_mut(&name).and_then(Value::as_array_mut).into_iter().flatten();
            items.filter(|item| *item == text).for_each(|item| *item = path.into());
        }
        self.bytes = self.value.to_string().into_bytes();
    }

    fn file(&self) -> TreeFile {
        TreeFile { path: self.path.clone(), kind: BlobKind::File, bytes: self.bytes.clone() }
    }

    fn refused(&self, named: &str, why: &str, help: &str) -> Error {
        let what = format!("names {named} {why}");
        Error::Refused { path: with_line(&self.bytes, &self.path, named), what, help: help.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn an_address_of_a_listed_repository_is_read_in_every_form_of_kustomize() {
        let listed = ["https://host/a/b".to_owned()];
        for text in [
            "https://host/a/b//deploy/x",
            "https://host/a/b.git//deploy/x",
            "git::https://host/a/b//deploy/x/",
            "host/a/b/deploy/x",
        ] {
            let base = Base::read(&format!("{text}?ref={COMMIT}"), &listed).unwrap().ok().unwrap();
            assert_eq!((base.folder.as_str(), base.commit.as_str()), ("deploy/x", COMMIT), "{text}");
        }
        assert!(Base::read(&format!("https://host/a/bc?ref={COMMIT}"), &listed).is_none());
        assert!(Base::read("../base", &listed).is_none());
        for text in [
            "https://host/a/b?ref=main",
            "https://host/a/b",
            "https://host/a/b//../x?ref=0123456789abcdef0123456789abcdef01234567",
        ] {
            assert!(Base::read(text, &listed).unwrap().is_err(), "{text}");
        }
    }

    #[test]
    fn a_fetched_folder_is_found_from_any_depth() {
        assert_eq!(back_to("", "x/y"), "x/y");
        assert_eq!(back_to("a/b", "x/y"), "../../x/y");
    }
}
