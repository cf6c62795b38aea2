//! Git over HTTP: `git http-backend` run as a CGI program on the bare repositories.
//!
//! Reading is public, as in a public repository. Pushing needs a token with contents: write.

use std::process::Stdio;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::access::Access;
use crate::answer::Refusal;
use crate::error::Error;
use crate::state::Shared;
use crate::tokens::Caller;

const SERVICES: [&str; 3] = ["/info/refs", "/git-upload-pack", "/git-receive-pack"];

/// A git request: which repository, which service, and the client's bytes.
#[derive(Debug)]
pub(crate) struct GitRequest {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    repository: String,
    service: String,
    query: String,
}

/// What the CGI program answered.
#[derive(Debug)]
pub(crate) struct GitAnswer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) login: Option<String>,
}

impl GitRequest {
    /// Recognizes `/{owner}/{name}[.git]/{service}`.
    pub(crate) fn recognize(method: &Method, target: &str, headers: &HeaderMap) -> Option<Self> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let service = SERVICES.into_iter().find(|service| path.ends_with(service))?;
        let repository = path.strip_suffix(service)?.trim_matches('/');
        let repository = repository.strip_suffix(".git").unwrap_or(repository);
        let (owner, name) = repository.split_once('/')?;
        if owner.starts_with('.') || name.starts_with('.') || name.contains('/') {
            return None;
        }
        Some(Self {
            method: method.clone(),
            headers: headers.clone(),
            body: Bytes::new(),
            repository: repository.to_owned(),
            service: service.to_owned(),
            query: query.to_owned(),
        })
    }

    fn is_push(&self) -> bool {
        self.service == "/git-receive-pack" || self.query.contains("service=git-receive-pack")
    }

    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }
}

/// Answers a git request, and brings proposals up to date after a push.
pub(crate) async fn answer(shared: &Shared, request: &GitRequest) -> Result<GitAnswer, Error> {
    let caller = match authorize(shared, request) {
        Ok(caller) => caller,
        Err(refusal) => return Ok(refused(&refusal)),
    };
    let mut answer = run(shared, request, caller.as_ref()).await?;
    answer.login = caller.map(|caller| caller.login);
    if request.service == "/git-receive-pack" {
        shared.state().sync()?;
    }
    Ok(answer)
}

fn authorize(shared: &Shared, request: &GitRequest) -> Result<Option<Caller>, Refusal> {
    let state = shared.state();
    if !state.repositories.contains_key(&request.repository) {
        return Err(Refusal::NotFound);
    }
    let caller = state.tokens.caller(&request.headers)?;
    let least = if request.is_push() { Access::Write } else { Access::Read };
    match &caller {
        Some(caller) if caller.permissions.contents < least => {
            let message = format!("Permission to {} denied to {}.", request.repository, caller.login);
            Err(Refusal::Forbidden(message))
        }
        None if request.is_push() => Err(Refusal::Unauthenticated),
        Some(_) | None => Ok(caller),
    }
}

async fn run(shared: &Shared, request: &GitRequest, caller: Option<&Caller>) -> Result<GitAnswer, Error> {
    let path = format!("/{}.git{}", request.repository, request.service);
    let admin = caller.is_some_and(Caller::is_admin);
    let mut child = Command::new("git")
        .arg("http-backend")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", &shared.site.root)
        .env("LC_ALL", "C")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_PROJECT_ROOT", &shared.site.root)
        .env("GIT_PROTOCOL", request.header("git-protocol"))
        .env("PATH_INFO", path)
        .env("QUERY_STRING", &request.query)
        .env("REQUEST_METHOD", request.method.as_str())
        .env("CONTENT_TYPE", request.header("content-type"))
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", request.header("content-encoding"))
        .env("REMOTE_ADDR", "127.0.0.1")
        .env("REMOTE_USER", caller.map_or("", |caller| &caller.login))
        .env("FAKEHOST_ADMIN", if admin { "yes" } else { "no" })
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(Error::machine("git http-backend"))?;
    if let Some(mut stdin) = child.stdin.take() {
        let body = request.body.clone();
        // A backend that refuses early closes the pipe, and its answer says why.
        tokio::spawn(async move { stdin.write_all(&body).await });
    }
    let output = child.wait_with_output().await.map_err(Error::machine("git http-backend"))?;
    Ok(parse(&output.stdout))
}

/// Splits a CGI answer into its status, headers, and body.
fn parse(output: &[u8]) -> GitAnswer {
    let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let (head, body) = end.map_or((output, &b""[..]), |end| (&output[..end], &output[end + 4..]));
    let mut answer =
        GitAnswer { status: StatusCode::OK, headers: Vec::new(), body: Bytes::copy_from_slice(body), login: None };
    for line in String::from_utf8_lossy(head).lines() {
        let Some((name, value)) = line.split_once(": ") else {
            continue;
        };
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().and_then(|code| code.parse::<u16>().ok());
            let status = code.and_then(|code| StatusCode::from_u16(code).ok());
            answer.status = status.unwrap_or(StatusCode::BAD_GATEWAY);
            continue;
        }
        answer.headers.push((name.to_owned(), value.to_owned()));
    }
    answer
}

fn refused(refusal: &Refusal) -> GitAnswer {
    let mut headers = vec![("content-type".to_owned(), "text/plain".to_owned())];
    if refusal.status() == StatusCode::UNAUTHORIZED {
        headers.push(("www-authenticate".to_owned(), "Basic realm=\"GitHub\"".to_owned()));
    }
    GitAnswer { status: refusal.status(), headers, body: Bytes::from(refusal.message()), login: None }
}
