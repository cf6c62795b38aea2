//! What an earlier commit wants in a target, by its own rules: what a plan is compared with.

use landfall_cluster::Facts;
use landfall_core::id::CommitSha;
use landfall_core::manifest::Manifest;

use super::Run;
use super::set::{self, Destination};
use super::target::Goal;
use crate::failure::Failure;
use crate::git::{CommitTree, Repository};
use crate::live::View;

/// A commit to compare with.
pub(super) struct Base<'a> {
    pub(super) tree: &'a CommitTree,
    /// What `{{ commit }}` is filled with.
    pub(super) commit: &'a CommitSha,
    /// The inventory's id, the value of our label.
    pub(super) inventory: &'a str,
}

/// What was sent to a target before, as Git has it.
#[derive(Default)]
pub(super) struct Earlier {
    /// The set of the deployed commit; empty when nothing was deployed, or when it cannot be read.
    pub(super) deployed: Vec<Manifest>,
    /// The set of each attempt since then that can be read: one that failed may have sent a part.
    pub(super) attempts: Vec<Vec<Manifest>>,
    /// Why the deployed commit cannot be read, if it cannot.
    pub(super) unreadable: Option<String>,
}

/// Renders what was sent to a target before: it explains what a deploy changes, and says where an object came from.
pub(super) async fn earlier(run: &Run, goal: &Goal<'_>, repository: &Repository, view: &View<'_>) -> Earlier {
    let mut earlier = Earlier::default();
    if let Some(commit) = &view.inventory.deployed {
        match sent(run, goal, repository, view, commit).await {
            Ok(manifests) => earlier.deployed = manifests,
            Err(why) => earlier.unreadable = Some(why),
        }
    }
    for commit in &view.inventory.attempts {
        // One that cannot be read explains nothing: what only it sent is drift.
        earlier.attempts.extend(sent(run, goal, repository, view, commit).await.ok());
    }
    earlier
}

async fn sent(
    run: &Run,
    goal: &Goal<'_>,
    repository: &Repository,
    view: &View<'_>,
    commit: &CommitSha,
) -> Result<Vec<Manifest>, String> {
    let tree = repository.tree(commit).await.map_err(|error| Failure::from(error).to_string())?;
    let base = Base { tree: &tree, commit, inventory: &view.inventory.id };
    render(run, goal, &base, Some(view.facts)).await
}

/// Renders the environment of that name as the commit's own rules have it, or says why it cannot be compared with.
pub(super) async fn render(
    run: &Run,
    goal: &Goal<'_>,
    base: &Base<'_>,
    facts: Option<&Facts>,
) -> Result<Vec<Manifest>, String> {
    let config = &run.config;
    let rules = run.rules_in(base.tree).await.map_err(|failure| failure.to_string())?;
    let rules = rules.ok_or_else(|| format!("it has no {config}"))?;
    let name = &goal.environment.name;
    let environment = rules.environment(name.as_str());
    let environment = environment.ok_or_else(|| format!("its {config} has no environment `{name}`"))?;
    let (target, retired) = (&goal.id, environment.target(&goal.id).and_then(|target| target.retired));
    let to = Destination { environment, target, inventory: base.inventory, commands: goal.commands, retired };
    let set = set::build(base.tree, base.commit, &to, facts).await.map_err(|failure| failure.to_string())?;
    Ok(set.manifests)
}
