//! What Kustomize says when it fails, as a person reads it: files of the repository, and the next step.

use std::path::Path;

use landfall_core::rules::Kustomize;

use super::super::contents::Contents;
use super::super::{Error, join};
use super::named::with_line;
use super::{FILE_NAMES, Kustomization, find};

/// What stands before the path of a folder, or of a file in it, and its fault.
const FOLDERS: [&str; 2] = ["couldn't make target for path '", "recursed accumulation of path '"];
const FILES: [&str; 4] = [
    "accumulating resources from '",
    "accumulation err='accumulating resources from '",
    "merging resources from '",
    "accumulation err='merging resources from '",
];
/// What says no more than the path that follows.
const NOISE: [&str; 2] = ["accumulating resources: ", "invalid Kustomization: "];
/// Kustomize reads what is no good file as a folder too, and says so last.
const READ_AGAIN: &str = "': must build at directory: ";
/// It reads every folder as a file first, and says so before all else.
const READ_BEFORE: &str = "' must resolve to a file': ";

/// What it says of a key that works for now.
const WARNING: &str = "# Warning: ";
const UNKNOWN_KEY: &str = "json: unknown field \"";
const PLUGIN: &str = "external plugins disabled; unable to load external plugin '";
/// The plugin that decrypts what SOPS encrypted.
const KSOPS: &str = "ksops";
const NO_HELM: &str = "--enable-helm";
const CYCLE: &str = "cycle detected: ";
const NO_TARGET: &str = "no resource matches strategic merge patch \"";
const NO_MATCH: &str = "no matches for Id ";
const TWICE: &str = "may not add resource with an already registered id: ";

/// Where something is wrong, and what.
struct Fault {
    folder: String,
    file: Option<String>,
    what: String,
}

/// Returns what Kustomize says of a folder of the commit, of which a copy is at `commit`.
pub(super) fn failed(source: &str, settings: &Kustomize, stderr: &str, contents: &Contents, commit: &Path) -> Error {
    let lines: Vec<&str> = stderr.trim().lines().filter(|line| !line.starts_with(WARNING)).collect();
    let why = lines.join("\n").trim_start_matches("Error: ").replace(&format!("{}/", commit.display()), "");
    let fault = Fault::read(&why, source);
    let kustomization = find(contents, &fault.folder).ok().flatten();
    let (why, help) = explained(&fault, kustomization.as_ref(), source, settings);
    Error::Tool { tool: "kustomize".to_owned(), source_folder: source.to_owned(), why, help }
}

impl Fault {
    /// Takes the folders and files off that Kustomize went through.
    fn read(why: &str, source: &str) -> Self {
        let mut rest = why.rsplit_once(READ_BEFORE).map_or(why, |(_, inner)| inner);
        let mut fault = Self { folder: source.to_owned(), file: None, what: String::new() };
        loop {
            if let Some((folder, inner)) = after(rest, &FOLDERS) {
                folder.clone_into(&mut fault.folder);
                rest = inner;
            } else if let Some((file, inner)) = after(rest, &FILES) {
                fault.file = Some(file.to_owned());
                rest = inner.split_once(READ_AGAIN).map_or(inner, |(inner, _)| inner);
            } else if let Some(inner) = NOISE.iter().find_map(|noise| rest.strip_prefix(noise)) {
                rest = inner;
            } else {
                rest.clone_into(&mut fault.what);
                return fault;
            }
        }
    }
}

/// Reads a path in quotes behind one of these beginnings, and what is said of it.
fn after<'a>(text: &'a str, beginnings: &[&str]) -> Option<(&'a str, &'a str)> {
    beginnings.iter().find_map(|start| text.strip_prefix(start)).and_then(|rest| rest.split_once("': "))
}

/// Returns the sentence and the next step.
fn explained(
    fault: &Fault,
    kustomization: Option<&Kustomization>,
    source: &str,
    settings: &Kustomize,
) -> (String, String) {
    let path = kustomization.map_or_else(|| join(&fault.folder, FILE_NAMES[0]), |found| found.path.clone());
    let at = |word: &str| kustomization.map_or_else(|| path.clone(), |found| with_line(&found.bytes, &path, word));
    let quoted = |sign: &str| fault.what.split_once(sign).and_then(|(_, rest)| rest.split(['"', '\'']).next());
    if let Some(key) = quoted(UNKNOWN_KEY) {
        let help = format!("correct or remove `{key}`");
        return (format!("{}: `{key}` is not a key of a kustomization", at(&format!("{key}:"))), help);
    }
    if let Some(plugin) = quoted(PLUGIN) {
        let help = match plugin {
            KSOPS => "name the encrypted files among the `resources`: a deploy decrypts them",
            _ => "commit what it generates, or use a generator or transformer that is built into Kustomize",
        };
        return (
            format!("{path} needs the plugin {plugin}, and plugins are programs that no render may run"),
            help.to_owned(),
        );
    }
    if let Some(id) = fault.what.split_once(TWICE).map(|(_, id)| id) {
        let help = "name each folder and file once among the resources".to_owned();
        return (format!("{path}: {} comes from two of its resources", object(id)), help);
    }
    let unfound = fault.what.split_once(NO_MATCH).and_then(|(_, rest)| rest.split(';').next());
    if let Some(id) = quoted(NO_TARGET).or(unfound) {
        let help = "correct the patch's kind and name, or add the object to the resources".to_owned();
        return (format!("{path}: a patch is for {}, which is not among the resources", object(id)), help);
    }
    if fault.what.starts_with(CYCLE) {
        let help = "take the folder out of the resources of its own base".to_owned();
        return (format!("{path}: its resources lead back to {}", fault.folder), help);
    }
    if fault.what.contains(NO_HELM) && !settings.helm {
        let help =
            "allow it with `render: {kustomize: {helm: true}}` in landfall.yaml, and commit the chart".to_owned();
        return (format!("{} inflates a chart, which the rules do not allow", at("helmCharts")), help);
    }
    let place = fault.file.as_ref().map_or(path.clone(), |file| join(&fault.folder, file));
    let flag = if settings.helm { "--enable-helm " } else { "" };
    (
        format!("{place}: {}", fault.what),
        format!("`kustomize build {flag}{source}` at the repository's root shows the same"),
    )
}

/// Reads `Deployment.v1.apps/web.[noNs]`, as Kustomize writes an object, to `Deployment/web`.
fn object(id: &str) -> String {
    let (kind, rest) = id.split_once('.').unwrap_or((id, ""));
    let name = rest.split_once('/').map_or("", |(_, name)| name);
    format!("{kind}/{}", name.rsplit_once('.').map_or(name, |(name, _)| name))
}
