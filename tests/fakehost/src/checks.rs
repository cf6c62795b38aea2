//! Check runs: results that an app hangs on a commit, with limits on their texts.

use serde_json::{Value, json};

use crate::access::Access::{Read, Write};
use crate::answer::{Answer, Refusal, Reply};
use crate::page;
use crate::pull_view;
use crate::repository::{Repository, parse_id};
use crate::request::Call;
use crate::site::id_of;
use crate::users;

/// The limit of `summary` and of `text`. The reference says characters, the service counts bytes.
const TEXT_BYTES_MAX: usize = 65_535;
const ANNOTATIONS_PER_REQUEST_MAX: usize = 50;

const STATUSES: [&str; 6] = ["queued", "in_progress", "completed", "waiting", "requested", "pending"];
const CONCLUSIONS: [&str; 7] =
    ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"];
const LEVELS: [&str; 3] = ["notice", "warning", "failure"];

/// One check run. Fields that the host only hands back stay as JSON.
#[derive(Debug)]
pub(crate) struct CheckRun {
    id: u64,
    pub(crate) head_sha: String,
    pub(crate) name: String,
    author: String,
    status: String,
    pub(crate) conclusion: Option<String>,
    external_id: Value,
    details_url: Value,
    started_at: Value,
    completed_at: Value,
    title: Value,
    summary: Value,
    text: Value,
    annotations: Vec<Value>,
}

/// `POST /check-runs`
pub(crate) fn create(repository: &mut Repository, call: &Call<'_>) -> Reply {
    require_app(call)?;
    let head_sha = repository.commit(call.required("CheckRun", "head_sha")?)?;
    let id = repository.site.next_id();
    let mut run = CheckRun {
        id,
        head_sha,
        name: call.required("CheckRun", "name")?.to_owned(),
        author: call.caller.login.clone(),
        status: "queued".to_owned(),
        conclusion: None,
        external_id: json!(""),
        details_url: json!(repository.page(&format!("/runs/{id}"))),
        started_at: json!(repository.site.now()),
        completed_at: Value::Null,
        title: Value::Null,
        summary: Value::Null,
        text: Value::Null,
        annotations: Vec::new(),
    };
    change(&mut run, repository, call)?;
    let shown = view(repository, &run);
    repository.check_runs.push(run);
    Ok(Answer::created(shown))
}

/// `PATCH /check-runs/{id}`: texts are replaced, annotations are added.
pub(crate) fn update(repository: &mut Repository, call: &Call<'_>, id: &str) -> Reply {
    require_app(call)?;
    let position = position(repository, id)?;
    let mut run = repository.check_runs.remove(position);
    let changed = change(&mut run, repository, call);
    let shown = view(repository, &run);
    repository.check_runs.insert(position, run);
    changed.map(|()| Answer::ok(shown))
}

/// `GET /check-runs/{id}`
pub(crate) fn show(repository: &Repository, call: &Call<'_>, id: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.checks], Read)?;
    let run = &repository.check_runs[position(repository, id)?];
    Ok(Answer::ok(view(repository, run)))
}

/// `GET /check-runs/{id}/annotations`
pub(crate) fn list_annotations(repository: &Repository, call: &Call<'_>, id: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.checks], Read)?;
    let run = &repository.check_runs[position(repository, id)?];
    Ok(page::list(&repository.site, call.request, run.annotations.clone()))
}

/// `GET /commits/{ref}/check-runs?check_name=&status=&filter=`, newest first.
pub(crate) fn list(repository: &Repository, call: &Call<'_>, name: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.checks], Read)?;
    let sha = repository.commit(name)?;
    let request = call.request;
    let mut found: Vec<&CheckRun> = Vec::new();
    let newest_only = request.parameter("filter") != Some("all");
    for run in repository.check_runs.iter().rev() {
        let fits = run.head_sha == sha
            && request.parameter("check_name").is_none_or(|name| name == run.name)
            && request.parameter("status").is_none_or(|status| status == run.status);
        let repeated = newest_only && found.iter().any(|other| other.name == run.name);
        if fits && !repeated {
            found.push(run);
        }
    }
    let views = found.into_iter().map(|run| view(repository, run)).collect();
    Ok(page::counted(&repository.site, request, "check_runs", views))
}

/// Shows every check run of a commit, oldest first, with its annotations.
pub(crate) fn all(repository: &Repository, sha: &str) -> Vec<Value> {
    let here = repository.check_runs.iter().filter(|run| run.head_sha == sha);
    let views = here.map(|run| {
        let mut shown = view(repository, run);
        shown["output"]["annotations"] = Value::Array(run.annotations.clone());
        shown
    });
    views.collect()
}

/// Only apps may write check runs, whatever a person's token says.
fn require_app(call: &Call<'_>) -> Result<(), Refusal> {
    if !call.caller.is_app() {
        return Err(Refusal::Forbidden("You must authenticate via a GitHub App.".to_owned()));
    }
    call.caller.require(&[call.caller.permissions.checks], Write)
}

