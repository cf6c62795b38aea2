//! Deployment statuses, and how a success makes earlier deployments inactive.

use serde_json::{Value, json};

use crate::access::Access::{Read, Write};
use crate::answer::{Answer, Refusal, Reply};
use crate::deployments::{Deployment, position};
use crate::page;
use crate::repository::Repository;
use crate::request::Call;
use crate::users;

const DESCRIPTION_CHARACTERS_MAX: usize = 140;

const STATES: [&str; 7] = ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"];

/// One step in the life of a deployment.
#[derive(Debug, Clone)]
pub(crate) struct Status {
    id: u64,
    pub(crate) state: String,
    author: String,
    description: String,
    environment: String,
    log_url: String,
    environment_url: String,
    created_at: String,
}

/// `POST /deployments/{id}/statuses`
pub(crate) fn create(repository: &mut Repository, call: &Call<'_>, id: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.deployments], Write)?;
    let position = position(repository, id)?;
    let status = read(repository, call, &repository.deployments[position])?;
    let shown = view(repository, &repository.deployments[position], &status);
    let succeeded = status.state == "success";
    let deployment = &mut repository.deployments[position];
    deployment.updated_at.clone_from(&status.created_at);
    deployment.environment.clone_from(&status.environment);
    deployment.statuses.push(status);
    if succeeded && call.truth("auto_inactive").unwrap_or(true) {
        retire_earlier(repository, position);
    }
    Ok(Answer::created(shown))
}

/// `GET /deployments/{id}/statuses`, newest first.
pub(crate) fn list(repository: &Repository, call: &Call<'_>, id: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.deployments], Read)?;
    let deployment = &repository.deployments[position(repository, id)?];
    let newest_first = deployment.statuses.iter().rev();
    let views = newest_first.map(|status| view(repository, deployment, status)).collect();
    Ok(page::list(&repository.site, call.request, views))
}

/// `GET /deployments/{id}/statuses/{status}`
pub(crate) fn show(repository: &Repository, call: &Call<'_>, id: &str, status: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.deployments], Read)?;
    let deployment = &repository.deployments[position(repository, id)?];
    let wanted = crate::repository::parse_id(status)?;
    let found = deployment.statuses.iter().find(|status| status.id == wanted);
    let status = found.ok_or(Refusal::NotFound)?;
    Ok(Answer::ok(view(repository, deployment, status)))
}

pub(crate) fn view(repository: &Repository, deployment: &Deployment, status: &Status) -> Value {
    let api = repository.api(&format!("/deployments/{}", deployment.id));
    json!({
        "url": format!("{api}/statuses/{}", status.id),
        "id": status.id,
        "node_id": format!("DES_{}", status.id),
        "state": status.state,
        "creator": users::view(&repository.site, &status.author),
        "description": status.description,
        "environment": status.environment,
        "target_url": status.log_url,
        "log_url": status.log_url,
        "environment_url": status.environment_url,
        "created_at": status.created_at,
        "updated_at": status.created_at,
        "deployment_url": api,
        "repository_url": repository.api(""),
        "performed_via_github_app": null,
    })
}

fn read(repository: &Repository, call: &Call<'_>, deployment: &Deployment) -> Result<Status, Refusal> {
    let state = call.required("DeploymentStatus", "state")?;
    if !STATES.contains(&state) {
        return Err(Refusal::field("DeploymentStatus", "state", "custom", "state is not included in the list"));
    }
    let description = call.text("description").unwrap_or_default();
    if description.chars().count() > DESCRIPTION_CHARACTERS_MAX {
        let message = "description is too long (maximum is 140 characters)";
        return Err(Refusal::field("DeploymentStatus", "description", "custom", message));
    }
    let log_url = call.text("log_url").or_else(|| call.text("target_url"));
    Ok(Status {
        id: repository.site.next_id(),
        state: state.to_owned(),
        author: call.caller.login.clone(),
        description: description.to_owned(),
        environment: call.text("environment").unwrap_or(&deployment.environment).to_owned(),
        log_url: log_url.unwrap_or_default().to_owned(),
        environment_url: call.text("environment_url").unwrap_or_default().to_owned(),
        created_at: repository.site.now(),
    })
}

/// Adds `inactive` to earlier successes there, except on transient and production environments.
fn retire_earlier(repository: &mut Repository, newest: usize) {
    let environment = repository.deployments[newest].environment.clone();
    let site = repository.site.clone();
    for earlier in &mut repository.deployments[..newest] {
        let last = earlier.statuses.last().cloned();
        let Some(last) = last.filter(|status| status.state == "success") else {
            continue;
        };
        if earlier.environment != environment || earlier.transient || earlier.production {
            continue;
        }
        earlier.statuses.push(Status {
            id: site.next_id(),
            state: "inactive".to_owned(),
            created_at: site.now(),
            ..last
        });
    }
}
