//! One target, up to its plan: facts, set, inventory, live objects. What a proposal and a deploy have in common.

use std::collections::BTreeMap;
use std::path::Path;

use futures::future::join;
use landfall_cluster::{Connection, Facts, Reader};
use landfall_core::diff::{self, redact::Redactor};
use landfall_core::gate::Evidence;
use landfall_core::id::{CommitSha, TargetId};
use landfall_core::inventory::{Content, Entry, Inventory};
use landfall_core::manifest::{Gvk, Manifest, ObjectId, Remark, Resource, Scope, read_annotations};
use landfall_core::ownership::{Predecessor, Rules};
use landfall_core::plan::build::{Answer, Inputs, Observation, build};
use landfall_core::plan::{Allowance, Plan, quota};
use landfall_core::report::{ImageMove, State, TargetReport};
use landfall_core::rules::{Access, Cluster, Environment, Retired};
use serde_json::{Value, json};

use super::base::{self, Base};
use super::set::{self, Destination, Set};
use super::{Run, images};
use crate::failure::{Failure, Usage};
use crate::git::{CommitTree, Repository};
use crate::live::{Looked, Sight, View, look, quotas};
use crate::render::Commands;

/// A target and what the rules say about it.
pub(super) struct Goal<'a> {
    pub(super) id: TargetId,
    pub(super) environment: &'a Environment,
    pub(super) cluster: &'a Cluster,
    pub(super) commands: Commands<'a>,
    /// What becomes of its objects, where it ends.
    pub(super) retired: Option<Retired>,
}

/// A commit's content: the tree may be a merge that nobody has committed.
pub(super) struct Wanted<'a> {
    pub(super) tree: &'a CommitTree,
    pub(super) commit: &'a CommitSha,
}

/// A planned target, with what its deploy needs.
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) evidence: Evidence,
    pub(super) images: Vec<ImageMove>,
    /// What could not be checked, and why.
    pub(super) unchecked: Vec<String>,
    /// What else there is to know of the set.
    pub(super) notes: Vec<String>,
    pub(super) set: Set,
    /// What the server has and says of each object; nothing where nobody asked it.
    pub(super) live: BTreeMap<ObjectId, Observation>,
    /// The set that it is compared with, as Git has it.
    pub(super) base: Vec<Manifest>,
    /// Knows the values of every Secret of the set and of the cluster.
    pub(super) redactor: Redactor,
}

/// The inventory as it is stored.
pub(super) struct Stored {
    pub(super) inventory: Inventory,
    /// The `ConfigMap`'s version; none when there is no `ConfigMap` yet.
    pub(super) version: Option<String>,
}

impl Goal<'_> {
    /// Returns the variable that names the kubeconfig of the planner; none when there is only one identity.
    pub(super) fn plan_variable(&self) -> Option<&str> {
        let Access::Kubeconfig { plan, .. } = &self.cluster.access;
        plan.as_deref()
    }

    /// Returns the variable that names the kubeconfig of the deployer.
    pub(super) fn deploy_variable(&self) -> &str {
        let Access::Kubeconfig { deploy, .. } = &self.cluster.access;
        deploy
    }

    /// Returns who kept the app's objects in this target before. By earlier rules too: nobody was shown what else goes.
    pub(super) fn predecessors(&self, before: Option<&Environment>) -> Vec<Predecessor> {
        let is_reviewed = |it: &&Predecessor| before.is_none_or(|before| before.adopt.contains(it));
        let rules = self.environment.adopt.iter().filter(is_reviewed).cloned();
        rules.map(|predecessor| predecessor.within(self.id.namespace.as_str())).collect()
    }

    /// Connects through the kubeconfig that a variable names.
    pub(super) async fn connect(&self, run: &Run, variable: &str) -> Result<Connection, Failure> {
        let missing = || Usage::NoKubeconfig { variable: variable.to_owned(), cluster: self.cluster.name.to_string() };
        let path = run.context.variables.find(variable).ok_or_else(missing)?;
        Ok(Connection::from_kubeconfig(Path::new(path), variable).await?)
    }

    /// Returns a report of this target that says only how it stands.
    pub(super) fn report(&self, state: State) -> TargetReport {
        TargetReport {
            target: self.id.clone(),
            url: self.environment.url.clone(),
            plan: None,
            state,
            images: Vec::new(),
            findings: Vec::new(),
            notes: Vec::new(),
            seconds: None,
            timeline: Vec::new(),
        }
    }

    fn destination<'a>(&'a self, inventory: &'a Inventory) -> Destination<'a> {
        let Self { environment, id: target, commands, retired, .. } = self;
        Destination { environment, target, inventory: &inventory.id, commands: *commands, retired: *retired }
    }
}

