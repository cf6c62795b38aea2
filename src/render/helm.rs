//! Helm: the real `helm template`, on a confined copy of the commit. Asks no cluster and, unless listed, no network.
//!
//! A render is that of a first installation, whatever the cluster has: one commit gives the same bytes everywhere.

mod archive;
mod calls;
mod chart;
mod dependencies;
mod judge;
mod mask;
mod message;
mod origin;
mod twice;

use std::path::Path;

use landfall_core::manifest::{Change, Manifest, Note, ObjectId, Remark};
use landfall_core::rules::{Helm, filled};

pub(super) use self::chart::Chart;
use super::confine::COMMIT;
use super::contents::Contents;
use super::secret_values::is_secret;
use super::tool::shell_word;
use super::tool::{Call, Network, Output, Program};
use super::{Error, Rendered, Source, read_rendered};

/// What a chart's folder has.
pub(super) const FILE_NAME: &str = "Chart.yaml";

pub(super) const HELM: Program<'static> = Program {
    name: "helm",
    install: "install Helm 3.8 or newer: the runner images of GitHub have it, its release page has it for others",
    version: &["version", "--short"],
    // The first whose `helm template` and OCI registries are as they are now.
    version_min: (3, 8),
};

/// Helm's own folders, beside the commit: nothing that the machine has is used.
const FOLDERS: [(&str, &str); 7] = [
    ("HELM_CACHE_HOME", "helm/cache"),
    ("HELM_CONFIG_HOME", "helm/config"),
    ("HELM_DATA_HOME", "helm/data"),
    ("HELM_PLUGINS", "helm/plugins"),
    ("HELM_REGISTRY_CONFIG", "helm/registry.json"),
    ("HELM_REPOSITORY_CONFIG", REPOSITORIES),
    ("HELM_REPOSITORY_CACHE", INDEXES),
];
/// The file of the chart repositories that may be asked.
const REPOSITORIES: &str = "helm/repositories.yaml";
/// The folder in which Helm keeps their indexes.
const INDEXES: &str = "helm/indexes";

/// One chart in the copy of its commit.
struct Run<'a> {
    source: &'a Source<'a>,
    settings: &'a Helm,
    contents: &'a Contents,
    chart: &'a Chart,
    /// The folder that has the commit's copy.
    root: &'a Path,
}

pub(super) async fn render(source: &Source<'_>, settings: &Helm) -> Result<Rendered, Error> {
    let contents = Contents::of(source.tree).await?;
    contents.named("source", &super::join(source.folder, FILE_NAME))?;
    for path in &settings.values {
        contents.named("render.helm.values", path)?;
    }
    let chart = Chart::read(&contents, source.folder);
    let own = [FILE_NAME, "values.yaml"].map(|name| super::join(source.folder, name));
    let templates = chart.templates().into_iter().map(|(path, _)| path);
    for path in own.into_iter().chain(settings.values.iter().cloned()).chain(templates) {
        contents.check_present(&path)?;
    }
    let copy = contents.copy()?;
    let run = Run { source, settings, contents: &contents, chart: &chart, root: copy.path() };
    run.provide(&chart).await?;
    let manifests = run.manifests().await?;
    let notes = twice::notes(&run, &manifests).await?;
    Ok(Rendered { manifests, notes, remarks: lookups(&chart).into_iter().collect() })
}

/// Names the templates that ask a cluster.
fn lookups(chart: &Chart) -> Option<Remark> {
    let asking = chart.templates().into_iter().filter(|(_, text)| calls::any_of(text, &["lookup"]));
    let templates: Vec<String> = asking.map(|(path, _)| path).collect();
    (!templates.is_empty()).then_some(Remark::LookupEmpty { templates })
}

