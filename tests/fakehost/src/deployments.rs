//! Deployments: a commit on its way to an environment.

use serde_json::{Value, json};

use crate::access::Access::{Read, Write};
use crate::answer::{Answer, Refusal, Reply};
use crate::checks::CheckRun;
use crate::deployment_statuses::{self, Status};
use crate::merging::merge_commit;
use crate::page;
use crate::repository::{Repository, parse_id};
use crate::request::Call;
use crate::users;
use http::StatusCode;

/// One deployment with its statuses, oldest first.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) id: u64,
    sha: String,
    reference: String,
    task: String,
    payload: Value,
    original_environment: String,
    pub(crate) environment: String,
    description: Option<String>,
    author: String,
    created_at: String,
    pub(crate) updated_at: String,
    pub(crate) transient: bool,
    pub(crate) production: bool,
    pub(crate) statuses: Vec<Status>,
}

/// `POST /deployments`
pub(crate) fn create(repository: &mut Repository, call: &Call<'_>) -> Reply {
    call.caller.require(&[call.caller.permissions.deployments], Write)?;
    let reference = call.required("Deployment", "ref")?;
    let missing = || Refusal::invalid(format!("No ref found for: {reference}"));
    let sha = repository.git.commit(reference)?.ok_or_else(missing)?;
    if call.truth("auto_merge").unwrap_or(true)
        && let Some(answer) = auto_merge(repository, reference, &sha)?
    {
        return Ok(answer);
    }
    require_contexts(repository, call, reference, &sha)?;
    let environment = call.text("environment").unwrap_or("production");
    let now = repository.site.now();
    let deployment = Deployment {
        id: repository.site.next_id(),
        sha,
        reference: reference.to_owned(),
        task: call.text("task").unwrap_or("deploy").to_owned(),
        payload: call.request.body.get("payload").cloned().unwrap_or_else(|| json!({})),
        original_environment: environment.to_owned(),
        environment: environment.to_owned(),
        description: call.text("description").map(str::to_owned),
        author: call.caller.login.clone(),
        created_at: now.clone(),
        updated_at: now,
        transient: call.truth("transient_environment").unwrap_or(false),
        production: call.truth("production_environment").unwrap_or(environment == "production"),
        statuses: Vec::new(),
    };
    let shown = view(repository, &deployment);
    repository.deployments.push(deployment);
    Ok(Answer::created(shown))
}

/// `GET /deployments?sha=&ref=&task=&environment=`, newest first.
pub(crate) fn list(repository: &Repository, call: &Call<'_>) -> Reply {
    call.caller.require(&[call.caller.permissions.deployments], Read)?;
    let wanted = |name: &str, value: &str| call.request.parameter(name).is_none_or(|wanted| wanted == value);
    let fits = |deployment: &&Deployment| {
        wanted("sha", &deployment.sha)
            && wanted("ref", &deployment.reference)
            && wanted("task", &deployment.task)
            && wanted("environment", &deployment.environment)
    };
    let found = repository.deployments.iter().rev().filter(fits);
    let views = found.map(|deployment| view(repository, deployment)).collect();
    Ok(page::list(&repository.site, call.request, views))
}

/// `GET /deployments/{id}`
pub(crate) fn show(repository: &Repository, call: &Call<'_>, id: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.deployments], Read)?;
    let deployment = &repository.deployments[position(repository, id)?];
    Ok(Answer::ok(view(repository, deployment)))
}

/// `DELETE /deployments/{id}`: only what is not active may go, unless it is the only one.
pub(crate) fn delete(repository: &mut Repository, call: &Call<'_>, id: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.deployments], Write)?;
    let position = position(repository, id)?;
    let active = repository.deployments[position].statuses.last();
    if repository.deployments.len() > 1 && active.is_some_and(|status| status.state == "success") {
        return Err(Refusal::invalid(
            "We cannot delete an active deployment unless it is the only deployment in a given environment.",
        ));
    }
    repository.deployments.remove(position);
    Ok(Answer::no_content())
}

/// Shows every deployment with its statuses, oldest first.
pub(crate) fn all(repository: &Repository) -> Vec<Value> {
    let views = repository.deployments.iter().map(|deployment| {
        let mut shown = view(repository, deployment);
        let statuses = deployment.statuses.iter();
        let statuses = statuses.map(|status| deployment_statuses::view(repository, deployment, status));
        shown["statuses"] = Value::Array(statuses.collect());
        shown
    });
    views.collect()
}

pub(crate) fn position(repository: &Repository, id: &str) -> Result<usize, Refusal> {
    let id = parse_id(id)?;
    let found = repository.deployments.iter().position(|deployment| deployment.id == id);
    found.ok_or(Refusal::NotFound)
}

/// Merges the default branch into a branch that lacks some of it, and then deploys nothing.
fn auto_merge(repository: &Repository, reference: &str, sha: &str) -> Result<Option<Answer>, Refusal> {
    let default = &repository.default_branch;
    let Some(newest) = repository.git.branch(default)? else {
        return Ok(None);
    };
    if repository.git.is_ancestor(&newest, sha)? {
        return Ok(None);
    }
    let conflict = || Refusal::Conflict(format!("Conflict merging {default} into {reference}."));
    if repository.git.branch(reference)?.is_none() {
        return Err(conflict());
    }
    let message = format!("Merge branch '{default}' into {reference}");
    let merged = merge_commit(repository, sha, &newest, &message)?.ok_or_else(conflict)?;
    let full = format!("refs/heads/{reference}");
    repository.git.run(&["update-ref", &full, &merged, sha])?;
    let message = format!("Auto-merged {default} into {reference} on deployment.");
    Ok(Some(Answer::new(StatusCode::ACCEPTED, json!({ "message": message }))))
}

/// Without `required_contexts` every check of the commit has to be green, the asking job's own included.
fn require_contexts(repository: &Repository, call: &Call<'_>, reference: &str, sha: &str) -> Result<(), Refusal> {
    let wanted: Option<Vec<&str>> =
        call.request.body["required_contexts"].as_array().map(|names| names.iter().filter_map(Value::as_str).collect());
    let green = |run: &CheckRun| matches!(run.conclusion.as_deref(), Some("success" | "neutral" | "skipped"));
    let here = || repository.check_runs.iter().filter(|run| run.head_sha == sha);
    let met = match &wanted {
        None => here().all(green),
        Some(names) => names.iter().all(|name| here().any(|run| run.name == *name && green(run))),
    };
    if met {
        return Ok(());
    }
    Err(Refusal::Conflict(format!("Conflict: Commit status checks failed for {reference}.")))
}

fn view(repository: &Repository, deployment: &Deployment) -> Value {
    let id = deployment.id;
    let api = repository.api(&format!("/deployments/{id}"));
    json!({
        "url": api,
        "id": id,
        "node_id": format!("DE_{id}"),
        "sha": deployment.sha,
        "ref": deployment.reference,
        "task": deployment.task,
        "payload": deployment.payload,
        "original_environment": deployment.original_environment,
        "environment": deployment.environment,
        "description": deployment.description,
        "creator": users::view(&repository.site, &deployment.author),
        "created_at": deployment.created_at,
        "updated_at": deployment.updated_at,
        "statuses_url": format!("{api}/statuses"),
        "repository_url": repository.api(""),
        "transient_environment": deployment.transient,
        "production_environment": deployment.production,
        "performed_via_github_app": null,
    })
}
