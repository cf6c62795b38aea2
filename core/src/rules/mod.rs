//! landfall.yaml: what follows which branch, from where, to where, and under which gates. Does not read files.

mod check;
mod conflicts;
mod docs;
mod identity;
mod keys;
mod kind;
mod mistake;
mod pattern;
mod place;
mod reach;
mod read;
mod render;
mod schema;
mod select;
mod tree;
mod value;
mod verify;
mod wait;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::id::{AppName, ClusterName, CommitSha, EnvName, Namespace, TargetId};
use crate::lint::Switch;
use crate::manifest::{Compat, is_lfs_pointer};
use crate::ownership;
use crate::plan::Allowance;
use crate::ready;
use crate::succession::Succession;
use crate::verify::Verification;

pub use docs::docs;
pub use mistake::{Mistake, RulesErrors};
pub(crate) use mistake::{nearest, suggest};
pub use pattern::{InvalidPattern, RefPattern};
pub use render::{Command, Helm, Jsonnet, Kustomize, Render, Renderer, Tera};
pub use schema::schema;
pub use select::{Selection, select};
pub use written::{Place, Written};

/// Where landfall.yaml is, relative to the repository's root, unless the command line says otherwise.
pub const PATH: &str = "landfall.yaml";

/// How many objects one deploy may delete, unless the rules say otherwise: more is rarely meant.
pub const MAX_DELETIONS_DEFAULT: usize = 10;

/// How long to wait for objects to become ready, unless the rules say otherwise: Kubernetes' own progress deadline.
pub const WAIT_SECONDS_DEFAULT: u64 = 600;

/// How long a deploy waits for its images, unless the rules say otherwise: as long as most builds take.
pub const IMAGE_WAIT_SECONDS_DEFAULT: u64 = 300;

/// Longest line of landfall.yaml: a mistake in a longer one could not be shown.
const LINE_BYTES_MAX: usize = 4_096;

/// All the rules of one landfall.yaml.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// The application.
    pub app: AppName,
    /// The clusters, by name.
    pub clusters: BTreeMap<ClusterName, Cluster>,
    /// The environments, in the order of the file.
    pub environments: Vec<Environment>,
}

/// A cluster that targets may name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cluster {
    /// Its name in the rules.
    pub name: ClusterName,
    /// How it is reached.
    pub access: Access,
}

/// How a cluster is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Through kubeconfig files, whose paths are in environment variables.
    Kubeconfig {
        /// The variable for proposals; without one they get the offline plan.
        plan: Option<String>,
        /// The variable for deploys.
        deploy: String,
    },
}

/// A named place that follows a branch or tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// Its name.
    pub name: EnvName,
    /// What it follows.
    pub follows: Follows,
    /// Which of two of its commits is the newer one.
    pub order: Succession,
    /// The folder of its manifests, relative to the repository's root; "." is the root.
    pub source: String,
    /// How the folder becomes manifests.
    pub render: Render,
    /// How its plain manifests are read.
    pub compat: Compat,
    /// Image references by the name that the manifests use, which may hold `{{ commit }}`.
    pub images: BTreeMap<String, String>,
    /// Seconds that a deploy waits for one of them that is not in its registry yet.
    pub image_wait_seconds: u64,
    /// What is changed in every object.
    pub transform: Transform,
    /// Which lints are off, by code.
    pub lint: BTreeMap<String, Switch>,
    /// Where it goes, in the order of the file.
    pub targets: Vec<Target>,
    /// What a deploy may delete though that loses what is in it.
    pub allow_delete: Vec<Allowance>,
    /// Who kept its objects before.
    pub adopt: Vec<ownership::Predecessor>,
    /// What may hold it.
    pub gates: Gates,
    /// How long to wait for it.
    pub wait: Wait,
    /// What must hold once everything is ready.
    pub verify: Vec<Verification>,
    /// Who wins fields that somebody else owns too.
    pub conflicts: Vec<ownership::Rule>,
    /// Its public address.
    pub url: Option<String>,
    /// Whether it may be written.
    pub mode: Mode,
    /// Where that is written.
    #[serde(skip)]
    pub written: Written,
}

/// What an environment follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Follows {
    /// Branches.
    Branch(RefPattern),
    /// Tags.
    Tag(RefPattern),
}

/// One cluster and namespace of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The cluster.
    pub cluster: ClusterName,
    /// The namespace.
    pub namespace: Namespace,
    /// Where its inventory and lease are, when not there.
    pub state: Option<Namespace>,
    /// When it is rolled out: lower waves first, stopping at the first failure.
    pub wave: u32,
    /// What becomes of its objects, where it ends.
    pub retired: Option<Retired>,
}

/// What becomes of the objects of a target that ends. Until none is left, the rules name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Retired {
    /// They are deleted, but for what holds data.
    Delete,
    /// They stay in the cluster, without our label and our fields.
    Orphan,
}

