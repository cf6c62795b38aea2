//! Issues. A proposal answers here too, as on GitHub.

use serde_json::{Value, json};

use crate::access::Access::{self, Read, Write};
use crate::answer::{Answer, Refusal, Reply};
use crate::page;
use crate::proposals::Proposal;
use crate::pull_view::association;
use crate::repository::Repository;
use crate::request::Call;
use crate::users;

/// An issue which is no proposal.
#[derive(Debug)]
pub(crate) struct Issue {
    pub(crate) number: u64,
    title: String,
    body: Option<String>,
    author: String,
    closed_at: Option<String>,
    created_at: String,
    updated_at: String,
}

/// `POST /issues`
pub(crate) fn create(repository: &mut Repository, call: &Call<'_>) -> Reply {
    call.caller.require(&[call.caller.permissions.issues], Write)?;
    let now = repository.site.now();
    repository.issues.push(Issue {
        number: repository.next_number(),
        title: call.required("Issue", "title")?.to_owned(),
        body: call.text("body").map(str::to_owned),
        author: call.caller.login.clone(),
        closed_at: None,
        created_at: now.clone(),
        updated_at: now,
    });
    let issue = repository.issues.last().ok_or(Refusal::NotFound)?;
    Ok(Answer::created(view(repository, issue)))
}

/// `GET /issues?state=`, newest first, proposals included.
pub(crate) fn list(repository: &Repository, call: &Call<'_>) -> Reply {
    require(call, Read)?;
    let issues = repository.issues.iter().map(|issue| view(repository, issue));
    let proposals = repository.proposals.iter().map(|proposal| view_proposal(repository, proposal));
    let wanted = call.request.parameter("state").unwrap_or("open");
    let fits = |shown: &Value| wanted == "all" || shown["state"] == wanted;
    let mut views: Vec<Value> = issues.chain(proposals).filter(fits).collect();
    views.sort_by_key(|shown| std::cmp::Reverse(shown["number"].as_u64()));
    Ok(page::list(&repository.site, call.request, views))
}

/// `GET /issues/{n}`
pub(crate) fn show(repository: &Repository, call: &Call<'_>, number: &str) -> Reply {
    require(call, Read)?;
    if let Ok(proposal) = repository.proposal(number) {
        return Ok(Answer::ok(view_proposal(repository, proposal)));
    }
    let number = repository.numbered(number)?;
    let found = repository.issues.iter().find(|issue| issue.number == number);
    found.map(|issue| Answer::ok(view(repository, issue))).ok_or(Refusal::NotFound)
}

/// `PATCH /issues/{n}`: title, body, state.
pub(crate) fn update(repository: &mut Repository, call: &Call<'_>, number: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.issues], Write)?;
    let number = repository.numbered(number)?;
    let now = repository.site.now();
    let found = repository.issues.iter_mut().find(|issue| issue.number == number);
    let issue = found.ok_or(Refusal::NotFound)?;
    issue.updated_at.clone_from(&now);
    if let Some(title) = call.text("title") {
        title.clone_into(&mut issue.title);
    }
    if let Some(body) = call.text("body") {
        issue.body = Some(body.to_owned());
    }
    match call.text("state") {
        Some("closed") => issue.closed_at = Some(now),
        Some("open") => issue.closed_at = None,
        _ => {}
    }
    show(repository, call, &number.to_string())
}

fn require(call: &Call<'_>, least: Access) -> Result<(), Refusal> {
    let permissions = &call.caller.permissions;
    call.caller.require(&[permissions.issues, permissions.pull_requests], least)
}

fn view_proposal(repository: &Repository, proposal: &Proposal) -> Value {
    let pull = crate::pull_view::simple(repository, proposal);
    let closed_at = pull["closed_at"].as_str().map(str::to_owned);
    let issue = Issue {
        number: proposal.number,
        title: proposal.title.clone(),
        body: proposal.body.clone(),
        author: proposal.author.clone(),
        closed_at,
        created_at: proposal.created_at.clone(),
        updated_at: proposal.updated_at.clone(),
    };
    let mut shown = view(repository, &issue);
    shown["html_url"] = pull["html_url"].clone();
    shown["draft"] = pull["draft"].clone();
    let keys = ["url", "html_url", "diff_url", "patch_url", "merged_at"];
    let links = keys.map(|key| (key.to_owned(), pull[key].clone()));
    shown["pull_request"] = Value::Object(links.into_iter().collect());
    shown
}

fn view(repository: &Repository, issue: &Issue) -> Value {
    let number = issue.number;
    let api = repository.api(&format!("/issues/{number}"));
    let comments = repository.comments.iter().filter(|comment| comment.number == number);
    json!({
        "id": crate::site::id_of(&api),
        "node_id": format!("I_{number}"),
        "number": number,
        "url": api,
        "repository_url": repository.api(""),
        "labels_url": format!("{api}/labels{{/name}}"),
        "comments_url": format!("{api}/comments"),
        "events_url": format!("{api}/events"),
        "html_url": repository.page(&format!("/issues/{number}")),
        "title": issue.title,
        "body": issue.body,
        "user": users::view(&repository.site, &issue.author),
        "labels": repository.labels.of(repository, number),
        "state": if issue.closed_at.is_some() { "closed" } else { "open" },
        "state_reason": null,
        "locked": false,
        "assignee": null,
        "assignees": [],
        "milestone": null,
        "comments": comments.count(),
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
        "author_association": association(repository, &issue.author),
    })
}
