//! REST for commits, and the proposals that a commit came with.

use serde_json::{Value, json};

use crate::access::Access::Read;
use crate::answer::{Answer, Refusal, Reply};
use crate::error::Error;
use crate::proposals::Proposal;
use crate::repository::Repository;
use crate::request::Call;
use crate::{files, page, pull_view};

/// Fields of `git log`, one a line; the message comes last because it has lines of its own.
const FORMAT: &str = "--format=%H%n%T%n%P%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B";

/// `GET /commits/{ref}`
pub(crate) fn show(repository: &Repository, call: &Call<'_>, name: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.contents], Read)?;
    let sha = repository.commit(name)?;
    let mut shown = view(repository, &sha)?;
    let changed = match shown["parents"][0]["sha"].as_str() {
        Some(parent) => files::changed(repository, &format!("{parent}..{sha}"))?,
        None => Vec::new(),
    };
    let count = |key: &str| changed.iter().filter_map(|file| file[key].as_u64()).sum::<u64>();
    let (additions, deletions) = (count("additions"), count("deletions"));
    shown["stats"] = json!({"total": additions + deletions, "additions": additions, "deletions": deletions});
    shown["files"] = Value::Array(changed);
    Ok(Answer::ok(shown))
}

/// `GET /commits?sha=&per_page=`, newest first.
pub(crate) fn list(repository: &Repository, call: &Call<'_>) -> Reply {
    call.caller.require(&[call.caller.permissions.contents], Read)?;
    let start = call.request.parameter("sha").unwrap_or(&repository.default_branch);
    let sha = repository.commit(start)?;
    let mut views = Vec::new();
    for sha in repository.git.lines(&["rev-list", &sha])? {
        views.push(view(repository, &sha)?);
    }
    Ok(page::list(&repository.site, call.request, views))
}

/// `GET /commits/{sha}/pulls`: on the default branch what was merged, elsewhere what is proposed.
pub(crate) fn list_pulls(repository: &mut Repository, call: &Call<'_>, name: &str) -> Reply {
    let permissions = &call.caller.permissions;
    call.caller.require(&[permissions.pull_requests], Read)?;
    call.caller.require(&[permissions.contents], Read)?;
    let sha = repository.commit(name)?;
    if repository.stale_lookups > 0 {
        repository.stale_lookups -= 1;
        return Ok(Answer::ok(json!([])));
    }
    let released = repository.git.is_ancestor(&sha, &repository.default_branch)?;
    let mut views = Vec::new();
    for proposal in &repository.proposals {
        let visible = !released || proposal.landed_as().is_some();
        if visible && brings(repository, proposal, &sha)? {
            views.push(pull_view::simple(repository, proposal));
        }
    }
    Ok(page::list(&repository.site, call.request, views))
}

/// Shows a commit without its files.
pub(crate) fn view(repository: &Repository, sha: &str) -> Result<Value, Error> {
    let text = repository.git.run(&["log", "-1", FORMAT, sha])?;
    let mut lines = text.splitn(10, '\n');
    let mut next = || lines.next().unwrap_or_default().to_owned();
    let (sha, tree, parents) = (next(), next(), next());
    let mut person = || json!({"name": next(), "email": next(), "date": utc(&next())});
    let (author, committer) = (person(), person());
    let message = lines.next().unwrap_or_default();
    let api = repository.api(&format!("/commits/{sha}"));
    let git = repository.api("/git");
    let parents = parents.split(' ').filter(|parent| !parent.is_empty()).map(|parent| {
        json!({
            "sha": parent,
            "url": repository.api(&format!("/commits/{parent}")),
            "html_url": repository.page(&format!("/commit/{parent}")),
        })
    });
    Ok(json!({
        "sha": sha,
        "node_id": format!("C_{sha}"),
        "commit": {
            "author": author,
            "committer": committer,
            "message": message,
            "tree": {"sha": tree, "url": format!("{git}/trees/{tree}")},
            "url": format!("{git}/commits/{sha}"),
            "comment_count": 0,
            "verification": {"verified": false, "reason": "unsigned", "signature": null, "payload": null},
        },
        "url": api,
        "html_url": repository.page(&format!("/commit/{sha}")),
        "comments_url": format!("{api}/comments"),
        "author": null,
        "committer": null,
        "parents": parents.collect::<Vec<_>>(),
    }))
}

/// Returns whether the commit is one of the proposal's own, or the one that landed it.
fn brings(repository: &Repository, proposal: &Proposal, sha: &str) -> Result<bool, Refusal> {
    if proposal.landed_as() == Some(sha) {
        return Ok(true);
    }
    let (head, base) = (&proposal.head_sha, &proposal.base_sha);
    Ok(repository.git.is_ancestor(sha, head)? && !repository.git.is_ancestor(sha, base)?)
}

/// Writes git's `+00:00` as GitHub's `Z`.
fn utc(date: &str) -> String {
    let parsed = date.parse::<jiff::Timestamp>();
    parsed.map_or_else(|_| date.to_owned(), |time| time.to_string())
}
