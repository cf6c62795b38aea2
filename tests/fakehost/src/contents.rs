//! `GET /contents/{path}?ref=`: one file, in base64. Directories are not listed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::access::Access::Read;
use crate::answer::{Answer, Refusal, Reply};
use crate::repository::Repository;
use crate::request::Call;

pub(crate) fn show(repository: &Repository, call: &Call<'_>, path: &str) -> Reply {
    call.caller.require(&[call.caller.permissions.contents], Read)?;
    let reference = call.request.parameter("ref").unwrap_or(&repository.default_branch);
    let commit = repository.git.commit(reference)?.ok_or(Refusal::NotFound)?;
    let object = format!("{commit}:{path}");
    let blob = repository.git.output(&["cat-file", "blob", &object], &[], b"")?;
    if !blob.status.success() {
        return Err(Refusal::NotFound);
    }
    let sha = repository.git.run(&["rev-parse", &object])?;
    let api = repository.api(&format!("/contents/{path}?ref={reference}"));
    let page = repository.page(&format!("/blob/{reference}/{path}"));
    let git = repository.api(&format!("/git/blobs/{sha}"));
    Ok(Answer::ok(json!({
        "type": "file",
        "encoding": "base64",
        "size": blob.stdout.len(),
        "name": path.rsplit('/').next().unwrap_or(path),
        "path": path,
        "content": STANDARD.encode(&blob.stdout),
        "sha": sha,
        "url": api,
        "git_url": git,
        "html_url": page,
        "download_url": repository.page(&format!("/raw/{reference}/{path}")),
        "_links": {"self": api, "git": git, "html": page},
    })))
}
