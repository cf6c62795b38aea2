//! An admission webhook that refuses every review, in the words that its path is, or allows it after the milliseconds
//! that its path is. It ends with its test process.

use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::authority::Certified;

/// Starts the thread that answers, and returns where.
pub(crate) fn start(certified: &Certified) -> SocketAddr {
    let config = Arc::new(config(certified));
    let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports");
    let address = listener.local_addr().expect("the listener is bound");
    listener.set_nonblocking(true).expect("a socket can be non-blocking");
    std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("the thread has no runtime yet");
        runtime.block_on(listen(listener, TlsAcceptor::from(config)));
    });
    address
}

fn config(certified: &Certified) -> ServerConfig {
    let certificate = CertificateDer::from_pem_slice(certified.certificate.as_bytes()).expect("the authority wrote it");
    let key = PrivateKeyDer::from_pem_slice(certified.key.as_bytes()).expect("the authority wrote it");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.expect("the provider has the default versions").with_no_client_auth();
    builder.with_single_cert(vec![certificate], key).expect("the key is the certificate's")
}

async fn listen(listener: StdListener, acceptor: TlsAcceptor) {
    let listener = TcpListener::from_std(listener).expect("the listener is non-blocking");
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            // The API server closes connections that it keeps no longer.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await;
        });
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let words = request.uri().path().trim_start_matches('/').replace('-', " ");
    let body = request.into_body().collect().await?.to_bytes();
    let judged = match words.parse() {
        Ok(milliseconds) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            json!({"allowed": true})
        }
        Err(_) => json!({"allowed": false, "status": {"message": words, "code": 403}}),
    };
    Ok(Response::new(Full::from(reviewed(&body, judged).to_string())))
}

/// The answer to a review (`admission/v1`), which has to name the request.
fn reviewed(review: &[u8], mut judged: Value) -> Value {
    let review: Value = serde_json::from_slice(review).unwrap_or_default();
    judged["uid"] = review["request"]["uid"].clone();
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": judged})
}
