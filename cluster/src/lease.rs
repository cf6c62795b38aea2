//! One run at a time per target: a Lease (coordination.k8s.io/v1), renewed while the run lives.
//!
//! A Lease does not fence writes, so the [`Writer`](crate::Writer) asks [`Lock::check`] before each one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use jiff::Timestamp;
use landfall_core::id::{CommitSha, TargetId};
use landfall_core::succession::Attempt;
use landfall_core::trust::Permit;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::channel::{Call, Channel};
use crate::{Connection, Error};

/// How long a hold lasts when nobody renews it.
const LEASE_SECONDS: u64 = 30;
const RENEW_SECONDS: u64 = 7;
/// Writes stop this long before the hold could end, because clocks and networks are slow.
const MARGIN_SECONDS: u64 = 6;
/// How long a run waits for another one before it gives up: that one may wait for a migration, and is never stopped in it.
const WAIT_SECONDS_MAX: u64 = 15 * 60;
const POLL_SECONDS: u64 = 2;
/// How often a newer run repeats that it asks for the target.
const ASK_SECONDS: u64 = 8;

/// Who holds a target: the run's address, the same for every attempt of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder(pub String);

/// Who asks for a target, and what for.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Who.
    pub holder: Holder,
    /// What for.
    pub attempt: Attempt,
}

/// The annotation that says what the holder deploys.
const ATTEMPT: &str = "landfall.dev/attempt";
/// The annotation by which a newer run asks the holder to wait no longer. It stops nothing that is being written.
const NEWER: &str = "landfall.dev/newer";

/// A held target. Ends when released, or by itself when the run dies.
pub struct Lock {
    /// What is written goes through this one; the Lease has its own, so that a large set cannot hold up its renewal.
    pub(crate) channel: Channel,
    of_lease: Channel,
    pub(crate) target: TargetId,
    lease: String,
    holder: Holder,
    held: Arc<Held>,
    renewal: JoinHandle<()>,
}

/// Until when the hold is certain, in milliseconds after `epoch`, and who asked for it meanwhile.
struct Held {
    epoch: Instant,
    until_milliseconds: AtomicU64,
    asked: Mutex<Option<Asked>>,
}

/// A newer run's ask, as it was seen.
struct Asked {
    text: String,
    commit: CommitSha,
    since: Instant,
}

impl Lock {
    /// Takes the permitted target's Lease, waiting while another run holds it. A holder's own Lease is taken at once.
    /// A holder that deploys what is not newer than the claim is asked to wait no longer.
    pub async fn acquire(
        connection: &Connection,
        permit: &Permit,
        claim: Claim,
        is_older: impl AsyncFn(&Attempt) -> bool,
    ) -> Result<Self, Error> {
        let channel = connection.writing_channel()?;
        let of_lease = channel.beside();
        let target = permit.target().clone();
        let lease = lease_path(&target);
        let (epoch, until_milliseconds) = (Instant::now(), AtomicU64::new(0));
        let held = Arc::new(Held { epoch, until_milliseconds, asked: Mutex::new(None) });
        wait_for(&of_lease, &lease, (&target, &claim), &held, is_older).await?;
        let holder = claim.holder;
        let renewal = tokio::spawn(renew(of_lease.clone(), lease.clone(), holder.clone(), Arc::clone(&held)));
        Ok(Self { channel, of_lease, target, lease, holder, held, renewal })
    }

    /// Returns how long the hold is certain. Fails when it may have ended: nothing may be written then.
    pub(crate) fn check(&self) -> Result<Duration, Error> {
        self.held.certain().ok_or_else(|| Error::LostLease { lease: lease_name(&self.target) })
    }

    /// Returns the newer commit whose run asks for the target; it may be told some seconds late.
    pub fn newer(&self) -> Option<CommitSha> {
        self.held.newer()
    }

