//! What kubectl makes of the same folder. Nothing of Landfall is used here.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use landfall_test_cluster::control_plane::ControlPlane;
use landfall_world::{RENDERERS, renderers_on_path};
use serde_json::Value;

use crate::Result;
use crate::checkout::Checkout;
use crate::clusters::succeed;

/// What a target is called when the manifests name no namespace.
const NAMESPACE: &str = "real";
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Tries of an apply whose kinds are served only a moment after their definitions.
const APPLY_TRIES: u32 = 5;

pub(crate) struct Reference<'a> {
    pub(crate) cluster: &'a ControlPlane,
    pub(crate) checkout: &'a Checkout,
    /// What prints the objects in place of kubectl.
    command: Option<&'a str>,
    /// The namespace that most objects name.
    pub(crate) namespace: String,
    /// The API groups of the objects, except the core's.
    pub(crate) groups: Vec<String>,
}

impl<'a> Reference<'a> {
    pub(crate) fn of(cluster: &'a ControlPlane, checkout: &'a Checkout, command: Option<&'a str>) -> Result<Self> {
        let mut reference = Self { cluster, checkout, command, namespace: String::new(), groups: Vec::new() };
        let stream = reference.stream(checkout.root())?;
        reference.namespace = most_named(&stream).unwrap_or_else(|| NAMESPACE.to_owned());
        reference.groups = groups(&stream);
        Ok(reference)
    }

    /// Applies the folder, and returns what kubectl complains about; nothing when it does not.
    pub(crate) fn apply(&self) -> Result<String> {
        let stream = self.stream(self.checkout.root())?;
        let apply = ["apply", "--server-side", "-n", &self.namespace, "-f", "-"];
        let mut applied = self.cluster.kubectl_with_input(&apply, &stream);
        for _ in 1..APPLY_TRIES {
            if applied.status.success() {
                return Ok(String::new());
            }
            applied = self.cluster.kubectl_with_input(&apply, &stream);
        }
        Ok(String::from_utf8_lossy(&applied.stderr).into_owned())
    }

    /// Returns the objects of a folder, as kubectl sends them; without those of kinds that the cluster does not serve.
    pub(crate) fn render(&self, root: &Path) -> Result<Vec<Value>> {
        let create = ["create", "--dry-run=client", "--validate=false", "-o", "json", "-n", &self.namespace, "-f", "-"];
        let output = self.cluster.kubectl_with_input(&create, &self.stream(root)?);
        let objects = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
        Ok(objects.collect::<std::result::Result<_, _>>()?)
    }

    /// Returns a folder as one stream of documents.
    fn stream(&self, root: &Path) -> Result<String> {
        if let Some(command) = self.command {
            let path = renderers_on_path(&RENDERERS);
            let printed = Command::new("sh").args(["-c", command]).current_dir(root).env("PATH", path).output()?;
            return Ok(documents(succeed(&printed)?));
        }
        let folder = root.join(&self.checkout.source);
        if KUSTOMIZATIONS.iter().any(|name| folder.join(name).is_file()) {
            return succeed(&self.cluster.kubectl(&["kustomize", &folder.display().to_string()]));
        }
        let mut text = String::new();
        for file in manifests(&folder)? {
            text.push_str("\n---\n");
            text.push_str(&std::fs::read_to_string(file)?);
        }
        Ok(text)
    }
}

/// Returns a stream that kubectl reads: of JSON, every object wherever it stands; YAML as it is.
fn documents(printed: String) -> String {
    let Ok(value) = serde_json::from_str(&printed) else { return printed };
    let mut objects = Vec::new();
    collect(&value, &mut objects);
    objects.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n---\n")
}

fn collect<'v>(value: &'v Value, objects: &mut Vec<&'v Value>) {
    match value {
        Value::Object(map) if map.contains_key("apiVersion") && map.contains_key("kind") => objects.push(value),
        Value::Object(map) => map.values().for_each(|value| collect(value, objects)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, objects)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns the files that `kubectl -R -f` reads, in its order.
fn manifests(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    let mut entries = std::fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for path in entries.into_iter().map(|entry| entry.path()) {
        let is_manifest = path.extension().is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|it| ending == *it));
        if path.is_dir() {
            files.extend(manifests(&path)?);
        } else if is_manifest {
            files.push(path);
        }
    }
    Ok(files)
}

/// Returns a text of an object by the line that holds it: two spaces deep or at the left margin, or one line of JSON.
fn text(line: &str, start: &str, pointer: &str) -> Option<String> {
    if line.starts_with('{') {
        let object: Value = serde_json::from_str(line).ok()?;
        return object.pointer(pointer)?.as_str().map(str::to_owned);
    }
    Some(line.strip_prefix(start)?.trim().trim_matches('"').to_owned())
}

fn most_named(stream: &str) -> Option<String> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let names = stream.lines().filter_map(|line| text(line, "  namespace:", "/metadata/namespace"));
    names.for_each(|name| *times.entry(name).or_default() += 1);
    times.into_iter().max_by_key(|(_, times)| *times).map(|(name, _)| name)
}

fn groups(stream: &str) -> Vec<String> {
    let versions = stream.lines().filter_map(|line| text(line, "apiVersion:", "/apiVersion"));
    versions.filter_map(|version| Some(version.split_once('/')?.0.to_owned())).collect()
}