/// What is changed in every object of an environment, after it was rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Transform {
    /// Whether objects of other namespaces go to the target's.
    pub namespace: bool,
    /// Labels of every object.
    pub labels: BTreeMap<String, String>,
    /// Annotations of every object.
    pub annotations: BTreeMap<String, String>,
}

/// What may hold a deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gates {
    /// How many objects one deploy may delete.
    pub max_deletions: usize,
    /// Whether a render without any object is meant.
    pub allow_empty: bool,
    /// Whether what deletes, replaces or widens a privilege must follow from a merged change.
    pub explained: bool,
}

/// How long to wait for what was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// Seconds until the wait is given up.
    pub timeout_seconds: u64,
    /// When objects of some kinds are ready.
    pub ready: Vec<ready::Rule>,
    /// What becomes of a deploy that fails after it was written.
    pub on_failure: OnFailure,
}

/// What becomes of a deploy that does not become ready, or is not verified.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// It stays as it is.
    #[default]
    Keep,
    /// The commit that was deployed before is deployed again.
    Rollback,
}

/// Whether an environment may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Planned and deployed.
    Deploy,
    /// Planned, never written.
    Observe,
}

impl Default for Gates {
    fn default() -> Self {
        Self { max_deletions: MAX_DELETIONS_DEFAULT, allow_empty: false, explained: true }
    }
}

impl Default for Wait {
    fn default() -> Self {
        Self { timeout_seconds: WAIT_SECONDS_DEFAULT, ready: Vec::new(), on_failure: OnFailure::Keep }
    }
}

impl Rules {
    /// Returns the environment of a name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name.as_str() == name)
    }

    /// Returns the target of an identity; none where the rules do not have it, or not any more.
    pub fn target(&self, id: &TargetId) -> Option<&Target> {
        let environment = self.environment(id.environment.as_str()).filter(|_| self.app == id.app);
        environment?.target(id)
    }

    /// Returns the identity of a target of one of these environments.
    pub fn target_id(&self, environment: &Environment, target: &Target) -> TargetId {
        TargetId {
            app: self.app.clone(),
            environment: environment.name.clone(),
            cluster: target.cluster.clone(),
            namespace: target.namespace.clone(),
            state: target.state.clone(),
        }
    }
}

impl Environment {
    /// Returns the image references for one commit.
    pub fn images_at(&self, commit: &CommitSha) -> BTreeMap<String, String> {
        filled(&self.images, commit)
    }

    /// Returns its target at the place of an identity.
    pub fn target(&self, id: &TargetId) -> Option<&Target> {
        self.targets.iter().find(|target| target.cluster == id.cluster && target.namespace == id.namespace)
    }

    /// Returns whether the image of a name is another one for each commit.
    pub fn is_built_by_commit(&self, name: &str) -> bool {
        self.images.get(name).is_some_and(|text| text.contains("{{"))
    }
}

/// Fills a commit into a text that may hold `{{ commit }}`.
pub fn filled_text(text: &str, commit: &CommitSha) -> String {
    value::fill(text, commit.as_str())
}

/// Fills a commit into every text that may hold `{{ commit }}`.
pub fn filled(texts: &BTreeMap<String, String>, commit: &CommitSha) -> BTreeMap<String, String> {
    texts.iter().map(|(name, text)| (name.clone(), value::fill(text, commit.as_str()))).collect()
}

/// Reads landfall.yaml. `path` is how messages name the file.
pub fn parse(path: &str, text: &str) -> Result<Rules, RulesErrors> {
    if let Some(line) = text.lines().position(|line| line.len() > LINE_BYTES_MAX) {
        return Err(RulesErrors::new(path, "", vec![Mistake::LongLine { line: line + 1, at: (0, 0).into() }]));
    }
    if is_lfs_pointer(text.as_bytes()) {
        let at = (0, text.lines().next().map_or(0, str::len)).into();
        return Err(RulesErrors::new(path, text, vec![Mistake::LfsPointer { at }]));
    }
    let mut mistakes = Vec::new();
    let rules = match tree::read(text, &mut mistakes) {
        Ok(root) => {
            check::check(&root, &mut mistakes);
            read::rules(&root, &mut mistakes)
        }
        Err(mistake) => {
            mistakes.push(mistake);
            None
        }
    };
    match rules {
        Some(rules) if mistakes.is_empty() => Ok(in_file(rules, path, text)),
        _ => Err(RulesErrors::new(path, text, mistakes)),
    }
}

fn in_file(mut rules: Rules, path: &str, text: &str) -> Rules {
    let file = Arc::from(text);
    rules.environments.iter_mut().for_each(|environment| environment.written.put_into(path, &file));
    rules
}