    /// Gives the target up, so that the next run need not wait.
    pub async fn release(self) -> Result<(), Error> {
        self.renewal.abort();
        let freed = |current: &mut Value| {
            current["spec"]["holderIdentity"] = Value::Null;
            forget(current);
        };
        rewrite(&self.of_lease, &self.lease, &self.holder, freed).await.map(|_| ())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

impl Held {
    fn extend(&self, asked_at: Instant) {
        let certain = asked_at + Duration::from_secs(LEASE_SECONDS - MARGIN_SECONDS);
        let milliseconds = u64::try_from((certain - self.epoch).as_millis()).unwrap_or(u64::MAX);
        self.until_milliseconds.store(milliseconds, Ordering::SeqCst);
    }

    /// Notes who asks for it. An ask is repeated while the one who asks lives.
    fn hear(&self, lease: &Value) {
        let text = lease["metadata"]["annotations"][NEWER].as_str().unwrap_or_default();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.as_ref().is_none_or(|known| known.text != text) {
            let commit = attempt_of(lease, NEWER).map(|attempt| attempt.commit);
            *asked = commit.map(|commit| Asked { text: text.to_owned(), commit, since: Instant::now() });
        }
    }

    fn newer(&self) -> Option<CommitSha> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = asked.as_ref().filter(|asked| asked.since.elapsed() < Duration::from_secs(LEASE_SECONDS));
        asked.map(|asked| asked.commit.clone())
    }

    /// Another run has it.
    fn end(&self) {
        self.until_milliseconds.store(0, Ordering::SeqCst);
    }

    fn certain(&self) -> Option<Duration> {
        let until = Duration::from_millis(self.until_milliseconds.load(Ordering::SeqCst));
        until.checked_sub(self.epoch.elapsed()).filter(|left| !left.is_zero())
    }
}

async fn wait_for(
    channel: &Channel,
    lease: &str,
    (target, claim): (&TargetId, &Claim),
    held: &Held,
    is_older: impl AsyncFn(&Attempt) -> bool,
) -> Result<(), Error> {
    let deadline = Instant::now() + Duration::from_secs(WAIT_SECONDS_MAX);
    let mut seen = Seen::default();
    let mut judged: Option<(Attempt, bool)> = None;
    let mut beat = Beat::default();
    loop {
        let asked_at = Instant::now();
        let current = read(channel, lease).await?;
        let free = current.as_ref().is_none_or(|current| is_free(current, &claim.holder) || seen.is_dead(current));
        if free && unless_passing(take(channel, lease, target, current.as_ref(), claim).await)? {
            held.extend(asked_at);
            return Ok(());
        }
        if let Some((current, holders)) = current.as_ref().and_then(|it| Some((it, attempt_of(it, ATTEMPT)?))) {
            let is_older = match judged.take() {
                Some((known, is_older)) if known == holders => is_older,
                _ => is_older(&holders).await,
            };
            if is_older && beat.is_due() {
                unless_passing(ask(channel, lease, current, &claim.attempt, beat.count).await)?;
            }
            judged = Some((holders, is_older));
        }
        if Instant::now() > deadline {
            let holder = current.as_ref().map(holder_of).unwrap_or_default();
            return Err(Error::Held { lease: lease_name(target), holder, seconds: LEASE_SECONDS });
        }
        sleep(Duration::from_secs(POLL_SECONDS)).await;
    }
}

/// What fails in passing was done or not: reading the Lease again tells.
fn unless_passing(taken: Result<bool, Error>) -> Result<bool, Error> {
    match taken {
        Err(error) if error.is_passing() => {
            tracing::debug!(%error, "the lease is asked for again");
            Ok(false)
        }
        taken => taken,
    }
}

async fn renew(channel: Channel, lease: String, holder: Holder, held: Arc<Held>) {
    loop {
        sleep(Duration::from_secs(RENEW_SECONDS)).await;
        let asked_at = Instant::now();
        match renew_once(&channel, &lease, &holder, &held).await {
            Ok(true) => held.extend(asked_at),
            Ok(false) => {
                held.end();
                return tracing::warn!(lease, "the lease has another holder now");
            }
            Err(error) => tracing::warn!(lease, %error, "could not renew the lease"),
        }
    }
}

async fn renew_once(channel: &Channel, lease: &str, holder: &Holder, held: &Held) -> Result<bool, Error> {
    let renewed = |current: &mut Value| {
        held.hear(current);
        current["spec"]["renewTime"] = now();
    };
    rewrite(channel, lease, holder, renewed).await
}

/// Changes a Lease that is still ours. Returns false when it is not. Who asks for it writes into it too, so a conflict is no
/// proof that it was lost.
async fn rewrite(channel: &Channel, lease: &str, holder: &Holder, change: impl Fn(&mut Value)) -> Result<bool, Error> {
    loop {
        let Some(mut current) = read(channel, lease).await? else { return Ok(false) };
        if holder_of(&current) != holder.0 {
            return Ok(false);
        }
        change(&mut current);
        // Sent again until it is done: a second try conflicts with a first one that was.
        let call = Call::new(Method::PUT, lease.to_owned(), "application/json", bytes_of(&current));
        if written(channel.send(call).await)? {
            return Ok(true);
        }
    }
}

/// A Lease's times are read by other machines: the one place of this crate that asks for the time of day.
#[expect(clippy::disallowed_methods, reason = "a Lease carries the time of day")]
fn time_of_day() -> Timestamp {
    Timestamp::now()
}

/// Whether nobody else holds the Lease: released, or ours already.
fn is_free(current: &Value, holder: &Holder) -> bool {
    let current_holder = holder_of(current);
    current_holder.is_empty() || current_holder == holder.0
}

/// Another run's Lease as it was seen last.
#[derive(Default)]
struct Seen(Option<(String, Instant)>);

impl Seen {
    /// Whether the Lease did not change for as long as it lasts. Its own times are not asked: they are another
    /// machine's (client-go, `leaderelection.go`, compares what it observed for the same reason).
    fn is_dead(&mut self, current: &Value) -> bool {
        // Who asks for the Lease writes into it too: only its holder's renewals are signs of life.
        let version = format!("{} {}", current["spec"]["holderIdentity"], current["spec"]["renewTime"]);
        let lasts = Duration::from_secs(current["spec"]["leaseDurationSeconds"].as_u64().unwrap_or(LEASE_SECONDS));
        match &self.0 {
            Some((known, since)) if *known == version => since.elapsed() >= lasts,
            _ => {
                self.0 = Some((version, Instant::now()));
                false
            }
        }
    }
}

/// Writes our name into the Lease. Returns false when another run was faster.
async fn take(
    channel: &Channel,
    lease: &str,
    target: &TargetId,
    current: Option<&Value>,
    claim: &Claim,
) -> Result<bool, Error> {
    let spec = json!({
        "holderIdentity": claim.holder.0, "leaseDurationSeconds": LEASE_SECONDS, "acquireTime": now(), "renewTime": now(),
    });
    if let Some(current) = current {
        let mut next = current.clone();
        next["spec"] = spec;
        forget(&mut next);
        next["metadata"]["annotations"][ATTEMPT] = written_attempt(&claim.attempt).to_string().into();
        return replace(channel, lease, &next).await;
    }
    let body = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {
            "name": target.object_name(), "namespace": target.home().as_str(),
            "annotations": {ATTEMPT: written_attempt(&claim.attempt).to_string()},
        },
        "spec": spec,
    });
    let collection = lease.rsplit_once('/').map_or(lease, |(collection, _)| collection);
    let call = Call::new(Method::POST, collection.to_owned(), "application/json", bytes_of(&body));
    written(channel.once(&call).await.map_err(|error| missing(error, target)))
}

