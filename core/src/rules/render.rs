//! How an environment's folder becomes manifests: which renderer, and its settings. Does not look at the folder.

use std::collections::BTreeMap;

use serde::Serialize;

use super::mistake::Mistake;
use super::read::Reader;
use super::tree::{Entry, Node, Value};
use super::value;

/// How a folder becomes manifests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Render {
    /// The renderer; none to detect it by what the folder holds.
    pub with: Option<Renderer>,
    /// A Kustomize folder, from the repository's root, that gets what was rendered among its resources.
    pub then: Option<String>,
}

/// A program or reader that makes manifests of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Renderer {
    /// Every YAML and JSON file as it is.
    Plain,
    /// Kustomize.
    Kustomize(Kustomize),
    /// Helm.
    Helm(Helm),
    /// Jsonnet.
    Jsonnet(Jsonnet),
    /// Tera.
    Tera(Tera),
    /// A program that the rules name.
    Command(Command),
}

/// Settings of Kustomize.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Kustomize {
    /// Whether a kustomization may inflate charts of the repository.
    pub helm: bool,
    /// Addresses of repositories that bases may be fetched from, at a full commit.
    pub repositories: Vec<String>,
}

/// Settings of Helm. Every file is a path from the repository's root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Helm {
    /// The release's name; the application's when none.
    pub release: Option<String>,
    /// Files of values; of two that set the same value the later one counts.
    pub values: Vec<String>,
    /// Values by their path, which may hold `{{ commit }}`. They count more than every file.
    pub set: BTreeMap<String, String>,
    /// Addresses that dependencies may be fetched from.
    pub repositories: Vec<String>,
}

/// Settings of Jsonnet. Every file and folder is a path from the repository's root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Jsonnet {
    /// The file to evaluate; the folder's `main.jsonnet`, or its only one, when none.
    pub file: Option<String>,
    /// Folders in which imports are looked for.
    pub libraries: Vec<String>,
    /// External variables, which may hold `{{ commit }}`.
    pub ext: BTreeMap<String, String>,
    /// Top-level arguments, which may hold `{{ commit }}`.
    pub tla: BTreeMap<String, String>,
}

/// Settings of Tera.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tera {
    /// Files of values, from the repository's root: maps are merged, and the later one counts.
    pub values: Vec<String>,
}

/// A program that prints manifests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Command {
    /// Its name on `PATH`.
    pub program: String,
    /// Its arguments, which may hold `{{ commit }}`.
    pub args: Vec<String>,
}

/// Keys of `render` that name a renderer.
const RENDERERS: [&str; 5] = ["kustomize", "helm", "jsonnet", "tera", "command"];

/// Reads an environment's `render`.
pub(super) fn render(environment: &Node, reader: &mut Reader<'_>) -> Render {
    let Some(entry) = environment.entry("render") else { return Render::default() };
    if let Some(word) = entry.node.text() {
        return Render { with: plain(word), then: None };
    }
    let named: Vec<&Entry> = entry.node.entries().iter().filter(|entry| renderer(&entry.key).is_some()).collect();
    if let [first, second, ..] = named.as_slice()
        && let (Some(first_key), Some(second_key)) = (renderer(&first.key), renderer(&second.key))
    {
        let (first_at, at) = (first.at, second.at);
        reader.mistakes.push(Mistake::ExcludingKeys { first: first_key, second: second_key, first_at, at });
    }
    let with = named.first().and_then(|entry| with_settings(entry, reader));
    Render { with, then: reader.text(&entry.node, "then", value::folder) }
}

fn renderer(key: &str) -> Option<&'static str> {
    RENDERERS.into_iter().find(|name| *name == key)
}

fn plain(word: &str) -> Option<Renderer> {
    match word {
        "plain" => Some(Renderer::Plain),
        "kustomize" => Some(Renderer::Kustomize(Kustomize::default())),
        "helm" => Some(Renderer::Helm(Helm::default())),
        "jsonnet" => Some(Renderer::Jsonnet(Jsonnet::default())),
        "tera" => Some(Renderer::Tera(Tera::default())),
        _ => None,
    }
}

fn with_settings(entry: &Entry, reader: &mut Reader<'_>) -> Option<Renderer> {
    let node = &entry.node;
    match entry.key.as_str() {
        "kustomize" => Some(Renderer::Kustomize(Kustomize {
            helm: flag(node, "helm"),
            repositories: reader.texts(node, "repositories", value::git_repository),
        })),
        "helm" => Some(Renderer::Helm(helm(node, reader))),
        "jsonnet" => Some(Renderer::Jsonnet(jsonnet(node, reader))),
        "command" => {
            let args = reader.texts(node, "args", value::holding_commit);
            reader.text(node, "program", value::program).map(|program| Renderer::Command(Command { program, args }))
        }
        "tera" => Some(Renderer::Tera(Tera { values: reader.texts(node, "values", value::file) })),
        _ => None,
    }
}

fn helm(node: &Node, reader: &mut Reader<'_>) -> Helm {
    Helm {
        release: reader.text(node, "release", value::release),
        values: reader.texts(node, "values", value::file),
        set: reader.names(node, "set", value::chart_value),
        repositories: reader.texts(node, "repositories", value::repository),
    }
}

fn jsonnet(node: &Node, reader: &mut Reader<'_>) -> Jsonnet {
    Jsonnet {
        file: reader.text(node, "file", value::file),
        libraries: reader.texts(node, "libraries", value::folder),
        ext: reader.names(node, "ext", value::holding_commit),
        tla: reader.names(node, "tla", value::holding_commit),
    }
}

fn flag(node: &Node, key: &str) -> bool {
    matches!(node.entry(key).map(|entry| &entry.node.value), Some(Value::Flag(true)))
}