/// Reads the target's inventory; an empty one when it never had any.
pub(super) async fn inventory(run: &Run, goal: &Goal<'_>, reader: &Reader) -> Result<Stored, Failure> {
    let repository = run.context.host.as_ref().and_then(|host| host.repository_id.as_deref());
    let name = goal.id.object_name();
    let found = reader.find(&config_map(), Some(goal.id.home().as_str()), &name).await?;
    let Some(found) = found else {
        let inventory = Inventory::new(&goal.id, repository.map(str::to_owned));
        return Ok(Stored { inventory, version: None });
    };
    let inventory = Inventory::read(&Content::of(&found), &goal.id, repository)?;
    Ok(Stored { inventory, version: found["metadata"]["resourceVersion"].as_str().map(str::to_owned) })
}

/// Returns the `ConfigMap` that stores an inventory, in place of the version that was read.
pub(super) fn stored_form(goal: &Goal<'_>, stored: &Stored) -> Result<Value, Failure> {
    let Content { data, binary_data } = stored.inventory.content()?;
    Ok(json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {
            "name": goal.id.object_name(), "namespace": goal.id.home(),
            "resourceVersion": stored.version, "labels": {"app.kubernetes.io/managed-by": "landfall"},
        },
        "data": data, "binaryData": binary_data,
    }))
}

/// Renders what Git wants in a target, and judges what it says to us.
pub(super) async fn desired(goal: &Goal<'_>, wanted: &Wanted<'_>, facts: Option<&Facts>) -> Result<Set, Failure> {
    let set = rendered(goal, wanted, facts).await?;
    read_annotations(&set.manifests).map_err(Box::new)?;
    Ok(set)
}

/// Renders what Git has for a target.
pub(super) async fn rendered(goal: &Goal<'_>, wanted: &Wanted<'_>, facts: Option<&Facts>) -> Result<Set, Failure> {
    let inventory = Inventory::new(&goal.id, None);
    set::build(wanted.tree, wanted.commit, &goal.destination(&inventory), facts).await
}

