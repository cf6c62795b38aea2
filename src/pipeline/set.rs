//! The set of one environment at one commit: rendered, normalised, images set, labelled.

use std::collections::BTreeSet;

use landfall_cluster::Facts;
use landfall_core::id::{CommitSha, TargetId};
use landfall_core::inventory::LABEL;
use landfall_core::manifest::{Defaults, Manifest, Note, ObjectId, Remark, ScopeTable, images, normalise, transform};
use landfall_core::order;
use landfall_core::rules::{Environment, Retired, Transform};
use landfall_core::verify;

use super::hooks;
use crate::failure::Failure;
use crate::git::CommitTree;
use crate::render::{Capabilities, Commands, Rendered, Source, render};

/// What Git wants in one target.
pub(super) struct Set {
    pub(super) manifests: Vec<Manifest>,
    pub(super) notes: Vec<Note>,
    /// The images of the rules that the set uses.
    pub(super) images: Vec<UsedImage>,
    /// What no object shows.
    pub(super) remarks: Vec<Remark>,
    /// Every kind that the server, Kubernetes itself or the set defines.
    pub(super) kinds: ScopeTable,
}

/// An image that the rules put into a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UsedImage {
    pub(super) reference: String,
    /// Whether it is another one for each commit: for a proposal's it may not be built yet.
    pub(super) built_by_commit: bool,
}

/// Where a set goes.
pub(super) struct Destination<'a> {
    pub(super) environment: &'a Environment,
    pub(super) target: &'a TargetId,
    /// The inventory's id, the value of our label.
    pub(super) inventory: &'a str,
    /// Which programs of the rules may be run.
    pub(super) commands: Commands<'a>,
    /// What becomes of its objects, where it ends: Git wants none of them.
    pub(super) retired: Option<Retired>,
}

impl Set {
    fn without_objects(kinds: ScopeTable) -> Self {
        Self { manifests: Vec::new(), notes: Vec::new(), images: Vec::new(), remarks: Vec::new(), kinds }
    }
}

/// Renders a commit's set for a destination. Without facts, Kubernetes' own kinds are known.
pub(super) async fn build(
    tree: &CommitTree,
    commit: &CommitSha,
    to: &Destination<'_>,
    facts: Option<&Facts>,
) -> Result<Set, Failure> {
    if to.retired.is_some() {
        return Ok(Set::without_objects(known(facts)));
    }
    let Environment { source: folder, render: how, compat, written, .. } = to.environment;
    let capabilities = facts.map(capabilities).unwrap_or_default();
    let branch = to.environment.follows.only_branch();
    let compat = *compat;
    let source = Source {
        tree,
        folder,
        render: how,
        compat,
        written,
        target: to.target,
        commit,
        branch,
        commands: to.commands,
        capabilities,
    };
    let Rendered { mut manifests, notes, mut remarks } = render(&source).await?;
    verify::mark(&mut manifests, to.environment, commit)?;
    let (mut manifests, of_hooks) = hooks::sort_out(manifests);
    remarks.extend(of_hooks);
    let images = replaced(&mut manifests, to.environment, commit);
    let kinds = known(facts).with_crds(&manifests);
    transformed(&mut manifests, to, &kinds);
    let defaults = Defaults { namespace: to.target.namespace.to_string() };
    let mut set = normalise(manifests, &kinds, &defaults).map_err(Box::new)?;
    order::check(&set.manifests).map_err(Box::new)?;
    for manifest in &mut set.manifests {
        manifest.object["metadata"]["labels"][LABEL] = to.inventory.into();
    }
    let mut notes: Vec<Note> = notes.into_iter().map(|note| placed(note, &set.manifests)).collect();
    notes.append(&mut set.notes);
    notes.sort();
    Ok(Set { manifests: set.manifests, notes, remarks, images, kinds })
}

/// Puts the images of the rules into a set, and returns those that it uses.
fn replaced(manifests: &mut [Manifest], environment: &Environment, commit: &CommitSha) -> Vec<UsedImage> {
    let mut used = Vec::new();
    for (name, reference) in environment.images_at(commit) {
        if images::replace(manifests, &name, &reference) {
            used.push(UsedImage { reference, built_by_commit: environment.is_built_by_commit(&name) });
        }
    }
    used
}

/// Returns the kinds of Kubernetes itself, and those that the server serves.
fn known(facts: Option<&Facts>) -> ScopeTable {
    let mut table = ScopeTable::builtin();
    for resource in facts.iter().flat_map(|facts| facts.resources.values()) {
        table.insert(resource);
    }
    table
}

/// Makes of every object what the rules want.
fn transformed(manifests: &mut [Manifest], to: &Destination<'_>, kinds: &ScopeTable) {
    let Transform { namespace, labels, annotations } = &to.environment.transform;
    if *namespace {
        transform::move_to(manifests, to.target.namespace.as_str(), kinds);
    }
    transform::add(manifests, "labels", labels);
    transform::add(manifests, "annotations", annotations);
}

/// A renderer names an object as it is written; in the set it has a namespace.
fn placed(mut note: Note, manifests: &[Manifest]) -> Note {
    let in_set = manifests.iter().filter_map(|manifest| ObjectId::of(&manifest.object));
    let named = &note.object;
    let is_named = |id: &ObjectId| (&id.group, &id.kind, &id.name) == (&named.group, &named.kind, &named.name);
    if let Some(object) = in_set.into_iter().find(is_named) {
        note.object = object;
    }
    note
}

fn capabilities(facts: &Facts) -> Capabilities {
    let served =
        facts.resources.keys().flat_map(|gvk| [gvk.api_version(), format!("{}/{}", gvk.api_version(), gvk.kind)]);
    let served: BTreeSet<String> = served.collect();
    let version = Some(facts.version.clone()).filter(|version| !version.is_empty());
    Capabilities { version, served: served.into_iter().collect() }
}
