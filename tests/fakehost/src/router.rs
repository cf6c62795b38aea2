//! Which resource answers which path. Nothing is decided here except who asks.

use http::{HeaderMap, Method, StatusCode};

use crate::answer::{Answer, Refusal, Reply, failure};
use crate::repository::{self, Repository};
use crate::request::{Call, Request};
use crate::state::Shared;
use crate::{
    branches, checks, comments, commits, compare, contents, deployment_statuses, deployments, issues, labels, pulls,
    reviews, users,
};

/// An answer, who asked, and whether the fake knows the route.
pub(crate) struct Routed {
    pub(crate) answer: Answer,
    pub(crate) login: Option<String>,
    pub(crate) known: bool,
}

/// Answers one API request.
pub(crate) fn answer(shared: &Shared, request: &Request, headers: &HeaderMap) -> Routed {
    let mut state = shared.state();
    let caller = match state.tokens.caller(headers) {
        Ok(Some(caller)) => caller,
        Ok(None) => return refused(Refusal::Unauthenticated),
        Err(refusal) => return refused(refusal),
    };
    let login = Some(caller.login.clone());
    if let Some(answer) = state.limit.count(&request.method) {
        let known = true;
        return Routed { answer, login, known };
    }
    let call = Call { request, caller: &caller };
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let reply = match (&request.method, segments.as_slice()) {
        (&Method::GET, ["user"]) => Some(users::show_self(&shared.site, &caller)),
        (_, ["repos", owner, name, rest @ ..]) => {
            let full_name = format!("{owner}/{name}");
            match state.repositories.get_mut(&full_name) {
                Some(repository) => in_repository(repository, &call, rest),
                None => Some(Err(Refusal::NotFound)),
            }
        }
        _ => None,
    };
    // An auto-merge or a merge may have moved branches that other proposals stand on.
    let synced = if request.method == Method::GET { Ok(()) } else { state.sync() };
    let known = reply.is_some();
    let reply = reply.unwrap_or(Err(Refusal::NotFound)).and_then(|answer| synced.map(|()| answer));
    let answer = reply.unwrap_or_else(Answer::from);
    Routed { answer, login, known }
}

/// Answers a path below `/repos/{owner}/{name}`; `None` for one that the fake does not know.
fn in_repository(repo: &mut Repository, call: &Call<'_>, path: &[&str]) -> Option<Reply> {
    let reply = match (call.request.method.as_str(), path) {
        ("GET", []) => Ok(repository::show(repo, call)),
        ("GET", ["branches"]) => branches::list(repo, call),
        ("GET", ["branches", name @ .., "protection"]) => branches::show_protection(repo, call, &name.join("/")),
        ("GET", ["branches", name @ ..]) => branches::show(repo, call, &name.join("/")),
        ("GET", ["contents", path @ ..]) => contents::show(repo, call, &path.join("/")),
        ("GET", ["compare", range @ ..]) => compare::show(repo, call, &range.join("/")),
        ("GET", ["commits"]) => commits::list(repo, call),
        ("GET", ["commits", sha, "pulls"]) => commits::list_pulls(repo, call, sha),
        ("GET", ["commits", name @ .., "check-runs"]) => checks::list(repo, call, &name.join("/")),
        ("GET", ["commits", name @ ..]) => commits::show(repo, call, &name.join("/")),
        (_, ["pulls", rest @ ..]) => return in_pulls(repo, call, rest),
        (_, ["issues", rest @ ..]) => return in_issues(repo, call, rest),
        (_, ["check-runs", rest @ ..]) => return in_checks(repo, call, rest),
        (_, ["deployments", rest @ ..]) => return in_deployments(repo, call, rest),
        _ => return None,
    };
    Some(reply)
}

fn in_pulls(repo: &mut Repository, call: &Call<'_>, path: &[&str]) -> Option<Reply> {
    let reply = match (call.request.method.as_str(), path) {
        ("GET", []) => pulls::list(repo, call),
        ("POST", []) => pulls::create(repo, call),
        ("GET", [number]) => pulls::show(repo, call, number),
        ("PATCH", [number]) => pulls::update(repo, call, number),
        ("GET", [number, "files"]) => pulls::list_files(repo, call, number),
        ("GET", [number, "commits"]) => pulls::list_commits(repo, call, number),
        ("GET", [number, "merge"]) => pulls::is_merged(repo, call, number),
        ("PUT", [number, "merge"]) => pulls::merge(repo, call, number),
        ("GET", [number, "reviews"]) => reviews::list(repo, call, number),
        ("POST", [number, "reviews"]) => reviews::create(repo, call, number),
        _ => return None,
    };
    Some(reply)
}

/// GitHub takes POST for PATCH, and clients use it to edit comments.
fn in_issues(repo: &mut Repository, call: &Call<'_>, path: &[&str]) -> Option<Reply> {
    let reply = match (call.request.method.as_str(), path) {
        ("GET", []) => issues::list(repo, call),
        ("POST", []) => issues::create(repo, call),
        ("GET", ["comments", id]) => comments::show(repo, call, id),
        ("PATCH" | "POST", ["comments", id]) => comments::update(repo, call, id),
        ("DELETE", ["comments", id]) => comments::delete(repo, call, id),
        ("GET", [number]) => issues::show(repo, call, number),
        ("PATCH", [number]) => issues::update(repo, call, number),
        ("GET", [number, "comments"]) => comments::list(repo, call, number),
        ("POST", [number, "comments"]) => comments::create(repo, call, number),
        ("GET", [number, "labels"]) => labels::list(repo, call, number),
        ("POST", [number, "labels"]) => labels::add(repo, call, number),
        ("PUT", [number, "labels"]) => labels::replace(repo, call, number),
        ("DELETE", [number, "labels", name]) => labels::remove(repo, call, number, name),
        _ => return None,
    };
    Some(reply)
}

fn in_checks(repo: &mut Repository, call: &Call<'_>, path: &[&str]) -> Option<Reply> {
    let reply = match (call.request.method.as_str(), path) {
        ("POST", []) => checks::create(repo, call),
        ("GET", [id]) => checks::show(repo, call, id),
        ("PATCH", [id]) => checks::update(repo, call, id),
        ("GET", [id, "annotations"]) => checks::list_annotations(repo, call, id),
        _ => return None,
    };
    Some(reply)
}

fn in_deployments(repo: &mut Repository, call: &Call<'_>, path: &[&str]) -> Option<Reply> {
    let reply = match (call.request.method.as_str(), path) {
        ("GET", []) => deployments::list(repo, call),
        ("POST", []) => deployments::create(repo, call),
        ("GET", [id]) => deployments::show(repo, call, id),
        ("DELETE", [id]) => deployments::delete(repo, call, id),
        ("GET", [id, "statuses"]) => deployment_statuses::list(repo, call, id),
        ("POST", [id, "statuses"]) => deployment_statuses::create(repo, call, id),
        ("GET", [id, "statuses", status]) => deployment_statuses::show(repo, call, id, status),
        _ => return None,
    };
    Some(reply)
}

fn refused(refusal: Refusal) -> Routed {
    Routed { answer: refusal.into(), login: None, known: true }
}

/// What a client gets when the fake itself failed to answer.
pub(crate) fn broken(why: &str) -> Routed {
    Routed { answer: failure(StatusCode::INTERNAL_SERVER_ERROR, why), login: None, known: true }
}
