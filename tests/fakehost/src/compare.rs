//! `GET /compare/{base}...{head}`: how two commits stand to each other.

use serde_json::{Value, json};

use crate::access::Access::Read;
use crate::answer::{Answer, Refusal, Reply};
use crate::page::Page;
use crate::repository::Repository;
use crate::request::Call;
use crate::{commits, files};

const FILES_MAX: usize = 300;

pub(crate) fn show(repository: &Repository, call: &Call<'_>, range: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.contents], Read)?;
    let ends = range.split_once("...").or_else(|| range.split_once(".."));
    let (base, head) = ends.ok_or(Refusal::NotFound)?;
    let base = repository.git.commit(base)?.ok_or(Refusal::NotFound)?;
    let head = repository.git.commit(head)?.ok_or(Refusal::NotFound)?;
    let no_ancestor = || Refusal::NotFound;
    let merge_base = repository.git.run(&["merge-base", &base, &head]).map_err(|_| no_ancestor())?;
    let ahead = between(repository, &base, &head)?;
    let behind = between(repository, &head, &base)?.len();

    let page = Page::of(call.request);
    let total = ahead.len();
    let mut views = Vec::new();
    for sha in page.cut(ahead) {
        views.push(commits::view(repository, &sha)?);
    }
    let mut changed: Vec<Value> = Vec::new();
    if page.is_first() {
        changed = files::changed(repository, &format!("{merge_base}..{head}"))?;
        changed.truncate(FILES_MAX);
    }
    let address = repository.page(&format!("/compare/{range}"));
    let body = json!({
        "url": repository.api(&format!("/compare/{range}")),
        "html_url": address,
        "permalink_url": address,
        "diff_url": format!("{address}.diff"),
        "patch_url": format!("{address}.patch"),
        "base_commit": commits::view(repository, &base)?,
        "merge_base_commit": commits::view(repository, &merge_base)?,
        "status": status(total, behind),
        "ahead_by": total,
        "behind_by": behind,
        "total_commits": total,
        "commits": views,
        "files": changed,
    });
    Ok(page.link(&repository.site, call.request, total, Answer::ok(body)))
}

/// Returns the commits that `to` has and `from` has not, oldest first.
fn between(repository: &Repository, from: &str, to: &str) -> Result<Vec<String>, Refusal> {
    let range = format!("{from}..{to}");
    Ok(repository.git.lines(&["rev-list", "--reverse", &range])?)
}

fn status(ahead: usize, behind: usize) -> &'static str {
    match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        (_, _) => "diverged",
    }
}
