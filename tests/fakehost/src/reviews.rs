//! Reviews of a proposal.

use serde_json::{Value, json};

use crate::access::Access::{Read, Write};
use crate::answer::{Answer, Refusal, Reply};
use crate::page;
use crate::pull_view::association;
use crate::repository::Repository;
use crate::request::Call;
use crate::users;

/// What a reviewer said about one commit.
#[derive(Debug)]
pub(crate) struct Review {
    id: u64,
    number: u64,
    author: String,
    state: &'static str,
    body: String,
    commit: String,
    submitted_at: String,
}

/// `GET /pulls/{n}/reviews`, oldest first.
pub(crate) fn list(repository: &Repository, call: &Call<'_>, number: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.pull_requests], Read)?;
    let number = repository.proposal(number)?.number;
    let here = repository.reviews.iter().filter(|review| review.number == number);
    let views = here.map(|review| view(repository, review)).collect();
    Ok(page::list(&repository.site, call.request, views))
}

/// `POST /pulls/{n}/reviews`
pub(crate) fn create(repository: &mut Repository, call: &Call<'_>, number: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.pull_requests], Write)?;
    let number = repository.proposal(number)?.number;
    let state = match call.text("event") {
        Some("APPROVE") => "APPROVED",
        Some("REQUEST_CHANGES") => "CHANGES_REQUESTED",
        Some("COMMENT") => "COMMENTED",
        None => "PENDING",
        Some(_) => {
            return Err(Refusal::invalid("Variable $event was provided invalid value"));
        }
    };
    let body = call.text("body").unwrap_or_default();
    submit(repository, number, &call.caller.login, state, body).map(Answer::ok)
}

/// Adds a review of the proposal's present head, and shows it.
pub(crate) fn submit(
    repository: &mut Repository,
    number: u64,
    login: &str,
    state: &'static str,
    body: &str,
) -> Result<Value, Refusal> {
    let proposal = repository.proposal_mut(number)?;
    if proposal.author == login && state == "APPROVED" {
        return Err(Refusal::invalid("Can not approve your own pull request"));
    }
    let commit = proposal.head_sha.clone();
    let review = Review {
        id: repository.site.next_id(),
        number,
        author: login.to_owned(),
        state,
        body: body.to_owned(),
        commit,
        submitted_at: repository.site.now(),
    };
    let shown = view(repository, &review);
    repository.reviews.push(review);
    Ok(shown)
}

fn view(repository: &Repository, review: &Review) -> Value {
    let (id, number) = (review.id, review.number);
    let page = repository.page(&format!("/pull/{number}#pullrequestreview-{id}"));
    let pull = repository.api(&format!("/pulls/{number}"));
    json!({
        "id": id,
        "node_id": format!("PRR_{id}"),
        "user": users::view(&repository.site, &review.author),
        "body": review.body,
        "state": review.state,
        "html_url": page,
        "pull_request_url": pull,
        "_links": {"html": {"href": page}, "pull_request": {"href": pull}},
        "submitted_at": review.submitted_at,
        "commit_id": review.commit,
        "author_association": association(repository, &review.author),
    })
}
