//! The proxy's thread: takes requests on plain HTTP, and sends them on as one identity.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::sync::Arc;

use http::header::{CONTENT_TYPE, HOST, RETRY_AFTER};
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kube::Client;
use tokio::net::TcpListener;
use tokio::sync::oneshot::Receiver;

use super::Traffic;
use super::fault::{Answer, Fault};
use crate::access;

type Body = UnsyncBoxBody<Bytes, io::Error>;

const EXPIRED: &str = concat!(
    r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","#,
    r#""message":"too old resource version","reason":"Expired","code":410}}"#,
    "\n"
);

/// Starts the thread and returns where it listens; it ends when `stopped` resolves.
pub(super) fn start(kubeconfig: String, traffic: Arc<Traffic>, stopped: Receiver<()>) -> SocketAddr {
    let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports");
    let address = listener.local_addr().expect("the listener is bound");
    listener.set_nonblocking(true).expect("a socket can be non-blocking");
    std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("the thread has no runtime yet");
        runtime.block_on(async {
            tokio::select! {
                () = listen(listener, &kubeconfig, traffic) => {}
                _ = stopped => {}
            }
        });
    });
    address
}

async fn listen(listener: StdListener, kubeconfig: &str, traffic: Arc<Traffic>) {
    let listener = TcpListener::from_std(listener).expect("the listener is non-blocking");
    let client = access::client(kubeconfig).await;
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let (client, traffic) = (client.clone(), Arc::clone(&traffic));
        let service = service_fn(move |request| answer(request, client.clone(), Arc::clone(&traffic)));
        // The connection fails whenever a fault cuts it.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// Answers one request; an error cuts the connection.
async fn answer(request: Request<Incoming>, client: Client, traffic: Arc<Traffic>) -> io::Result<Response<Body>> {
    let uri = request.uri().to_string();
    let fault = traffic.note(request.method().as_str(), &uri);
    tokio::time::sleep(traffic.round_trip()).await;
    match fault {
        None => forward(request, &client).await,
        Some(Fault::Answer(answer)) => Ok(instead(answer)),
        Some(Fault::Expire) => Ok(expired()),
        Some(Fault::Slow(by)) => {
            tokio::time::sleep(by).await;
            forward(request, &client).await
        }
        Some(Fault::CutBefore) => Err(cut()),
        Some(Fault::Before(happens)) => {
            happens();
            Err(cut())
        }
        Some(Fault::CutAfter) => {
            finish(request, &client).await?;
            Err(cut())
        }
        Some(Fault::After(happens)) => {
            finish(request, &client).await?;
            happens();
            Err(cut())
        }
        Some(Fault::Truncate(bytes)) => Ok(truncated(forward(request, &client).await?, bytes)),
    }
}

async fn forward(request: Request<Incoming>, client: &Client) -> io::Result<Response<Body>> {
    let (mut head, body) = request.into_parts();
    head.headers.remove(HOST);
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let request = Request::from_parts(head, kube::client::Body::from(body.to_vec()));
    let response = client.send(request).await.map_err(io::Error::other)?;
    Ok(response.map(|body| body.map_err(io::Error::other).boxed_unsync()))
}

/// Lets the API server finish a request, whose answer nobody will see.
async fn finish(request: Request<Incoming>, client: &Client) -> io::Result<()> {
    forward(request, client).await?.into_body().collect().await?;
    Ok(())
}

/// Announces the whole body and sends the start of it. A watch is cut when it has said that much.
fn truncated(response: Response<Body>, bytes: usize) -> Response<Body> {
    response.map(|body| {
        let frames = futures::stream::try_unfold((body, bytes), |(mut body, left)| async move {
            if left == 0 {
                return Err(cut());
            }
            let Some(frame) = body.frame().await else { return Err(cut()) };
            let data = frame?.into_data().unwrap_or_default();
            let start = data.slice(..left.min(data.len()));
            let left = left - start.len();
            Ok(Some((Frame::data(start), (body, left))))
        });
        BodyExt::boxed_unsync(http_body_util::StreamBody::new(frames))
    })
}

fn instead(answer: Answer) -> Response<Body> {
    let mut response = Response::new(full(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).expect("a test names a valid status");
    response.headers_mut().insert(CONTENT_TYPE, "text/plain".parse().expect("the value is valid"));
    if let Some(seconds) = answer.retry_after_seconds {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn expired() -> Response<Body> {
    let mut response = Response::new(full(EXPIRED.into()));
    let json = "application/json".parse().expect("the value is valid");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

fn full(text: String) -> Body {
    Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync()
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "the proxy cut the connection")
}
