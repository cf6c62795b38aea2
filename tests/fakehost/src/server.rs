//! The HTTP server: one port for git and the API, on a thread of its own.
//!
//! Its own thread and runtime keep it answering while a test blocks in a process that talks to it.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use bytes::Bytes;
use http::{Method, Response};
use http_body_util::{BodyExt, Full};
use hyper::Request as HttpRequest;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::answer::{Answer, failure};
use crate::error::Error;
use crate::git_http::{self, GitRequest};
use crate::log::Recorded;
use crate::request::Request;
use crate::router::{self, Routed};
use crate::state::Shared;

/// The running server; dropping it ends the thread.
#[derive(Debug)]
pub(crate) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A server thread that panicked has already failed the request it was answering.
            let _ = thread.join();
        }
    }
}

/// Serves on the listener until the returned server is dropped.
pub(crate) fn serve(listener: TcpListener, shared: Arc<Shared>) -> Result<Server, Error> {
    listener.set_nonblocking(true).map_err(Error::machine("listener"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Error::machine("runtime"))?;
    let listener = {
        let _context = runtime.enter();
        tokio::net::TcpListener::from_std(listener).map_err(Error::machine("listener"))?
    };
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                () = accept(listener, shared) => {}
                _ = stopped => {}
            }
        });
        runtime.shutdown_background();
    });
    Ok(Server { stop: Some(stop), thread: Some(thread) })
}

async fn accept(listener: tokio::net::TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| respond(Arc::clone(&shared), request));
            // A client that hangs up is not the host's concern.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn respond(shared: Arc<Shared>, request: HttpRequest<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return Ok(write(&failure(http::StatusCode::BAD_REQUEST, "the body ended early")));
    };
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let fault = shared.state().faults.take(parts.method.as_str(), &target);
    if let Some(answer) = fault {
        record(&shared, &parts.method, &target, &json_of(&body), &Seen::by_nobody(&answer));
        return Ok(write(&answer));
    }
    if let Some(mut git) = GitRequest::recognize(&parts.method, &target, &parts.headers) {
        git.body = body;
        return Ok(respond_git(&shared, &target, &git).await);
    }
    let request = Request::new(parts.method, &target, &body);
    let headers = parts.headers;
    let answering = Arc::clone(&shared);
    let answered = tokio::task::spawn_blocking(move || {
        let routed = router::answer(&answering, &request, &headers);
        (routed, request)
    });
    let Ok((routed, request)) = answered.await else {
        return Ok(write(&router::broken("the fake host panicked").answer));
    };
    record(&shared, &request.method, &target, &request.body, &Seen::of(&routed));
    Ok(write(&routed.answer))
}

async fn respond_git(shared: &Shared, target: &str, git: &GitRequest) -> Response<Full<Bytes>> {
    let answer = match git_http::answer(shared, git).await {
        Ok(answer) => answer,
        Err(error) => return write(&router::broken(&error.to_string()).answer),
    };
    let seen = Seen { status: answer.status.as_u16(), login: answer.login, known: true };
    record(shared, &git.method, target, &Value::Null, &seen);
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(answer.body)).unwrap_or_default()
}

/// What the record keeps of an answer.
struct Seen {
    status: u16,
    login: Option<String>,
    known: bool,
}

impl Seen {
    fn of(routed: &Routed) -> Self {
        Self { status: routed.answer.status.as_u16(), login: routed.login.clone(), known: routed.known }
    }

    fn by_nobody(answer: &Answer) -> Self {
        Self { status: answer.status.as_u16(), login: None, known: true }
    }
}

fn json_of(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

fn record(shared: &Shared, method: &Method, target: &str, body: &Value, seen: &Seen) {
    shared.log.record(Recorded {
        method: method.to_string(),
        path: target.strip_prefix("/api/v3").unwrap_or(target).to_owned(),
        status: seen.status,
        login: seen.login.clone(),
        body: body.clone(),
        known: seen.known,
    });
}

fn write(answer: &Answer) -> Response<Full<Bytes>> {
    let mut response = Response::builder()
        .status(answer.status)
        .header("x-github-request-id", "FAKE:HOST")
        .header("x-ratelimit-limit", "5000")
        .header("x-ratelimit-remaining", "4999");
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    if answer.body.is_null() {
        return response.body(Full::default()).unwrap_or_default();
    }
    let response = response.header("content-type", "application/json; charset=utf-8");
    let body = Bytes::from(answer.body.to_string());
    response.body(Full::new(body)).unwrap_or_default()
}