/// Plans a set against the cluster: a deploy (`build`) or a way back (`back::build`).
pub(super) async fn plan(
    build: fn(&Inputs<'_>) -> Plan,
    run: &Run,
    goal: &Goal<'_>,
    set: Set,
    wanted: &Wanted<'_>,
    repository: &Repository,
    view: &View<'_>,
) -> Result<Planned, Failure> {
    let asked = join(Box::pin(base::earlier(run, goal, repository, view)), quotas(view, &set.manifests));
    let ((earlier, quotas), live) = join(asked, Box::pin(look(view, &set.manifests))).await;
    let Looked { observed: live, notes } = live?;
    let allowed: Vec<Allowance> = goal.environment.allow_delete.iter().chain(&run.allowed).cloned().collect();
    let inputs = Inputs {
        target: &goal.id,
        commit: wanted.commit,
        predecessors: view.predecessors,
        inventory: view.inventory,
        desired: &set.manifests,
        live: &live,
        base: &earlier.deployed,
        attempts: &earlier.attempts,
        unexplained: earlier.unreadable,
        retired: goal.retired,
        allowed: &allowed,
        server: Some(view.facts.version.clone()),
    };
    let before: Vec<Value> = live.values().filter_map(|observation| observation.live.clone()).collect();
    let plan = build(&inputs);
    let mut planned = finish(plan, set, earlier.deployed, &before, view.inventory.entries.len());
    planned.notes.extend(notes);
    planned.notes.extend(quota::exceeded(&quotas, &live));
    planned.live = live;
    Ok(planned)
}

/// Plans against the cluster that a variable's kubeconfig leads to, and writes nothing.
pub(super) async fn look_ahead(
    run: &Run,
    goal: &Goal<'_>,
    wanted: &Wanted<'_>,
    repository: &Repository,
    (variable, sight): (&str, Sight),
) -> Result<Planned, Failure> {
    let reader = goal.connect(run, variable).await?.reader()?;
    let facts = reader.facts().await?;
    let stored = inventory(run, goal, &reader).await?;
    let set = desired(goal, wanted, Some(&facts)).await?;
    // What the commit's own pipeline builds may come later: a deploy asks for it.
    let known: Vec<_> = set.images.iter().filter(|image| !image.built_by_commit).cloned().collect();
    let found = images::look(&known, &reader, &facts).await;
    let conflicts = Rules { own: &goal.environment.conflicts, before: None };
    let inventory = &stored.inventory;
    let predecessors = goal.predecessors(None);
    let view = View {
        reader: &reader,
        facts: &facts,
        inventory,
        sight,
        target: &goal.id,
        conflicts,
        predecessors: &predecessors,
    };
    let mut planned = plan(build, run, goal, set, wanted, repository, &view).await?;
    planned.evidence.absent_images = found.absent;
    planned.unchecked = found.unchecked;
    Ok(planned)
}

/// Plans without a cluster: what two commits render, each by its own rules, compared.
pub(super) async fn plan_offline(
    run: &Run,
    goal: &Goal<'_>,
    wanted: &Wanted<'_>,
    base: Option<&Wanted<'_>>,
) -> Result<Planned, Failure> {
    let facts = run.facts.as_ref();
    let mut inventory = Inventory::new(&goal.id, None);
    let set = desired(goal, wanted, facts).await?;
    let (mut base_set, mut unchecked) = (Vec::new(), Vec::new());
    if let Some(base) = base {
        // The same commit for both: an image that is built for each commit is no difference.
        let filled = Base { tree: base.tree, commit: wanted.commit, inventory: &inventory.id };
        match base::render(run, goal, &filled, facts).await {
            Ok(manifests) => base_set = manifests,
            Err(why) => {
                let (name, commit) = (&goal.id.environment, base.commit.short());
                let so = if goal.retired.is_some() { "what it would delete is not known" } else { "everything is new" };
                unchecked.push(format!("`{name}` at `{commit}` cannot be compared with, so {so}: {why}"));
            }
        }
    }
    let live = as_deployed(&base_set, &mut inventory);
    let inputs = Inputs {
        target: &goal.id,
        commit: wanted.commit,
        predecessors: &[],
        inventory: &inventory,
        desired: &set.manifests,
        live: &live,
        base: &base_set,
        attempts: &[],
        unexplained: None,
        retired: goal.retired,
        allowed: &goal.environment.allow_delete,
        server: None,
    };
    let before: Vec<Value> = base_set.iter().map(|manifest| manifest.object.clone()).collect();
    let (plan, recorded) = (build(&inputs), base_set.len());
    Ok(Planned { unchecked, ..finish(plan, set, base_set, &before, recorded) })
}

/// Records what a base has as if it were deployed, so that what is gone from the set is a deletion. Nobody looked at it.
fn as_deployed(base: &[Manifest], inventory: &mut Inventory) -> BTreeMap<ObjectId, Observation> {
    let ids: Vec<ObjectId> = base.iter().filter_map(|manifest| ObjectId::of(&manifest.object)).collect();
    inventory.entries = ids.iter().map(|id| (id.clone(), Entry::default())).collect();
    ids.into_iter().map(|id| (id, Observation::unseen(Answer::NotAsked))).collect()
}

fn finish(mut plan: Plan, set: Set, base: Vec<Manifest>, before: &[Value], recorded: usize) -> Planned {
    let mut remarks = set.remarks.clone();
    for note in &set.notes {
        match plan.changes.iter_mut().find(|change| change.id == note.object) {
            Some(change) => change.notes.push(note.change.to_string()),
            None => remarks.push(Remark::Noted(note.clone())),
        }
    }
    let notes = remarks.iter().map(Remark::to_string).collect();
    let after: Vec<Value> = set.manifests.iter().map(|manifest| manifest.object.clone()).collect();
    let evidence = Evidence { desired: set.manifests.len(), inventory: recorded, absent_images: Vec::new() };
    let redactor = Redactor::of(after.iter().chain(before));
    let images = diff::images(before, &after);
    Planned { images, notes, plan, evidence, unchecked: Vec::new(), set, live: BTreeMap::new(), base, redactor }
}

fn config_map() -> Resource {
    Resource { gvk: Gvk::new("v1", "ConfigMap"), plural: "configmaps".to_owned(), scope: Scope::Namespaced }
}
