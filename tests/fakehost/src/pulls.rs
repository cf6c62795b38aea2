//! REST for proposals: create, get, list, update, files, commits, merge.

use serde_json::{Value, json};

use crate::access::Access::{Read, Write};
use crate::answer::{Answer, Refusal, Reply};
use crate::merging::Method;
use crate::page;
use crate::proposals::{self, Opening, Proposal, Stand};
use crate::pull_view;
use crate::repository::{Repository, owner_of};
use crate::request::Call;
use crate::{commits, files};

/// `POST /pulls`
pub(crate) fn create(repository: &mut Repository, call: &Call<'_>) -> Reply {
    call.caller.require(&[call.caller.permissions.pull_requests], Write)?;
    let opening = Opening {
        head: call.required("PullRequest", "head")?,
        base: call.required("PullRequest", "base")?,
        title: call.required("PullRequest", "title")?,
        body: call.text("body"),
        author: &call.caller.login,
        draft: call.truth("draft").unwrap_or_default(),
    };
    let number = proposals::open(repository, &opening)?;
    let shown = full(repository, &number.to_string())?;
    Ok(Answer::created(shown))
}

/// `GET /pulls/{n}`
pub(crate) fn show(repository: &Repository, call: &Call<'_>, number: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.pull_requests], Read)?;
    full(repository, number).map(Answer::ok)
}

/// `GET /pulls?state=&head=&base=&sort=&direction=`, newest first.
pub(crate) fn list(repository: &Repository, call: &Call<'_>) -> Reply {
    call.caller.require(&[call.caller.permissions.pull_requests], Read)?;
    let request = call.request;
    let fits = |proposal: &&Proposal| {
        let state = if proposal.is_open() { "open" } else { "closed" };
        let label = format!("{}:{}", owner_of(&proposal.head_repository), proposal.head_branch);
        let wanted = request.parameter("state").unwrap_or("open");
        (wanted == "all" || wanted == state)
            && request.parameter("head").is_none_or(|head| head == label)
            && request.parameter("base").is_none_or(|base| base == proposal.base_branch)
    };
    let mut found: Vec<&Proposal> = repository.proposals.iter().filter(fits).collect();
    if request.parameter("sort") == Some("updated") {
        found.sort_by(|one, other| one.updated_at.cmp(&other.updated_at));
    }
    if request.parameter("direction") != Some("asc") {
        found.reverse();
    }
    let views = found.into_iter().map(|proposal| pull_view::simple(repository, proposal));
    Ok(page::list(&repository.site, request, views.collect()))
}

/// `PATCH /pulls/{n}`: title, body, state, base.
pub(crate) fn update(repository: &mut Repository, call: &Call<'_>, number: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.pull_requests], Write)?;
    let known = repository.proposal(number)?.number;
    let now = repository.site.now();
    let base_sha = match call.text("base") {
        Some(base) => repository.git.branch(base)?,
        None => None,
    };
    let proposal = repository.proposal_mut(known)?;
    proposal.updated_at.clone_from(&now);
    if let Some(title) = call.text("title") {
        title.clone_into(&mut proposal.title);
    }
    if let Some(body) = call.text("body") {
        proposal.body = Some(body.to_owned());
    }
    if let (Some(base), Some(sha)) = (call.text("base"), base_sha) {
        base.clone_into(&mut proposal.base_branch);
        proposal.base_sha = sha;
    }
    match (call.text("state"), &proposal.stand) {
        (Some("closed"), Stand::Open) => proposal.stand = Stand::Closed { at: now },
        (Some("open"), Stand::Closed { .. }) => proposal.stand = Stand::Open,
        _ => {}
    }
    proposals::sync(repository)?;
    full(repository, number).map(Answer::ok)
}

/// `GET /pulls/{n}/files`
pub(crate) fn list_files(repository: &Repository, call: &Call<'_>, number: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.pull_requests], Read)?;
    let proposal = repository.proposal(number)?;
    let range = format!("{}...{}", proposal.base_sha, proposal.head_sha);
    let changed = files::changed(repository, &range)?;
    Ok(page::list(&repository.site, call.request, changed))
}

/// `GET /pulls/{n}/commits`, oldest first.
pub(crate) fn list_commits(repository: &Repository, call: &Call<'_>, number: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.pull_requests], Read)?;
    let proposal = repository.proposal(number)?;
    let range = format!("{}..{}", proposal.base_sha, proposal.head_sha);
    let mut views = Vec::new();
    for sha in repository.git.lines(&["rev-list", "--reverse", &range])? {
        views.push(commits::view(repository, &sha)?);
    }
    Ok(page::list(&repository.site, call.request, views))
}

/// `GET /pulls/{n}/merge`: 204 if it was merged, 404 if not.
pub(crate) fn is_merged(repository: &Repository, call: &Call<'_>, number: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.pull_requests], Read)?;
    let landed = repository.proposal(number)?.landed_as();
    landed.map(|_| Answer::no_content()).ok_or(Refusal::NotFound)
}

/// `PUT /pulls/{n}/merge`
pub(crate) fn merge(repository: &mut Repository, call: &Call<'_>, number: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.contents], Write)?;
    let proposal = repository.proposal(number)?.clone();
    if call.text("sha").is_some_and(|sha| sha != proposal.head_sha) {
        let message = "Head branch was modified. Review and try the merge again.";
        return Err(Refusal::Conflict(message.to_owned()));
    }
    let method = match call.text("merge_method").unwrap_or("merge") {
        "merge" => Method::Merge,
        "squash" => Method::Squash,
        "rebase" => {
            return Err(Refusal::NotMergeable("Rebase merges are not allowed on this repository.".to_owned()));
        }
        other => return Err(Refusal::invalid(format!("{other} is not a merge method"))),
    };
    let message = message(&proposal, method, call);
    let login = &call.caller.login;
    let sha = proposals::land(repository, proposal.number, method, &message, login)?;
    let message = "Pull Request successfully merged";
    Ok(Answer::ok(json!({"sha": sha, "merged": true, "message": message})))
}

/// Returns the message that GitHub proposes for the commit of a merge.
pub(crate) fn default_message(proposal: &Proposal, method: Method) -> (String, String) {
    let (number, title) = (proposal.number, &proposal.title);
    let owner = owner_of(&proposal.head_repository);
    let branch = &proposal.head_branch;
    match method {
        Method::Merge => (format!("Merge pull request #{number} from {owner}/{branch}"), title.clone()),
        Method::Squash => (format!("{title} (#{number})"), proposal.body.clone().unwrap_or_default()),
    }
}

fn message(proposal: &Proposal, method: Method, call: &Call<'_>) -> String {
    let (title, body) = default_message(proposal, method);
    let title = call.text("commit_title").unwrap_or(&title);
    let body = call.text("commit_message").unwrap_or(&body);
    format!("{title}\n\n{body}").trim_end().to_owned()
}

fn full(repository: &Repository, number: &str) -> Result<Value, Refusal> {
    let proposal = repository.proposal(number)?;
    Ok(pull_view::full(repository, proposal)?)
}