impl Run<'_> {
    /// Renders the chart, and reads what comes out as kubectl does.
    async fn manifests(&self) -> Result<Vec<Manifest>, Error> {
        let args = self.template();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = self.helm(&args, Network::None).await?;
        let sources = origin::sources(&output.stdout, self.chart);
        let parts: Vec<(u32, String)> =
            sources.iter().map(|(line, path)| (*line, format!("{path} (rendered)"))).collect();
        let read = read_rendered(self.source.folder, output.stdout);
        let mut manifests = read.map_err(|errors| Box::new(errors.in_parts(&parts)))?;
        origin::tell(&mut manifests, &sources, self.chart, self.source.folder);
        Ok(manifests)
    }

    /// Runs Helm, and explains where it fails.
    async fn helm(&self, args: &[&str], network: Network) -> Result<Output, Error> {
        let variables = FOLDERS.map(|(name, path)| (name, self.root.join(path).into_os_string())).to_vec();
        let output = HELM.run(&Call { args, folder: self.root, variables, network }).await?;
        if !output.status.success() {
            return Err(message::failed(self, &output.stderr));
        }
        tracing::debug!(stderr = %mask::redactor(self).text(&output.stderr), "helm");
        Ok(output)
    }

    fn template(&self) -> Vec<String> {
        let Source { folder, target, commit, capabilities, .. } = self.source;
        let release = self.settings.release.as_deref().unwrap_or(target.app.as_str());
        let chart = in_copy(folder);
        let mut args: Vec<String> =
            ["template", release, &chart, "--namespace", target.namespace.as_str(), "--include-crds"]
                .map(str::to_owned)
                .to_vec();
        for path in &self.settings.values {
            args.extend(["--values".to_owned(), listed(&in_copy(path))]);
        }
        for (path, text) in filled(&self.settings.set, commit) {
            args.extend(["--set-string".to_owned(), format!("{path}={}", literal(&text))]);
        }
        if let Some(version) = &capabilities.version {
            args.extend(["--kube-version".to_owned(), version.clone()]);
        }
        if !capabilities.served.is_empty() {
            args.extend(["--api-versions".to_owned(), capabilities.served.join(",")]);
        }
        args
    }
}

impl Run<'_> {
    /// Returns the next step where a template fails: the same at the author's shell, where that is true and safe to print.
    fn same(&self) -> String {
        let Source { folder, capabilities, .. } = self.source;
        let is_as_here = capabilities.served.is_empty() && self.chart.needs.iter().all(|need| self.chart.has(need));
        if !is_as_here || self.settings.set.keys().any(|path| is_secret(path)) {
            return format!("change the chart in {folder}, or the values that it is given");
        }
        let copy = format!("{COMMIT}/");
        let args = self.template().into_iter().map(|arg| {
            let quoted =
                arg.strip_prefix('"').and_then(|arg| arg.strip_suffix('"')).filter(|path| !path.contains([',', '"']));
            let arg = quoted.unwrap_or(&arg);
            let arg = if arg == COMMIT && *folder == "." { "." } else { arg.strip_prefix(&copy).unwrap_or(arg) };
            shell_word(arg)
        });
        let line = args.collect::<Vec<_>>().join(" ");
        format!("`helm {line}` at the repository's root shows the same")
    }
}

/// Returns the path in the copy of a path in the repository.
fn in_copy(path: &str) -> String {
    super::join(COMMIT, if path == "." { "" } else { path }).trim_end_matches('/').to_owned()
}

/// Quotes a path for a flag that takes several, divided by commas.
fn listed(path: &str) -> String {
    format!("\"{}\"", path.replace('"', "\"\""))
}

/// Writes a text so that `--set-string` takes all of it as one value.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | ',' | '{' | '}' | '[' | ']') {
            literal.push('\\');
        }
        literal.push(letter);
    }
    literal
}

/// A note on an object as it is written.
fn note(manifest: &Manifest, change: Change) -> Option<Note> {
    let object = ObjectId::of(&manifest.object)?;
    Some(Note { object, origin: manifest.origin.clone(), change })
}