/// An ask is repeated, so that one who died asks no more.
#[derive(Default)]
struct Beat {
    last: Option<Instant>,
    count: u64,
}

impl Beat {
    fn is_due(&mut self) -> bool {
        let is_due = self.last.is_none_or(|last| last.elapsed() >= Duration::from_secs(ASK_SECONDS));
        if is_due {
            self.last = Some(Instant::now());
            self.count += 1;
        }
        is_due
    }
}

/// Asks the holder to wait no longer. Returns false when the Lease changed meanwhile.
async fn ask(channel: &Channel, lease: &str, current: &Value, attempt: &Attempt, count: u64) -> Result<bool, Error> {
    let mut text = written_attempt(attempt);
    text["asked"] = count.into();
    let mut next = current.clone();
    next["metadata"]["annotations"][NEWER] = text.to_string().into();
    replace(channel, lease, &next).await
}

fn attempt_of(lease: &Value, annotation: &str) -> Option<Attempt> {
    serde_json::from_str(lease["metadata"]["annotations"][annotation].as_str()?).ok()
}

fn written_attempt(attempt: &Attempt) -> Value {
    serde_json::to_value(attempt).expect("strings and a number always serialise")
}

/// Takes out what the last holder deployed, and who asked for it.
fn forget(lease: &mut Value) {
    if let Some(annotations) = lease["metadata"]["annotations"].as_object_mut() {
        annotations.retain(|key, _| key != ATTEMPT && key != NEWER);
    }
}

