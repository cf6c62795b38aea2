//! Writes a set round by round, and waits in between for what the next round comes after. Does not make the order.

use std::collections::BTreeSet;

use landfall_core::manifest::ObjectId;
use landfall_core::order::{self, Occasion, Order, Round};
use landfall_core::report::{After, State};

use super::record::Record;
use super::rollout::{Awaiting, Rollout};
use crate::apply::{Applied, Apply, apply, writes};
use crate::failure::{Failure, Usage};
use crate::observe::Observed;

/// How the sending ended.
pub(super) enum Sent {
    /// Everything was written; the last objects may not be ready yet.
    Whole(Applied),
    /// Something failed, and what comes after it was not reached.
    Ended(State),
}

impl Rollout<'_> {
    /// Writes every round. Between two it waits only where somebody asked for it.
    pub(super) async fn send(&self, record: &mut Record<'_>, awaiting: &Awaiting<'_>) -> Result<Sent, Failure> {
        let occasion = match record.writer.plan().deployed {
            None => Occasion::First,
            Some(_) => Occasion::Later,
        };
        let order = order::of(&record.set.manifests, occasion).map_err(Box::new)?;
        let mut applied = Applied::default();
        for (at, round) in order.rounds.iter().enumerate() {
            let left = unwritten(record, &order.rounds[at..]);
            if left.is_empty() {
                break;
            }
            let failed_before = at > 0 && !applied.failures.is_empty() && order.rounds[at - 1].place != round.place;
            if failed_before || self.run.stop.is_asked() {
                applied.not_reached.extend(left);
                break;
            }
            if let Some(state) = self.not_ready(record, (round, &left), &applied, awaiting).await? {
                if applied.failures.is_empty() {
                    return Ok(Sent::Ended(state));
                }
                // What was refused is told before what does not run: it is what a person mends first.
                applied.not_reached.extend(left);
                break;
            }
            self.send_round(record, &order, round, &mut applied, awaiting).await?;
        }
        if !applied.failures.is_empty() {
            let Applied { failures, not_reached, .. } = applied;
            return Ok(Sent::Ended(State::ApplyFailed { failures, not_reached }));
        }
        if applied.not_reached.is_empty() { Ok(Sent::Whole(applied)) } else { Err(Usage::Stopped.into()) }
    }

    async fn send_round(
        &self,
        record: &mut Record<'_>,
        order: &Order,
        round: &Round,
        applied: &mut Applied,
        awaiting: &Awaiting<'_>,
    ) -> Result<(), Failure> {
        let before = applied.written.len();
        let kinds = record.kinds(&awaiting.cluster.facts);
        let (writer, redactor, stop) = (&record.writer, awaiting.redactor, &self.run.stop);
        apply(&Apply { writer, kinds, order, redactor, stop }, round, applied).await;
        record.applied(applied).await?;
        let place = if order.rounds.len() > 1 { format!(" ({})", round.place) } else { String::new() };
        match applied.written.len() - before {
            0 => {}
            count => self.progress.moment(format!("objects applied: {count}{place}")),
        }
        Ok(())
    }

    /// Waits for what a round comes after, and returns the state that this ends in where that is not ready. What failed
    /// to be written is not waited for: whoever comes after it is not reached.
    async fn not_ready(
        &self,
        record: &Record<'_>,
        (round, left): (&Round, &[ObjectId]),
        applied: &Applied,
        awaiting: &Awaiting<'_>,
    ) -> Result<Option<State>, Failure> {
        let missing = applied.missing();
        let awaits: BTreeSet<&ObjectId> = round.awaits.iter().filter(|id| !missing.contains(id)).collect();
        let mut awaited = record.awaited(applied, &awaiting.cluster.facts);
        awaited.retain(|id, _| awaits.contains(id));
        if awaited.is_empty() {
            return Ok(None);
        }
        self.progress.moment(format!("{} waits for {}", round.place, told(awaited.keys())));
        match self.wait((awaited, left), record, awaiting, None).await? {
            Observed::Ready { .. } => Ok(None),
            Observed::NotReady { causes, timed_out, still_serving } => Ok(Some(State::NotReady {
                causes,
                timed_out,
                still_serving,
                not_reached: left.to_vec(),
                after: After::Kept,
            })),
            Observed::GaveWay { to } => Ok(Some(State::GaveWay { to })),
            Observed::Stopped => Err(Usage::Stopped.into()),
        }
    }
}

/// Returns what the plan writes in these rounds.
fn unwritten(record: &Record<'_>, rounds: &[Round]) -> Vec<ObjectId> {
    let writes = writes(record.writer.plan());
    rounds.iter().flat_map(Round::ids).filter(|id| writes.contains_key(id)).cloned().collect()
}

/// Returns the name of the only object, or how many there are.
fn told<'a>(mut ids: impl ExactSizeIterator<Item = &'a ObjectId>) -> String {
    match (ids.len(), ids.next()) {
        (1, Some(only)) => only.to_string(),
        (count, _) => format!("{count} objects"),
    }
}
