//! How GitHub's JSON shows a proposal: the short form of lists, and the full form with its merge state.

use serde_json::{Value, json};

use crate::error::Error;
use crate::proposals::{Proposal, Stand};
use crate::repository::{self, Repository, owner_of};
use crate::users;

/// Shows a proposal as lists do: without `merged`, `mergeable`, and the counts.
pub(crate) fn simple(repository: &Repository, proposal: &Proposal) -> Value {
    let number = proposal.number;
    let api = repository.api(&format!("/pulls/{number}"));
    let issue = repository.api(&format!("/issues/{number}"));
    let page = repository.page(&format!("/pull/{number}"));
    let (merged_at, closed_at) = times(proposal);
    json!({
        "id": crate::site::id_of(&api),
        "node_id": format!("PR_{number}"),
        "number": number,
        "url": api,
        "html_url": page,
        "diff_url": format!("{page}.diff"),
        "patch_url": format!("{page}.patch"),
        "issue_url": issue,
        "commits_url": format!("{api}/commits"),
        "review_comments_url": format!("{api}/comments"),
        "review_comment_url": repository.api("/pulls/comments{/number}"),
        "comments_url": format!("{issue}/comments"),
        "statuses_url": repository.api(&format!("/statuses/{}", proposal.head_sha)),
        "state": if proposal.is_open() { "open" } else { "closed" },
        "locked": false,
        "title": proposal.title,
        "body": proposal.body,
        "user": users::view(&repository.site, &proposal.author),
        "labels": repository.labels.of(repository, number),
        "milestone": null,
        "assignee": null,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "draft": proposal.draft,
        "created_at": proposal.created_at,
        "updated_at": proposal.updated_at,
        "closed_at": closed_at,
        "merged_at": merged_at,
        "merge_commit_sha": proposal.landed_as().or(proposal.test_merge.sha.as_deref()),
        "head": side(repository, &proposal.head_repository, &proposal.head_branch, &proposal.head_sha),
        "base": side(repository, &repository.full_name, &proposal.base_branch, &proposal.base_sha),
        "author_association": association(repository, &proposal.author),
        "auto_merge": null,
        "active_lock_reason": null,
    })
}

/// Shows a proposal as `GET /pulls/{n}` does.
pub(crate) fn full(repository: &Repository, proposal: &Proposal) -> Result<Value, Error> {
    let range = format!("{}...{}", proposal.base_sha, proposal.head_sha);
    let files = crate::files::changed(repository, &range)?;
    let count = |key: &str| files.iter().filter_map(|file| file[key].as_u64()).sum::<u64>();
    let commits = format!("{}..{}", proposal.base_sha, proposal.head_sha);
    let commits = repository.git.run(&["rev-list", "--count", &commits])?;
    let comments = repository.comments.iter().filter(|comment| comment.number == proposal.number);
    let mergeable = proposal.is_open().then_some(proposal.test_merge.sha.is_some());
    let merged_by = match &proposal.stand {
        Stand::Merged { by, .. } => users::view(&repository.site, by),
        Stand::Open | Stand::Closed { .. } => Value::Null,
    };
    let mut shown = simple(repository, proposal);
    shown["merged"] = json!(proposal.landed_as().is_some());
    shown["mergeable"] = json!(mergeable);
    shown["rebaseable"] = json!(mergeable);
    shown["mergeable_state"] = json!(mergeable_state(proposal));
    shown["merged_by"] = merged_by;
    shown["comments"] = json!(comments.count());
    shown["review_comments"] = json!(0);
    shown["maintainer_can_modify"] = json!(false);
    shown["commits"] = json!(commits.parse::<u64>().unwrap_or_default());
    shown["additions"] = json!(count("additions"));
    shown["deletions"] = json!(count("deletions"));
    shown["changed_files"] = json!(files.len());
    Ok(shown)
}

/// Shows a proposal as check runs name it: just enough to find it again.
pub(crate) fn minimal(repository: &Repository, proposal: &Proposal) -> Value {
    let end = |full_name: &str, branch: &str, sha: &str| {
        let shown = repository::view(&repository.site, full_name, false);
        let repo = json!({"id": shown["id"], "url": shown["url"], "name": shown["name"]});
        json!({"ref": branch, "sha": sha, "repo": repo})
    };
    let full = simple(repository, proposal);
    json!({
        "id": full["id"],
        "number": proposal.number,
        "url": full["url"],
        "head": end(&proposal.head_repository, &proposal.head_branch, &proposal.head_sha),
        "base": end(&repository.full_name, &proposal.base_branch, &proposal.base_sha),
    })
}

/// Returns what the author of something is to the repository.
pub(crate) fn association(repository: &Repository, login: &str) -> &'static str {
    if login == repository.owner() {
        return "OWNER";
    }
    if login.ends_with("[bot]") {
        return "NONE";
    }
    "CONTRIBUTOR"
}

fn side(repository: &Repository, full_name: &str, branch: &str, sha: &str) -> Value {
    let owner = owner_of(full_name);
    json!({
        "label": format!("{owner}:{branch}"),
        "ref": branch,
        "sha": sha,
        "user": users::view(&repository.site, owner),
        "repo": repository::view(&repository.site, full_name, full_name != repository.full_name),
    })
}

fn times(proposal: &Proposal) -> (Option<&str>, Option<&str>) {
    match &proposal.stand {
        Stand::Open => (None, None),
        Stand::Closed { at } => (None, Some(at)),
        Stand::Merged { at, .. } => (Some(at), Some(at)),
    }
}

fn mergeable_state(proposal: &Proposal) -> &'static str {
    match (&proposal.stand, &proposal.test_merge.sha) {
        (Stand::Open, _) if proposal.draft => "draft",
        (Stand::Open, Some(_)) => "clean",
        (Stand::Open, None) => "dirty",
        (Stand::Closed { .. } | Stand::Merged { .. }, _) => "unknown",
    }
}