async fn replace(channel: &Channel, lease: &str, body: &Value) -> Result<bool, Error> {
    let call = Call::new(Method::PUT, lease.to_owned(), "application/json", bytes_of(body));
    written(channel.once(&call).await)
}

/// A conflict means that somebody else was faster; the loop reads again and sees who.
fn written<T>(answer: Result<T, Error>) -> Result<bool, Error> {
    match answer {
        Ok(_) => Ok(true),
        Err(error) if error.refused().is_some_and(|refused| refused.code == 409) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn read(channel: &Channel, lease: &str) -> Result<Option<Value>, Error> {
    match channel.send(Call::get(lease.to_owned())).await {
        Ok(answer) => Ok(Some(answer.body)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// A Lease that cannot be created because "not found" lacks its namespace.
fn missing(error: Error, target: &TargetId) -> Error {
    let Error::Refused(mut refused) = error else { return error };
    if refused.code == 404 {
        refused.help = format!("create the namespace {} first: the inventory and the lease live there", target.home());
    }
    refused.into()
}

fn holder_of(lease: &Value) -> String {
    lease["spec"]["holderIdentity"].as_str().unwrap_or_default().to_owned()
}

fn lease_name(target: &TargetId) -> String {
    format!("Lease/{} in {}", target.object_name(), target.home())
}

fn lease_path(target: &TargetId) -> String {
    format!("/apis/coordination.k8s.io/v1/namespaces/{}/leases/{}", target.home(), target.object_name())
}

/// `MicroTime` wants exactly six digits of fraction.
fn now() -> Value {
    Value::String(time_of_day().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string())
}

fn bytes_of(value: &Value) -> Bytes {
    Bytes::from(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_is_certain_until_it_ends_or_another_run_has_it() {
        let (epoch, until_milliseconds) = (Instant::now(), AtomicU64::new(0));
        let held = Held { epoch, until_milliseconds, asked: Mutex::new(None) };
        assert_eq!(held.certain(), None);
        held.extend(Instant::now());
        let left = held.certain().unwrap();
        assert!(
            left <= Duration::from_secs(LEASE_SECONDS - MARGIN_SECONDS) && left > Duration::from_secs(RENEW_SECONDS)
        );
        held.end();
        assert_eq!(held.certain(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_dead_when_it_did_not_change_for_as_long_as_it_lasts() {
        let lease = |second: &str| json!({"spec": {"leaseDurationSeconds": 30, "renewTime": format!("2001-01-01T00:00:0{second}.000000Z")}});
        let mut seen = Seen::default();
        assert!(!seen.is_dead(&lease("1")), "its own clock is not believed");
        tokio::time::advance(Duration::from_secs(29)).await;
        assert!(!seen.is_dead(&lease("2")), "it was renewed");
        tokio::time::advance(Duration::from_secs(29)).await;
        assert!(!seen.is_dead(&lease("2")));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(seen.is_dead(&lease("2")));
    }
}
