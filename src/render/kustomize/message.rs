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
    let Explained(why, help) = Told { fault, kustomization, source, settings }.explained();
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

/// A sentence and the next step.
struct Explained(String, String);

/// A fault, and where a person looks for it.
struct Told<'a> {
    fault: Fault,
    kustomization: Option<Kustomization>,
    source: &'a str,
    settings: &'a Kustomize,
}

impl Told<'_> {
    fn explained(&self) -> Explained {
        let known = [Self::unknown_key, Self::plugin, Self::twice, Self::no_target, Self::cycle, Self::no_helm];
        known.iter().find_map(|explain| explain(self)).unwrap_or_else(|| self.as_said())
    }

    fn unknown_key(&self) -> Option<Explained> {
        let key = self.quoted(UNKNOWN_KEY)?;
        let place = self.line_of(&format!("{key}:"));
        Some(Explained(
            format!("{place}: `{key}` is not a key of a kustomization"),
            format!("correct or remove `{key}`"),
        ))
    }

    fn plugin(&self) -> Option<Explained> {
        let (path, plugin) = (self.path(), self.quoted(PLUGIN)?);
        let help = match plugin {
            KSOPS => "name the encrypted files among the `resources`: a deploy decrypts them",
            _ => "commit what it generates, or use a generator or transformer that is built into Kustomize",
        };
        let why = format!("{path} needs the plugin {plugin}, and plugins are programs that no render may run");
        Some(Explained(why, help.to_owned()))
    }

    fn twice(&self) -> Option<Explained> {
        let (_, id) = self.fault.what.split_once(TWICE)?;
        let help = "name each folder and file once among the resources".to_owned();
        Some(Explained(format!("{}: {} comes from two of its resources", self.path(), object(id)), help))
    }

    fn no_target(&self) -> Option<Explained> {
        let unfound = || self.fault.what.split_once(NO_MATCH).and_then(|(_, rest)| rest.split(';').next());
        let id = self.quoted(NO_TARGET).or_else(unfound)?;
        let help = "correct the patch's kind and name, or add the object to the resources".to_owned();
        Some(Explained(
            format!("{}: a patch is for {}, which is not among the resources", self.path(), object(id)),
            help,
        ))
    }

    fn cycle(&self) -> Option<Explained> {
        let help = "take the folder out of the resources of its own base".to_owned();
        let why = format!("{}: its resources lead back to {}", self.path(), self.fault.folder);
        self.fault.what.starts_with(CYCLE).then_some(Explained(why, help))
    }

    fn no_helm(&self) -> Option<Explained> {
        let help =
            "allow it with `render: {kustomize: {helm: true}}` in landfall.yaml, and commit the chart".to_owned();
        let why = format!("{} inflates a chart, which the rules do not allow", self.line_of("helmCharts"));
        (self.fault.what.contains(NO_HELM) && !self.settings.helm).then_some(Explained(why, help))
    }

    fn as_said(&self) -> Explained {
        let Fault { folder, file, what } = &self.fault;
        let place = file.as_ref().map_or_else(|| self.path(), |file| join(folder, file));
        let (flag, source) = (if self.settings.helm { "--enable-helm " } else { "" }, self.source);
        let help = format!("`kustomize build {flag}{source}` at the repository's root shows the same");
        Explained(format!("{place}: {what}"), help)
    }

    fn path(&self) -> String {
        let usual = || join(&self.fault.folder, FILE_NAMES[0]);
        self.kustomization.as_ref().map_or_else(usual, |found| found.path.clone())
    }

    /// Returns the kustomization with the line that has a word.
    fn line_of(&self, word: &str) -> String {
        let path = self.path();
        self.kustomization.as_ref().map_or_else(|| path.clone(), |found| with_line(&found.bytes, &path, word))
    }

    /// Returns what is quoted behind a sign.
    fn quoted(&self, sign: &str) -> Option<&str> {
        self.fault.what.split_once(sign).and_then(|(_, rest)| rest.split(['"', '\'']).next())
    }
}

/// Reads `Deployment.v1.apps/web.[noNs]`, as Kustomize writes an object, to `Deployment/web`.
fn object(id: &str) -> String {
    let (kind, rest) = id.split_once('.').unwrap_or((id, ""));
    let name = rest.split_once('/').map_or("", |(_, name)| name);
    format!("{kind}/{}", name.rsplit_once('.').map_or(name, |(name, _)| name))
}
