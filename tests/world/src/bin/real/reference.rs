//! What kubectl makes of the same folder. Nothing of Landfall is used here.

use std::collections::BTreeMap;
use std::path::Path;

use landfall_test_cluster::control_plane::ControlPlane;
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
    /// The namespace that most objects name.
    pub(crate) namespace: String,
    /// The API groups of the objects, except the core's.
    pub(crate) groups: Vec<String>,
}

impl<'a> Reference<'a> {
    pub(crate) fn of(cluster: &'a ControlPlane, checkout: &'a Checkout) -> Result<Self> {
        let mut reference = Self { cluster, checkout, namespace: String::new(), groups: Vec::new() };
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

/// Returns the values of the lines that give a key two spaces deep (`metadata.namespace`), or at the left margin.
fn values<'a>(stream: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    stream.lines().filter_map(move |line| line.strip_prefix(key)).map(|value| value.trim().trim_matches('"'))
}

fn most_named(stream: &str) -> Option<String> {
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    values(stream, "  namespace:").for_each(|name| *named.entry(name).or_default() += 1);
    named.into_iter().max_by_key(|(_, times)| *times).map(|(name, _)| name.to_owned())
}

fn groups(stream: &str) -> Vec<String> {
    values(stream, "apiVersion:").filter_map(|version| Some(version.split_once('/')?.0.to_owned())).collect()
}
