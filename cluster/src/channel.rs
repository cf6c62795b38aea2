//! One HTTP channel to one API server: sends, waits, repeats what is safe to repeat. Does not know what is asked.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use http::{Method, Request, Response, StatusCode, header};
use kube::Client;
use kube::client::Body;
use kube::core::WatchEvent;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use crate::absence::Absence;
use crate::answer::{Answer, warning_text};
use crate::session::Session;
use crate::{Error, Refused, denial};

/// Requests in flight at once. The server answers 1,000 dry-runs no faster with more than 16 (measured).
const REQUESTS_IN_FLIGHT_MAX: usize = 12;
/// The server ends other requests than watches after 60 s.
const REQUEST_MAX: Duration = Duration::from_secs(65);
/// How long one call is repeated while the server is busy.
const RETRY_SECONDS_MAX: u64 = 60;
/// How often a read is repeated that the server fails at. A write is not: a 500 often says what is wrong with it.
const FAILED_READS_MAX: u32 = 3;
const BACKOFF_MILLISECONDS_FIRST: u64 = 200;
const BACKOFF_MILLISECONDS_MAX: u64 = 5_000;

/// What is sent.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The path and query.
    pub(crate) target: String,
    pub(crate) content_type: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn get(target: String) -> Self {
        Self::new(Method::GET, target, "application/json", Bytes::new())
    }

    pub(crate) fn new(method: Method, target: String, content_type: &'static str, body: Bytes) -> Self {
        Self { method, target, content_type, accept: "application/json", body }
    }

    /// Says of what a refusal is, where nobody else does: who sends a patch or a deletion knows of which object it is.
    fn named(&self, mut refused: Refused) -> Refused {
        if refused.help.is_empty() && ![Method::PATCH, Method::DELETE].contains(&self.method) {
            refused.message =
                format!("the API server answered {} with {}: {}", self.name(), refused.code, refused.message);
        }
        refused
    }

    fn name(&self) -> String {
        let path = self.target.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }
}

/// A good answer as it came, not yet read.
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) text: Bytes,
    pub(crate) warnings: Vec<String>,
}

/// A connection that every request of one identity goes through.
#[derive(Clone)]
pub(crate) struct Channel {
    session: Session,
    server: String,
    absence: Absence,
    in_flight: Arc<Semaphore>,
}

impl Channel {
    pub(crate) fn new(session: Session, server: String, absence: Absence) -> Self {
        Self { session, server, absence, in_flight: Arc::new(Semaphore::new(REQUESTS_IN_FLIGHT_MAX)) }
    }

    /// Opens a watch. It takes no slot of the requests in flight: it stays open.
    pub(crate) async fn watch(
        &self,
        target: String,
    ) -> Result<impl Stream<Item = Result<WatchEvent<Value>, kube::Error>> + use<>, kube::Error> {
        tracing::trace!(target, "watch");
        let request = Request::get(target).header(header::ACCEPT, "application/json").body(Vec::new());
        let request = request.expect("a path of percent-encoded parts is a URI");
        self.session.opened().client.request_events(request).await.inspect_err(|error| self.note(error))
    }

