//! The event files that a pipeline gets: the payloads of `pull_request` and `push`.

use serde_json::{Value, json};

use crate::error::Error;
use crate::host::FakeHost;
use crate::repository::{self, Repository};
use crate::{pull_view, users};

/// Stands for "no commit" on the side where a branch did not exist.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

impl FakeHost {
    /// Returns the payload of a `pull_request` event: `opened`, `synchronize`, `closed`, ...
    pub async fn pull_request_event(&self, name: &str, number: u64, action: &str) -> Result<Value, Error> {
        let action = action.to_owned();
        self.on(name, move |repository| {
            let proposal = repository.proposal_mut(number)?.clone();
            Ok(json!({
                "action": action,
                "number": number,
                "pull_request": pull_view::full(repository, &proposal)?,
                "repository": repository_view(repository),
                "sender": users::view(&repository.site, &proposal.author),
            }))
        })
        .await
    }

    /// Returns the payload of a `push` event. All zeros stand for a branch that was not, or is no more.
    pub async fn push_event(&self, name: &str, branch: &str, before: &str, after: &str) -> Result<Value, Error> {
        let [branch, before, after] = [branch, before, after].map(str::to_owned);
        self.on(name, move |repository| push(repository, &branch, &before, &after)).await
    }
}

fn push(repository: &Repository, branch: &str, before: &str, after: &str) -> Result<Value, Error> {
    let created = before == NO_COMMIT;
    let deleted = after == NO_COMMIT;
    let mut commits = Vec::new();
    if !deleted {
        let range = if created { format!("{after}^!") } else { format!("{before}..{after}") };
        for sha in repository.git.lines(&["rev-list", "--reverse", &range])? {
            commits.push(commit(repository, &sha)?);
        }
    }
    let head_commit = if deleted { Value::Null } else { commit(repository, after)? };
    let forced = !created && !deleted && !repository.git.is_ancestor(before, after)?;
    let pusher = head_commit["author"]["name"].as_str().unwrap_or("dev").to_owned();
    Ok(json!({
        "ref": format!("refs/heads/{branch}"),
        "before": before,
        "after": after,
        "base_ref": null,
        "created": created,
        "deleted": deleted,
        "forced": forced,
        "compare": repository.page(&format!("/compare/{before}...{after}")),
        "commits": commits,
        "head_commit": head_commit,
        "pusher": {"name": pusher, "email": format!("{pusher}@users.example")},
        "repository": repository_view(repository),
        "sender": users::view(&repository.site, &pusher),
    }))
}

/// Shows a commit as push events do. In Actions it has no lists of files.
fn commit(repository: &Repository, sha: &str) -> Result<Value, Error> {
    let shown = crate::commits::view(repository, sha)?;
    let inner = &shown["commit"];
    let person = |who: &Value| json!({"name": who["name"], "email": who["email"], "username": who["name"]});
    Ok(json!({
        "id": sha,
        "tree_id": inner["tree"]["sha"],
        "distinct": true,
        "message": inner["message"],
        "timestamp": inner["committer"]["date"],
        "url": repository.page(&format!("/commit/{sha}")),
        "author": person(&inner["author"]),
        "committer": person(&inner["committer"]),
    }))
}

fn repository_view(repository: &Repository) -> Value {
    let fork = repository.fork_of.is_some();
    let mut shown = repository::view(&repository.site, &repository.full_name, fork);
    shown["default_branch"] = json!(repository.default_branch);
    shown
}
