//! What an earlier commit wants in a target, by its own rules: what a plan is compared with.

use landfall_cluster::Facts;
use landfall_core::id::CommitSha;
use landfall_core::manifest::Manifest;

use super::Run;
use super::set::{self, Destination};
use super::target::Goal;
use crate::git::CommitTree;

/// A commit to compare with.
pub(super) struct Base<'a> {
    pub(super) tree: &'a CommitTree,
    /// What `{{ commit }}` is filled with.
    pub(super) commit: &'a CommitSha,
    /// The inventory's id, the value of our label.
    pub(super) inventory: &'a str,
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
    let to = Destination { environment, target: &goal.id, inventory: base.inventory, commands: goal.commands };
    let set = set::build(base.tree, base.commit, &to, facts).await.map_err(|failure| failure.to_string())?;
    Ok(set.manifests)
}