    /// Sends a call that may be sent twice without harm, and reads the JSON answer.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, Error> {
        self.send_while(call, || Ok(REQUEST_MAX)).await
    }

    /// Sends a call as [`Self::send`] does, and asks before each try whether it may still be sent, and how long its
    /// answer may be waited for.
    pub(crate) async fn send_while(
        &self,
        call: Call,
        may_send: impl Fn() -> Result<Duration, Error>,
    ) -> Result<Answer, Error> {
        let raw = self.repeat(&call, may_send).await?;
        let body: Value = serde_json::from_slice(&raw.text)
            .map_err(|error| Error::Answer { request: call.name(), why: error.to_string() })?;
        Ok(Answer { body, warnings: raw.warnings, created: raw.status == StatusCode::CREATED })
    }

    async fn repeat(&self, call: &Call, may_send: impl Fn() -> Result<Duration, Error>) -> Result<Raw, Error> {
        let started = Instant::now();
        let mut backoff = Backoff::first();
        loop {
            let error = match self.once_while(call, &may_send).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(pause) = backoff.after(call, &error) else { return Err(error) };
            if started.elapsed() + pause > Duration::from_secs(RETRY_SECONDS_MAX) {
                return Err(error);
            }
            tracing::debug!(call = %call.name(), %error, ?pause, "asking again");
            sleep(pause).await;
        }
    }

    /// Sends a call exactly once.
    pub(crate) async fn once(&self, call: &Call) -> Result<Raw, Error> {
        self.once_while(call, || Ok(REQUEST_MAX)).await
    }

    /// Asks only when the call's turn has come: what was true when it began to wait may be so no longer.
    async fn once_while(&self, call: &Call, may_send: impl Fn() -> Result<Duration, Error>) -> Result<Raw, Error> {
        let _slot = self.in_flight.acquire().await.expect("the semaphore is never closed");
        let limit = may_send()?.min(REQUEST_MAX);
        match timeout(limit, self.known(call)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.unreachable(format!("no answer to {} in {} s", call.name(), limit.as_secs()))),
        }
    }

    /// Returns a channel that does not queue behind this one's requests.
    pub(crate) fn beside(&self) -> Self {
        Self::new(self.session.clone(), self.server.clone(), self.absence.clone())
    }

    /// Sends a call, and once more with new credentials where the server did not know who asked: it did nothing then.
    async fn known(&self, call: &Call) -> Result<Raw, Error> {
        let opened = self.session.opened();
        match self.exchange(&opened.client, call).await {
            Err(error) if error.refused().is_some_and(|refused| refused.code == 401) => {
                match self.session.after(&opened) {
                    Ok(renewed) => self.exchange(&renewed.client, call).await,
                    Err(unopened) => {
                        tracing::warn!(%unopened, "no new credentials");
                        Err(error)
                    }
                }
            }
            answer => answer,
        }
    }

    async fn exchange(&self, client: &Client, call: &Call) -> Result<Raw, Error> {
        tracing::trace!(method = %call.method, target = %call.target, "request");
        let request = Request::builder()
            .method(call.method.clone())
            .uri(&call.target)
            .header(header::ACCEPT, call.accept)
            .header(header::CONTENT_TYPE, call.content_type)
            .body(Body::from(call.body.to_vec()))
            .map_err(|error| Error::Answer { request: call.name(), why: error.to_string() })?;
        let response = client.send(request).await.map_err(|error| self.failed(error))?;
        self.read(call, response).await
    }

    async fn read(&self, call: &Call, response: Response<Body>) -> Result<Raw, Error> {
        let status = response.status();
        let headers = response.headers();
        let retry_after = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let warnings =
            headers.get_all(header::WARNING).iter().filter_map(|value| Some(warning_text(value.to_str().ok()?)));
        let warnings = warnings.collect();
        let text = response.into_body().collect_bytes().await.map_err(|error| self.failed(error))?;
        if status.is_success() {
            return Ok(Raw { status, text, warnings });
        }
        let mut refused = denial::explain(Refused::read(status.as_u16(), &text, retry_after), &self.server);
        refused.is_early = matches!(refused.code, 401 | 403) && self.absence.is_recent();
        Err(call.named(refused).into())
    }

    /// Notes that a watch could not be opened because nobody answered.
    fn note(&self, error: &kube::Error) {
        if !matches!(error, kube::Error::Api(_)) {
            self.absence.note();
        }
    }

    fn failed(&self, error: kube::Error) -> Error {
        let why = innermost(&error);
        match error {
            kube::Error::Service(inner) => match inner.downcast::<Error>() {
                Ok(ours) => *ours,
                Err(_) => self.unreachable(why),
            },
            _ => self.unreachable(why),
        }
    }

    fn unreachable(&self, why: String) -> Error {
        self.absence.note();
        let help = unreachable_help(&why).to_owned();
        Error::Unreachable { server: self.server.clone(), why, help }
    }
}

/// How long to wait before the next try.
struct Backoff {
    next: Duration,
    /// How often a failed read is still repeated.
    reads: u32,
}

impl Backoff {
    fn first() -> Self {
        Self { next: Duration::from_millis(BACKOFF_MILLISECONDS_FIRST), reads: FAILED_READS_MAX }
    }

    /// Returns the pause before the next try; none when another try cannot help.
    fn after(&mut self, call: &Call, error: &Error) -> Option<Duration> {
        if !error.is_passing() {
            let is_read = call.method == Method::GET && error.is_server_failure();
            self.reads = self.reads.checked_sub(1).filter(|_| is_read)?;
        }
        let asked = error.refused().and_then(|refused| refused.retry_after).map(Duration::from_secs);
        let pause = asked.unwrap_or(self.next);
        self.next = (self.next * 2).min(Duration::from_millis(BACKOFF_MILLISECONDS_MAX));
        Some(pause)
    }
}

fn unreachable_help(why: &str) -> &'static str {
    let why = why.to_ascii_lowercase();
    if why.contains("certificate") {
        return "the server's certificate does not match the kubeconfig's certificate authority: take the cluster's current one";
    }
    if why.contains("dns") || why.contains("lookup") {
        return "check the server's name in the kubeconfig, and that the runner can resolve it";
    }
    if why.contains("refused") {
        return "nothing listens there: check the server's address in the kubeconfig";
    }
    "check the server's address in the kubeconfig, and that the runner's network reaches it"
}

fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_call_asks_whether_it_may_be_sent_when_its_turn_has_come() {
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let config = kube::Config::new("http://127.0.0.1:1".parse().unwrap());
        let session = Session::new(std::sync::Arc::new(move || Ok(Client::try_from(config.clone()).unwrap()))).unwrap();
        let channel = Channel::new(session, String::new(), Absence::default());
        let every_slot = u32::try_from(REQUESTS_IN_FLIGHT_MAX).unwrap();
        let slots = channel.in_flight.acquire_many(every_slot).await.unwrap();
        let holds = AtomicBool::new(true);
        let lost = || Error::LostLease { lease: "shop".to_owned() };
        let may_send = || if holds.load(Ordering::SeqCst) { Ok(REQUEST_MAX) } else { Err(lost()) };
        let loses = async {
            tokio::task::yield_now().await;
            holds.store(false, Ordering::SeqCst);
            drop(slots);
        };
        let (answer, ()) = tokio::join!(channel.send_while(Call::get("/version".to_owned()), may_send), loses);
        assert!(matches!(answer, Err(Error::LostLease { .. })), "{answer:?}");
    }
}
