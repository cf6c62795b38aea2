//! Which file a proposal removes, and which objects must go with it: judged by kubectl's own rendering.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Result;
use crate::differences::by_identity;
use crate::reference::Reference;

/// Landfall's default for `max_deletions`: a removal that needs no rule of its own.
const GONE_MAX: usize = 10;
/// Kinds that Landfall keeps on purpose.
const KEPT: [&str; 4] = ["CustomResourceDefinition", "Namespace", "PersistentVolume", "PersistentVolumeClaim"];

pub(crate) struct Removal {
    /// The file that goes, from the repository's root.
    pub(crate) file: String,
    /// The other files that change because of it: their paths and their new text.
    pub(crate) edits: Vec<(String, String)>,
    /// The objects that must go.
    pub(crate) gone: Vec<Value>,
}

/// Returns the named removal, or the first after which kubectl renders fewer objects and the others as before.
/// There is none where no file can be removed alone.
pub(crate) fn choose(reference: &Reference<'_>, before: &[Value], named: Option<&str>) -> Result<Option<Removal>> {
    let root = reference.checkout.root();
    for (file, kustomization) in candidates(root, &reference.checkout.source)? {
        let path = file.display().to_string();
        if named.is_some_and(|named| named != path) {
            continue;
        }
        let removal = Removal { edits: edits(root, &file, kustomization.as_deref())?, file: path, gone: Vec::new() };
        if let Some(gone) = gone(reference, before, &removal)? {
            return Ok(Some(Removal { gone, ..removal }));
        }
    }
    Ok(None)
}

/// Returns the files that may be removed, each with the kustomization that lists it, if one does.
fn candidates(root: &Path, source: &str) -> Result<Vec<(PathBuf, Option<PathBuf>)>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(source)];
    let mut seen = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        if !seen.insert(folder.clone()) {
            continue;
        }
        let kustomization = ["kustomization.yaml", "kustomization.yml", "Kustomization"]
            .map(|name| folder.join(name))
            .into_iter()
            .find(|file| root.join(file).is_file());
        let listed = match &kustomization {
            Some(file) => fs::read_to_string(root.join(file))?.lines().filter_map(item).map(str::to_owned).collect(),
            None => names(&root.join(&folder))?,
        };
        for path in listed.iter().map(|name| plain(&folder.join(name))) {
            if root.join(&path).is_dir() {
                folders.push(path);
            } else if root.join(&path).is_file() && kustomization.as_deref() != Some(&path) {
                found.push((path, kustomization.clone()));
            }
        }
    }
    Ok(found)
}

/// Returns the value of a line that is an item of a list: `- web.yaml`.
fn item(line: &str) -> Option<&str> {
    let value = line.trim().strip_prefix("- ")?.split(" #").next()?.trim();
    Some(value.trim_matches(['"', '\'']))
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names: Vec<String> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<_>>()?;
    names.sort();
    Ok(names)
}

/// Resolves `..` and `.` by the text.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// Returns the kustomization without the line that lists the file.
fn edits(root: &Path, file: &Path, kustomization: Option<&Path>) -> Result<Vec<(String, String)>> {
    let Some(kustomization) = kustomization else { return Ok(Vec::new()) };
    let folder = kustomization.parent().unwrap_or(Path::new(""));
    let text = fs::read_to_string(root.join(kustomization))?;
    let lists = |line: &&str| item(line).is_some_and(|name| plain(&folder.join(name)) == file);
    let kept: Vec<&str> = text.lines().filter(|line| !lists(line)).collect();
    Ok(vec![(kustomization.display().to_string(), kept.join("\n") + "\n")])
}

/// Returns the objects that go with a removal; none when it is not one that a proposal would make.
fn gone(reference: &Reference<'_>, before: &[Value], removal: &Removal) -> Result<Option<Vec<Value>>> {
    let copy = tempfile::tempdir()?;
    let from = reference.checkout.root().join(".");
    let copied = Command::new("cp").args(["-r", "--no-dereference"]).arg(from).arg(copy.path()).status()?;
    assert!(copied.success(), "cp could copy the checkout before");
    fs::remove_file(copy.path().join(&removal.file))?;
    for (path, text) in &removal.edits {
        fs::write(copy.path().join(path), text)?;
    }
    // What does not render without the file is used by something else.
    let Ok(after) = reference.render(copy.path()) else { return Ok(None) };
    let (before, after) = (by_identity(before.to_vec()), by_identity(after));
    let others_are_same = after.iter().all(|(name, object)| before.get(name) == Some(object));
    let gone: Vec<Value> =
        before.into_iter().filter(|(name, _)| !after.contains_key(name)).map(|(_, object)| object).collect();
    let is_kept = |object: &Value| KEPT.iter().any(|kind| object["kind"] == *kind);
    let fits = others_are_same && !after.is_empty() && (1..=GONE_MAX).contains(&gone.len());
    Ok((fits && !gone.iter().any(is_kept)).then_some(gone))
}
