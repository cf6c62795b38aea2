//! One object for a person: who owns which field, since when, which line of Git sets it, and what a deploy would do.

use landfall_core::diff::redact::Redactor;
use landfall_core::id::{CommitSha, TargetId};
use landfall_core::manifest::{Manifest, ObjectId, Resource, Scope};
use landfall_core::ownership::{Explanation, Sides, explain as fields};
use landfall_core::plan::Change;
use landfall_core::plan::build::{Answer, Observation};
use landfall_core::report;
use serde_json::{Value, json};

use super::Run;
use super::shell::{goals, here, identity};
use super::target::{Goal, Wanted, look_ahead};
use crate::failure::{Failure, Usage};
use crate::git::Repository;

/// An object of one target, explained.
pub(crate) struct Explained {
    pub(crate) target: TargetId,
    pub(crate) commit: CommitSha,
    /// What a deploy would do with it; none where no deploy touches it.
    pub(crate) change: Option<Change>,
    pub(crate) explanation: Explanation,
}

impl Explained {
    /// Returns it as `report` tells it.
    pub(crate) fn told(&self) -> report::Explained<'_> {
        let Self { target, commit, change, explanation } = self;
        report::Explained { target, commit, change: change.as_ref(), explanation }
    }

    /// Returns it for programs.
    pub(crate) fn to_json(&self) -> Value {
        let Self { target, commit, change, explanation } = self;
        json!({"target": target, "commit": commit, "change": change, "object": explanation})
    }
}

/// Explains an object in every target of the asked environments that has it.
pub(crate) async fn explain(run: &Run, object: &str) -> Result<Vec<Explained>, Failure> {
    let (kind, name) = object.split_once('/').ok_or_else(|| Usage::NoObject { object: object.to_owned() })?;
    let (repository, commit) = here(run).await?;
    let (tree, rules) = run.rules_at(&repository, &commit).await?;
    let wanted = Wanted { tree: &tree, commit: &commit };
    let mut explained = Vec::new();
    for goal in goals(run, &rules)? {
        explained.extend(in_target(run, &goal, &wanted, &repository, (kind, name)).await?);
    }
    if explained.is_empty() {
        return Err(Usage::NotFound { object: object.to_owned() }.into());
    }
    Ok(explained)
}

async fn in_target(
    run: &Run,
    goal: &Goal<'_>,
    wanted: &Wanted<'_>,
    repository: &Repository,
    (kind, name): (&str, &str),
) -> Result<Vec<Explained>, Failure> {
    let identity = identity(run, goal)?;
    let mut planned = look_ahead(run, goal, wanted, repository, identity).await?;
    let is_asked = |id: &ObjectId| id.name == name && is_called(kind, &id.group, [&id.kind, &format!("{}s", id.kind)]);
    let mut ids: Vec<ObjectId> = planned.live.keys().filter(|id| is_asked(id)).cloned().collect();
    if ids.is_empty() {
        for live in elsewhere(run, goal, identity.0, (kind, name)).await? {
            let Some(id) = ObjectId::of(&live) else { continue };
            let unwanted = Observation { live: Some(live), ..Observation::unseen(Answer::NotWanted) };
            planned.live.entry(id.clone()).or_insert(unwanted);
            ids.push(id);
        }
    }
    let explained = ids.into_iter().map(|id| {
        let of_set = |manifest: &&Manifest| ObjectId::of(&manifest.object).as_ref() == Some(&id);
        let manifest = planned.set.manifests.iter().find(of_set);
        Explained {
            target: goal.id.clone(),
            commit: wanted.commit.clone(),
            change: planned.plan.changes.iter().find(|change| change.id == id).cloned(),
            explanation: of_object(&id, &planned.live[&id], manifest, &planned.redactor),
        }
    });
    Ok(explained.collect())
}

fn of_object(id: &ObjectId, observation: &Observation, wanted: Option<&Manifest>, redactor: &Redactor) -> Explanation {
    let predicted = match &observation.answer {
        Answer::Predicted { object, .. } => Some(object),
        _ => None,
    };
    let live = observation.live.as_ref().unwrap_or(&Value::Null);
    fields(id, &Sides { live, wanted, predicted }, redactor)
}

/// Reads what no deploy touches from the cluster itself.
async fn elsewhere(
    run: &Run,
    goal: &Goal<'_>,
    variable: &str,
    (kind, name): (&str, &str),
) -> Result<Vec<Value>, Failure> {
    let reader = goal.connect(run, variable).await?.reader()?;
    let facts = reader.facts().await?;
    let mut kinds: Vec<&Resource> =
        facts.resources.values().filter(|it| is_called(kind, &it.gvk.group, [&it.gvk.kind, &it.plural])).collect();
    kinds.sort();
    kinds.dedup_by(|one, other| one.gvk.group == other.gvk.group);
    let mut found = Vec::new();
    for resource in kinds {
        let namespace = (resource.scope == Scope::Namespaced).then(|| goal.id.namespace.as_str());
        found.extend(reader.find(resource, namespace, name).await?);
    }
    Ok(found)
}

/// Whether people call a kind so: `Deployment`, `deployments`, `Deployment.apps`.
fn is_called(asked: &str, group: &str, names: [&str; 2]) -> bool {
    let (kind, asked_group) = asked.split_once('.').map_or((asked, None), |(kind, group)| (kind, Some(group)));
    asked_group.is_none_or(|asked| asked == group) && names.iter().any(|name| name.eq_ignore_ascii_case(kind))
}
