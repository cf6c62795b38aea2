//! The wall in front of a Reader: refuses every request that could change the cluster, before it is sent.

use std::task::{Context, Poll};

use futures::future::{Either, Ready, ready};
use http::{Method, Request};
use kube::client::Body;
use tower::{BoxError, Layer, Service};

use crate::Error;

/// Puts [`ReadOnly`] in front of a service.
#[derive(Clone, Copy)]
pub(crate) struct ReadOnlyLayer;

impl<S> Layer<S> for ReadOnlyLayer {
    type Service = ReadOnly<S>;

    fn layer(&self, inner: S) -> ReadOnly<S> {
        ReadOnly { inner }
    }
}

/// A service that passes on only what cannot change anything.
#[derive(Clone)]
pub(crate) struct ReadOnly<S> {
    inner: S,
}

impl<S> Service<Request<Body>> for ReadOnly<S>
where
    S: Service<Request<Body>, Error = BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Either<Ready<Result<S::Response, BoxError>>, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if is_harmless(request.method(), request.uri().path(), request.uri().query().unwrap_or_default()) {
            return Either::Right(self.inner.call(request));
        }
        let refusal = Error::ReadOnly { method: request.method().to_string(), path: request.uri().path().to_owned() };
        Either::Left(ready(Err(Box::new(refusal) as BoxError)))
    }
}

/// Access reviews are created, but change nothing (Kubernetes API, authorization.k8s.io/v1).
const ACCESS_REVIEWS: [&str; 2] =
    ["/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"];

/// Opens a connection into the cluster by a GET: not harmless, whatever the method says.
const SUBRESOURCES_REFUSED: [&str; 4] = ["/exec", "/attach", "/portforward", "/proxy"];

fn is_harmless(method: &Method, path: &str, query: &str) -> bool {
    if SUBRESOURCES_REFUSED.iter().any(|part| path.ends_with(part) || path.contains(&format!("{part}/"))) {
        return false;
    }
    match *method {
        Method::GET | Method::HEAD => true,
        Method::POST if ACCESS_REVIEWS.contains(&path) => true,
        _ => dry_runs_only(query),
    }
}

/// Whether the query asks for a dry run, once and unmistakably: `dryRun=All` and no other `dryRun`.
fn dry_runs_only(query: &str) -> bool {
    let mut asked = query.split('&').filter(|pair| pair.to_ascii_lowercase().contains("dryrun"));
    asked.next() == Some("dryRun=All") && asked.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_nothing_passes() {
        let cases = [
            ("GET", "/api/v1/pods", "", true),
            ("GET", "/api/v1/pods", "watch=true", true),
            ("PATCH", "/api/v1/namespaces/a/configmaps/b", "fieldManager=x&dryRun=All", true),
            ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "", true),
            ("PATCH", "/api/v1/namespaces/a/configmaps/b", "fieldManager=x", false),
            ("PATCH", "/api/v1/namespaces/a/configmaps/b", "dryRun=", false),
            ("PATCH", "/api/v1/namespaces/a/configmaps/b", "dryRun=All&dryRun=", false),
            ("PATCH", "/api/v1/namespaces/a/configmaps/b", "dryRun=All&dry%52un=", true),
            ("DELETE", "/api/v1/namespaces/a/configmaps/b", "x=dryRun=All", false),
            ("POST", "/api/v1/namespaces/a/pods", "", false),
            ("PUT", "/api/v1/namespaces/a/pods/b", "", false),
            ("GET", "/api/v1/namespaces/a/pods/b/exec", "command=sh", false),
            ("GET", "/api/v1/namespaces/a/services/b/proxy/admin", "", false),
        ];
        for (method, path, query, expected) in cases {
            let method: Method = method.parse().unwrap();
            assert_eq!(is_harmless(&method, path, query), expected, "{method} {path}?{query}");
        }
    }
}
