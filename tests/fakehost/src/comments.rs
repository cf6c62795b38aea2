//! Comments on issues and proposals.

use serde_json::{Value, json};

use crate::access::Access::{self, Read, Write};
use crate::answer::{Answer, Refusal, Reply};
use crate::page;
use crate::pull_view::association;
use crate::repository::{Repository, parse_id};
use crate::request::Call;
use crate::users;

/// GitHub refuses longer bodies with 422.
const BODY_CHARACTERS_MAX: usize = 65_536;

/// A comment below an issue or proposal.
#[derive(Debug)]
pub(crate) struct Comment {
    id: u64,
    pub(crate) number: u64,
    author: String,
    body: String,
    created_at: String,
    updated_at: String,
}

/// `GET /issues/{n}/comments`, oldest first.
pub(crate) fn list(repository: &Repository, call: &Call<'_>, number: &str) -> Reply {
    require(call, Read)?;
    let number = repository.numbered(number)?;
    Ok(page::list(&repository.site, call.request, all(repository, number)))
}

/// `POST /issues/{n}/comments`
pub(crate) fn create(repository: &mut Repository, call: &Call<'_>, number: &str) -> Reply {
    require(call, Write)?;
    let number = repository.numbered(number)?;
    let body = body(call)?;
    let now = repository.site.now();
    let comment = Comment {
        id: repository.site.next_id(),
        number,
        author: call.caller.login.clone(),
        body,
        created_at: now.clone(),
        updated_at: now,
    };
    let shown = view(repository, &comment);
    repository.comments.push(comment);
    Ok(Answer::created(shown))
}

/// `GET /issues/comments/{id}`
pub(crate) fn show(repository: &Repository, call: &Call<'_>, id: &str) -> Reply {
    require(call, Read)?;
    let comment = &repository.comments[position(repository, id)?];
    Ok(Answer::ok(view(repository, comment)))
}

/// `PATCH /issues/comments/{id}`
pub(crate) fn update(repository: &mut Repository, call: &Call<'_>, id: &str) -> Reply {
    require(call, Write)?;
    let position = position(repository, id)?;
    let body = body(call)?;
    let now = repository.site.now();
    let comment = &mut repository.comments[position];
    comment.body = body;
    comment.updated_at = now;
    let comment = &repository.comments[position];
    Ok(Answer::ok(view(repository, comment)))
}

/// `DELETE /issues/comments/{id}`
pub(crate) fn delete(repository: &mut Repository, call: &Call<'_>, id: &str) -> Reply {
    require(call, Write)?;
    let position = position(repository, id)?;
    repository.comments.remove(position);
    Ok(Answer::no_content())
}

/// Shows every comment of one issue or proposal.
pub(crate) fn all(repository: &Repository, number: u64) -> Vec<Value> {
    let here = repository.comments.iter().filter(|comment| comment.number == number);
    here.map(|comment| view(repository, comment)).collect()
}

/// Comments are open to the permissions of issues and of proposals alike.
fn require(call: &Call<'_>, least: Access) -> Result<(), Refusal> {
    let permissions = &call.caller.permissions;
    call.caller.require(&[permissions.issues, permissions.pull_requests], least)
}

fn body(call: &Call<'_>) -> Result<String, Refusal> {
    let body = call.required("IssueComment", "body")?;
    if body.trim().is_empty() {
        return Err(Refusal::field("IssueComment", "body", "unprocessable", "Body cannot be blank"));
    }
    if body.chars().count() > BODY_CHARACTERS_MAX {
        let message = "Body is too long (maximum is 65536 characters)";
        return Err(Refusal::field("IssueComment", "body", "unprocessable", message));
    }
    Ok(body.to_owned())
}

fn position(repository: &Repository, id: &str) -> Result<usize, Refusal> {
    let id = parse_id(id)?;
    let found = repository.comments.iter().position(|comment| comment.id == id);
    found.ok_or(Refusal::NotFound)
}

fn view(repository: &Repository, comment: &Comment) -> Value {
    let (id, number) = (comment.id, comment.number);
    let app = comment.author.ends_with("[bot]");
    let app = app.then(|| users::app_view(&repository.site, &comment.author));
    json!({
        "id": id,
        "node_id": format!("IC_{id}"),
        "url": repository.api(&format!("/issues/comments/{id}")),
        "html_url": repository.page(&format!("/pull/{number}#issuecomment-{id}")),
        "issue_url": repository.api(&format!("/issues/{number}")),
        "body": comment.body,
        "user": users::view(&repository.site, &comment.author),
        "author_association": association(repository, &comment.author),
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "performed_via_github_app": app,
    })
}