fn position(repository: &Repository, id: &str) -> Result<usize, Refusal> {
    let id = parse_id(id)?;
    let found = repository.check_runs.iter().position(|run| run.id == id);
    found.ok_or(Refusal::NotFound)
}

fn change(run: &mut CheckRun, repository: &Repository, call: &Call<'_>) -> Result<(), Refusal> {
    let annotations = valid_annotations(call)?;
    valid_texts(call)?;
    let status = one_of(call, "status", &STATUSES)?;
    let conclusion = one_of(call, "conclusion", &CONCLUSIONS)?;
    if status == Some("completed") && conclusion.is_none() && run.conclusion.is_none() {
        return Err(Refusal::field("CheckRun", "conclusion", "missing_field", "conclusion is missing"));
    }
    if let Some(status) = status {
        status.clone_into(&mut run.status);
    }
    if let Some(conclusion) = conclusion {
        "completed".clone_into(&mut run.status);
        run.conclusion = Some(conclusion.to_owned());
        run.completed_at = json!(repository.site.now());
    }
    if let Some(name) = call.text("name") {
        name.clone_into(&mut run.name);
    }
    let body = &call.request.body;
    let output = &body["output"];
    for (field, place) in [
        (&body["external_id"], &mut run.external_id),
        (&body["details_url"], &mut run.details_url),
        (&body["started_at"], &mut run.started_at),
        (&body["completed_at"], &mut run.completed_at),
        (&output["title"], &mut run.title),
        (&output["summary"], &mut run.summary),
        (&output["text"], &mut run.text),
    ] {
        if !field.is_null() {
            place.clone_from(field);
        }
    }
    run.annotations.extend(annotations);
    Ok(())
}

fn valid_texts(call: &Call<'_>) -> Result<(), Refusal> {
    let output = &call.request.body["output"];
    if output.is_object() && !(output["summary"].is_string() && output["title"].is_string()) {
        return Err(Refusal::invalid("Invalid request.\n\n\"title\", \"summary\" weren't supplied."));
    }
    for field in ["summary", "text"] {
        if output[field].as_str().is_some_and(|text| text.len() > TEXT_BYTES_MAX) {
            let message = format!(
                "Invalid request.\n\nOnly {TEXT_BYTES_MAX} characters are allowed; {field} exceeds a maximum bytesize of {TEXT_BYTES_MAX}."
            );
            return Err(Refusal::invalid(message));
        }
    }
    Ok(())
}

fn valid_annotations(call: &Call<'_>) -> Result<Vec<Value>, Refusal> {
    let given = &call.request.body["output"]["annotations"];
    let annotations = given.as_array().cloned().unwrap_or_default();
    if annotations.len() > ANNOTATIONS_PER_REQUEST_MAX {
        let message =
            format!("Invalid request.\n\nNo more than 50 items are allowed; {} were supplied.", annotations.len());
        return Err(Refusal::invalid(message));
    }
    for annotation in &annotations {
        let complete = annotation["path"].is_string()
            && annotation["message"].is_string()
            && annotation["start_line"].is_u64()
            && annotation["end_line"].is_u64()
            && annotation["annotation_level"].as_str().is_some_and(|level| LEVELS.contains(&level));
        if !complete {
            return Err(Refusal::invalid("Invalid request.\n\nAn annotation lacks a required field."));
        }
    }
    Ok(annotations)
}

fn one_of<'a>(call: &'a Call<'_>, field: &str, allowed: &[&str]) -> Result<Option<&'a str>, Refusal> {
    let Some(value) = call.text(field) else {
        return Ok(None);
    };
    if allowed.contains(&value) {
        return Ok(Some(value));
    }
    Err(Refusal::invalid(format!("Invalid request.\n\n{value} is not a member of {allowed:?}.")))
}

fn view(repository: &Repository, run: &CheckRun) -> Value {
    let id = run.id;
    let api = repository.api(&format!("/check-runs/{id}"));
    let mine = |proposal: &&crate::proposals::Proposal| {
        proposal.is_open() && proposal.head_sha == run.head_sha && !proposal.is_from_fork(repository)
    };
    let pulls = repository.proposals.iter().filter(mine);
    json!({
        "id": id,
        "node_id": format!("CR_{id}"),
        "head_sha": run.head_sha,
        "name": run.name,
        "external_id": run.external_id,
        "url": api,
        "html_url": repository.page(&format!("/runs/{id}")),
        "details_url": run.details_url,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": run.annotations.len(),
            "annotations_url": format!("{api}/annotations"),
        },
        "check_suite": {"id": id_of(&run.head_sha)},
        "app": users::app_view(&repository.site, &run.author),
        "pull_requests": pulls.map(|proposal| pull_view::minimal(repository, proposal)).collect::<Vec<_>>(),
    })
}
