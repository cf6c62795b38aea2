//! A chart as Helm reads it: its name, its files, the charts inside it. Knows where each template is in the repository.

use std::borrow::Cow;
use std::collections::BTreeMap;

use landfall_core::manifest::{Compat, SourceFile, values};
use serde_json::Value;

use super::FILE_NAME;
use super::archive;
use crate::git::BlobKind;
use crate::render::contents::Contents;
use crate::render::join;

/// Charts in charts in charts: more is a mistake or an attack.
const DEPTH_MAX: usize = 8;

/// A chart with the charts in its `charts/`.
#[derive(Debug, Default)]
pub(in crate::render) struct Chart {
    pub(super) name: String,
    /// Its folder, or the archive that it is in.
    pub(super) home: Home,
    /// What its Chart.yaml asks for.
    pub(super) needs: Vec<Need>,
    /// The charts that it has, in the order of their places.
    pub(super) parts: Vec<Chart>,
    /// Its own files, by their path in it.
    pub(super) texts: BTreeMap<String, String>,
}

/// Where a chart is in the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Home {
    Folder(String),
    Archive(String),
}

/// A chart that another one asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) name: String,
    /// The name that templates know it by.
    pub(super) alias: Option<String>,
    pub(super) version: String,
    pub(super) repository: String,
}

/// Files by their path in a chart.
type Files<'a> = BTreeMap<String, Cow<'a, [u8]>>;

impl Default for Home {
    fn default() -> Self {
        Self::Folder(String::new())
    }
}

impl Chart {
    /// Reads the chart of a folder.
    pub(in crate::render) fn read(contents: &Contents, folder: &str) -> Self {
        read(&files(contents, folder), Home::Folder(folder.to_owned()), 0)
    }

    /// Returns whether a chart that is asked for is there.
    pub(super) fn has(&self, need: &Need) -> bool {
        self.parts.iter().any(|part| part.name == need.name)
    }

    /// Returns the file of the repository that a template's name, as Helm writes it, means.
    pub(super) fn place(&self, template: &str) -> Option<String> {
        self.place_in(&self.name, template)
    }

    fn place_in(&self, name: &str, template: &str) -> Option<String> {
        let inside = template.strip_prefix(name)?.strip_prefix('/')?;
        if let Some(below) = inside.strip_prefix("charts/") {
            let name = below.split('/').next()?;
            return self.part(name)?.place_in(name, below);
        }
        match &self.home {
            Home::Archive(archive) => Some(archive.clone()),
            Home::Folder(folder) => self.texts.contains_key(inside).then(|| join(folder, inside)),
        }
    }

    /// Returns the chart that templates know by a name.
    fn part(&self, name: &str) -> Option<&Self> {
        let aliased = self.needs.iter().find(|need| need.alias.as_deref() == Some(name));
        let name = aliased.map_or(name, |need| &need.name);
        self.parts.iter().find(|part| part.name == name)
    }

    /// Returns every template of the chart and of its parts: where it is, and its text.
    pub(super) fn templates(&self) -> Vec<(String, &str)> {
        let own = self.texts.iter().filter(|(path, _)| path.starts_with("templates/"));
        let mut templates: Vec<(String, &str)> = own.map(|(path, text)| (self.at(path), text.as_str())).collect();
        templates.extend(self.parts.iter().flat_map(Self::templates));
        templates
    }

    /// Returns where a file of the chart is.
    pub(super) fn at(&self, path: &str) -> String {
        match &self.home {
            Home::Folder(folder) => join(folder, path),
            Home::Archive(archive) => format!("{archive}: {path}"),
        }
    }

    /// Returns the files that say what the chart needs, and which versions: an old chart has some for that alone.
    pub(super) fn needs_files(&self) -> (&'static str, &'static str) {
        let is_old = self.texts.contains_key("requirements.yaml");
        if is_old { ("requirements.yaml", "requirements.lock") } else { (FILE_NAME, "Chart.lock") }
    }

    /// Returns what its lock says, where it has one.
    pub(super) fn locked(&self) -> Option<Vec<Need>> {
        self.texts.get(self.needs_files().1).map(|text| needs(&document(text)))
    }
}

/// Returns the files of a folder and of what its links lead to.
fn files<'a>(contents: &'a Contents, folder: &str) -> Files<'a> {
    let mut files = Files::new();
    for (path, file) in contents.below(folder) {
        if file.kind == BlobKind::File {
            files.insert(path.to_owned(), Cow::Borrowed(&file.bytes));
            continue;
        }
        if let Some(end) = contents.file(&file.path) {
            files.insert(path.to_owned(), Cow::Borrowed(&end.bytes));
        }
        let below = contents.below(&file.path).into_iter().filter(|(_, file)| file.kind == BlobKind::File);
        files.extend(below.map(|(inner, file)| (format!("{path}/{inner}"), Cow::Borrowed(file.bytes.as_slice()))));
    }
    files
}

fn read(files: &Files<'_>, home: Home, depth: usize) -> Chart {
    let mut texts = BTreeMap::new();
    let mut parts: BTreeMap<&str, Files<'_>> = BTreeMap::new();
    for (path, bytes) in files {
        let Some(below) = path.strip_prefix("charts/") else {
            texts.insert(path.clone(), String::from_utf8_lossy(bytes).into_owned());
            continue;
        };
        let (name, inner) = below.split_once('/').unwrap_or((below, ""));
        // Helm passes over these too.
        if !name.starts_with(['.', '_']) {
            parts.entry(name).or_default().insert(inner.to_owned(), Cow::Borrowed(bytes));
        }
    }
    let told = |file: &str| texts.get(file).map(|text| document(text)).unwrap_or_default();
    let (chart, requirements) = (told(FILE_NAME), told("requirements.yaml"));
    let needs = [&chart, &requirements].map(needs).concat();
    let part = |(name, files): (&&str, &Files<'_>)| part(name, files, &home, depth + 1);
    let parts = if depth < DEPTH_MAX { parts.iter().filter_map(part).collect() } else { Vec::new() };
    Chart { name: text(&chart, "name"), home, needs, parts, texts }
}

/// Reads what is in `charts/` under a name: a folder, or an archive.
fn part(name: &str, files: &Files<'_>, parent: &Home, depth: usize) -> Option<Chart> {
    let path = format!("charts/{name}");
    let home = |of: fn(String) -> Home| match parent {
        Home::Folder(folder) => of(join(folder, &path)),
        Home::Archive(archive) => Home::Archive(archive.clone()),
    };
    let packed = files.get("").filter(|_| name.strip_suffix(".tgz").is_some());
    let chart = match packed {
        Some(bytes) => {
            let unpacked = archive::files(bytes).into_iter().map(|(path, bytes)| (path, Cow::Owned(bytes)));
            read(&unpacked.collect(), home(Home::Archive), depth)
        }
        None => read(files, home(Home::Folder), depth),
    };
    (!chart.name.is_empty()).then_some(chart)
}

/// Reads a file of one document. What cannot be read is Helm's to complain about.
pub(super) fn document(text: &str) -> Value {
    let source = SourceFile::new(FILE_NAME, text.as_bytes());
    values(&source, Compat::Kubectl).unwrap_or_default().into_iter().next().unwrap_or_default()
}

fn needs(chart: &Value) -> Vec<Need> {
    let listed = chart["dependencies"].as_array().into_iter().flatten();
    let need = |need: &Value| Need {
        name: text(need, "name"),
        alias: need["alias"].as_str().map(str::to_owned),
        version: text(need, "version"),
        repository: text(need, "repository").trim_end_matches('/').to_owned(),
    };
    listed.map(need).collect()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
