//! Waits until what was applied really runs, or until it is certain that it will not. Judged by core `ready`.

mod availability;
mod evidence;
mod live;
mod serving;
mod steady;
mod told;

use std::collections::BTreeMap;
use std::time::Duration;

use landfall_cluster::{Error, Facts, Reader, Writer};
use landfall_core::diff::redact::Redactor;
use landfall_core::id::CommitSha;
use landfall_core::manifest::{Manifest, ObjectId, Resource};
use landfall_core::plan::Plan;
use landfall_core::ready::{self, Cause, Rule, Verdict};

use crate::clock::Stopwatch;
use crate::progress::Progress;
use crate::stop::Stop;
use availability::Availability;
pub(crate) use evidence::{Warnings, warnings};
use live::{Live, Look};
use serving::still_serving;
use steady::Steady;
use told::Told;

/// Some verdicts change with time alone: a grace ends, a deadline comes.
const LOOK_AGAIN_MILLISECONDS: u64 = 1_000;

/// What is waited for, and how.
pub(crate) struct Wait<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) facts: &'a Facts,
    /// The inventory's id, the value of our label.
    pub(crate) inventory: &'a str,
    pub(crate) awaited: BTreeMap<ObjectId, Awaited>,
    /// What was warned of before anything was applied: it tells of earlier deploys.
    pub(crate) old_warnings: &'a Warnings,
    /// The commit that everything was of before, where it was of one.
    pub(crate) before: Option<&'a CommitSha>,
    /// What this deploy does to each object.
    pub(crate) plan: &'a Plan,
    /// What it has yet to write when the wait is over.
    pub(crate) unreached: &'a [ObjectId],
    /// What was rendered: where Git has each field.
    pub(crate) manifests: &'a [Manifest],
    /// What landfall.yaml says of kinds.
    pub(crate) rules: &'a [Rule],
    pub(crate) timeout: Duration,
    pub(crate) redactor: &'a Redactor,
    pub(crate) progress: &'a Progress,
    pub(crate) stop: &'a Stop,
    /// Whose lock a newer run may ask for; none where the wait comes before another write.
    pub(crate) gives_way: Option<&'a Writer>,
}

/// What is known of an object before it is looked at.
pub(crate) struct Awaited {
    pub(crate) resource: Resource,
    /// Empty where the server gave none.
    pub(crate) uid: String,
    /// The generation that it must have observed; 0 where the server gave none.
    pub(crate) generation: i64,
}

/// How the wait ended.
pub(crate) enum Observed {
    /// Everything runs.
    Ready {
        /// How many objects are ready.
        ready: usize,
        /// What somebody should look at all the same.
        warnings: Vec<String>,
    },
    /// Something will not run, or did not in time.
    NotReady {
        /// Why, first causes first.
        causes: Vec<Cause>,
        /// Whether time ran out.
        timed_out: bool,
        /// What still serves users.
        still_serving: String,
    },
    /// A newer commit's run asks for the target.
    GaveWay {
        /// The newer commit.
        to: CommitSha,
    },
    /// The run was asked to stop.
    Stopped,
}

/// How far each object is.
type Verdicts = BTreeMap<ObjectId, Verdict>;

/// What ended a wait for what is not ready.
#[derive(Clone, Copy)]
enum End {
    /// Something will not run.
    Certain,
    TimedOut,
}

/// Waits for every object, and tells each change of state once.
pub(crate) async fn wait(wait: &Wait<'_>) -> Result<Observed, Error> {
    let started = Stopwatch::start();
    let mut told = Told::default();
    let mut steady = Steady::default();
    let mut availability = Availability::default();
    let mut live = Live::open(wait).await;
    loop {
        if wait.stop.is_asked() {
            return Ok(Observed::Stopped);
        }
        if let Some(to) = wait.gives_way.and_then(Writer::newer) {
            return Ok(Observed::GaveWay { to });
        }
        let is_last = started.elapsed() >= wait.timeout;
        if is_last {
            // Nothing is called too late because a watch was slow.
            live = Live::open(wait).await;
        }
        let look = live.look()?;
        let mut verdicts = judge(wait, &look, started.elapsed().as_secs());
        if !is_last {
            steady.hold(&mut verdicts, &look, started.elapsed());
        }
        availability.note(&mut verdicts, &look);
        told.tell(wait, &verdicts);
        let failed: Vec<Cause> = verdicts.values().filter_map(cause).collect();
        if !failed.is_empty() {
            return Ok(not_ready(wait, &look, &verdicts, failed, End::Certain).await);
        }
        if verdicts.values().all(|verdict| matches!(verdict, Verdict::Ready { .. })) {
            return Ok(Observed::Ready { ready: verdicts.len(), warnings: warnings_of(wait, &verdicts) });
        }
        if is_last {
            live.answered()?;
            return Ok(not_ready(wait, &look, &verdicts, overdue(wait, &look), End::TimedOut).await);
        }
        live.changed_within(Duration::from_millis(LOOK_AGAIN_MILLISECONDS)).await;
    }
}

fn judge(wait: &Wait<'_>, look: &Look, age_seconds: u64) -> Verdicts {
    let related = look.related(wait.rules);
    let verdict = |id: &ObjectId, awaited: &Awaited| match look.objects.get(id) {
        Some(object) => ready::judge(object, awaited.generation, &related, age_seconds),
        None => ready::judge_missing(id, &awaited.uid, &related),
    };
    wait.awaited.iter().map(|(id, awaited)| (id.clone(), verdict(id, awaited))).collect()
}

fn overdue(wait: &Wait<'_>, look: &Look) -> Vec<Cause> {
    let related = look.related(wait.rules);
    let overdue = |(id, awaited): (&ObjectId, &Awaited)| match look.objects.get(id) {
        Some(object) => ready::overdue(object, awaited.generation, &related),
        None => ready::overdue_missing(id, &awaited.uid, &related),
    };
    wait.awaited.iter().filter_map(overdue).collect()
}

fn warnings_of(wait: &Wait<'_>, verdicts: &Verdicts) -> Vec<String> {
    let warning = |(id, verdict): (&ObjectId, &Verdict)| match verdict {
        Verdict::Ready { warning, .. } if !warning.is_empty() => Some(wait.redactor.text(&format!("`{id}` {warning}"))),
        Verdict::Ready { .. } | Verdict::Waiting { .. } | Verdict::Failed { .. } => None,
    };
    verdicts.iter().filter_map(warning).collect()
}

fn cause(verdict: &Verdict) -> Option<Cause> {
    match verdict {
        Verdict::Failed { cause } => Some((**cause).clone()),
        Verdict::Ready { .. } | Verdict::Waiting { .. } => None,
    }
}

/// Tells why, where Git says so, and what serves meanwhile.
async fn not_ready(wait: &Wait<'_>, look: &Look, verdicts: &Verdicts, causes: Vec<Cause>, end: End) -> Observed {
    let still_serving = still_serving(wait, look, verdicts).await;
    let mut causes = evidence::complete(wait, causes).await;
    for cause in &mut causes {
        ready::trace(cause, wait.manifests);
    }
    Observed::NotReady { causes, timed_out: matches!(end, End::TimedOut), still_serving }
}
