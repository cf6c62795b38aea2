//! Branches and their protection. The update hook in the bare repository does the protecting.

use serde_json::{Value, json};

use crate::access::Access::Read;
use crate::answer::{Answer, Refusal, Reply};
use crate::error::Error;
use crate::repository::Repository;
use crate::request::Call;
use crate::{commits, page, seeding};

/// Protects a branch against pushes by anyone without administration.
pub(crate) fn protect(repository: &mut Repository, branch: &str) -> Result<(), Error> {
    repository.protected.insert(branch.to_owned());
    let names: Vec<String> = repository.protected.iter().cloned().collect();
    seeding::write_protected(&repository.git, &names)
}

/// `GET /branches?protected=`
pub(crate) fn list(repository: &Repository, call: &Call<'_>) -> Reply {
    call.caller.require(&[call.caller.permissions.contents], Read)?;
    let wanted = call.request.parameter("protected").map(|text| text == "true");
    let mut views = Vec::new();
    for name in repository.git.lines(&["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"])? {
        let protected = repository.protected.contains(&name);
        if wanted.is_none_or(|wanted| wanted == protected) {
            views.push(view(repository, &name)?);
        }
    }
    Ok(page::list(&repository.site, call.request, views))
}

/// `GET /branches/{name}`
pub(crate) fn show(repository: &Repository, call: &Call<'_>, name: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.contents], Read)?;
    let mut shown = view(repository, name)?;
    let sha = shown["commit"]["sha"].as_str().unwrap_or_default().to_owned();
    shown["commit"] = commits::view(repository, &sha)?;
    let api = repository.api(&format!("/branches/{name}"));
    shown["_links"] = json!({"self": api, "html": repository.page(&format!("/tree/{name}"))});
    Ok(Answer::ok(shown))
}

/// `GET /branches/{name}/protection`
pub(crate) fn show_protection(repository: &Repository, call: &Call<'_>, name: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.administration], Read)?;
    if !repository.protected.contains(name) {
        // GitHub words this 404 differently from all others, and clients tell them apart by it.
        return Ok(crate::answer::failure(http::StatusCode::NOT_FOUND, "Branch not protected"));
    }
    let url = repository.api(&format!("/branches/{name}/protection"));
    Ok(Answer::ok(json!({
        "url": url,
        "required_pull_request_reviews": {
            "url": format!("{url}/required_pull_request_reviews"),
            "dismiss_stale_reviews": true,
            "require_code_owner_reviews": false,
            "required_approving_review_count": 1,
        },
        "enforce_admins": {"url": format!("{url}/enforce_admins"), "enabled": false},
        "allow_force_pushes": {"enabled": false},
        "allow_deletions": {"enabled": false},
    })))
}

fn view(repository: &Repository, name: &str) -> Result<Value, Refusal> {
    let sha = repository.git.branch(name)?.ok_or(Refusal::NotFound)?;
    let protected = repository.protected.contains(name);
    let commit = repository.api(&format!("/commits/{sha}"));
    Ok(json!({
        "name": name,
        "commit": {"sha": sha, "url": commit},
        "protected": protected,
        "protection": {
            "enabled": protected,
            "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []},
        },
        "protection_url": repository.api(&format!("/branches/{name}/protection")),
    }))
}
