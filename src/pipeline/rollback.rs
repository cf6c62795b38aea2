//! The way back from a deploy that was written and failed, under the lock of that deploy. `rollout` says how it failed.

use std::collections::BTreeSet;

use landfall_cluster::{Lock, Writer};
use landfall_core::diff::redact::Redactor;
use landfall_core::gate::{self, ApprovedPlan, Policy};
use landfall_core::inventory::{Hold, Stage};
use landfall_core::plan::{Class, Plan, back};
use landfall_core::report::{After, State, TargetReport, reason};
use landfall_core::rules::{Environment, OnFailure};
use landfall_core::trust::{Permit, WayBack};

use super::prune::{Pruned, prune};
use super::record::Record;
use super::rollout::{Brought, Cluster, Rollout, conflicts, let_go};
use super::set::Set;
use super::target::{Goal, Planned, Stored, Wanted, plan, rendered};
use crate::failure::{Failure, Usage};
use crate::live::{Sight, View};
use crate::render::{CREDENTIALS, decrypt};

/// Most characters of the reason that a hold records: it is one clause of a report.
const REASON_CHARS_MAX: usize = 300;

/// A target that a deploy has written, with its lock and its record.
pub(super) struct Written<'a> {
    pub(super) lock: Lock,
    pub(super) stored: Stored,
    pub(super) permit: &'a Permit,
    pub(super) cluster: &'a Cluster,
}

/// Whether a way back is a new one, or one that an earlier run began.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    New,
    Resumed,
}

/// What was deployed before, rendered again, and its approved plan.
struct Earlier {
    cluster: Cluster,
    /// The environment by the rules of that time.
    environment: Environment,
    plan: ApprovedPlan,
    set: Set,
    redactor: Redactor,
}

impl Rollout<'_> {
    /// Does with a deploy that ended what the rules ask for, and gives its target up.
    pub(super) async fn settle(&self, written: Written<'_>, mut state: State, part: &mut TargetReport) -> State {
        let why: String = reason(&state).chars().take(REASON_CHARS_MAX).collect();
        // A newer commit that waits for the lock is the way on.
        let is_asked = self.goal.environment.wait.on_failure == OnFailure::Rollback && written.lock.newer().is_none();
        match &mut state {
            State::NotReady { after, .. } | State::NotVerified { after, .. } if is_asked => {
                *after = Box::pin(self.back(written, &why, Start::New, part)).await;
            }
            _ => let_go(written.lock.release()).await,
        }
        state
    }

    /// A run of a commit that was rolled back is held. Where the way back was not gone to its end, this run goes on.
    pub(super) async fn rolled_back(&self, written: Written<'_>, hold: &Hold, part: &mut TargetReport) -> State {
        if hold.stage == Stage::Done {
            let holds = gate::rolled_back(&written.stored.inventory, &hold.commit).into_iter().collect();
            let_go(written.lock.release()).await;
            return State::Held { holds };
        }
        self.progress.moment(format!("goes on back, as an earlier run began to: {}", hold.reason));
        let after = Box::pin(self.back(written, &hold.reason, Start::Resumed, part)).await;
        let (causes, still_serving, not_reached) = (Vec::new(), String::new(), Vec::new());
        State::NotReady { causes, timed_out: false, still_serving, not_reached, after }
    }

    /// Deploys again what was deployed before, by its own rules, as its commit has it.
    async fn back(&self, written: Written<'_>, why: &str, start: Start, part: &mut TargetReport) -> After {
        let Written { lock, stored, permit, cluster } = written;
        let Some(way) = permit.way_back(&stored.inventory) else {
            return stay(lock, nowhere(&stored).to_owned()).await;
        };
        let earlier = match self.earlier_approved(&way, &stored, cluster).await {
            Ok(earlier) => earlier,
            Err(why) => return stay(lock, why).await,
        };
        if start == Start::New && earlier.plan.plan().counts().moved() == 0 {
            return stay(lock, format!("all that goes back is as `{}` has it", way.to().short())).await;
        }
        part.notes.extend(kept(earlier.plan.plan()));
        let to = way.to().clone();
        match self.deploy_again(lock, stored, earlier, why).await {
            Ok(State::Deployed { .. }) => After::RolledBack { to },
            Ok(state) => After::Failed { to, why: reason(&state) },
            Err(failure) => After::Failed { to, why: failure.to_string() },
        }
    }

    /// Renders and plans what was deployed before, and asks the gates. Writes nothing; says why it may not be written.
    async fn earlier_approved(&self, way: &WayBack<'_>, stored: &Stored, cluster: &Cluster) -> Result<Earlier, String> {
        let read = self.run.rules_at(self.repository, way.to()).await;
        let (tree, rules) = read.map_err(|failure| unreadable(way, &failure))?;
        let name = &self.goal.environment.name;
        let unknown = || format!("{} of `{}` has no environment `{name}`", self.run.config, way.to().short());
        let environment = rules.environment(name.as_str()).cloned().ok_or_else(unknown)?;
        if environment.target(&self.goal.id).is_some_and(|target| target.retired.is_some()) {
            return Err(format!("`{name}` had ended with `{}`: nothing is to be there", way.to().short()));
        }
        let cluster = cluster.again().await.map_err(|failure| failure.to_string())?;
        let goal = self.goal_by(&environment);
        let wanted = Wanted { tree: &tree, commit: way.to() };
        let mut set =
            rendered(&goal, &wanted, Some(&cluster.facts)).await.map_err(|failure| unreadable(way, &failure))?;
        let credentials = self.run.context.variables.beginning_with(&CREDENTIALS);
        let decrypted = decrypt(&mut set.manifests, &tree, &credentials, way.permit()).await;
        decrypted.map_err(|error| unreadable(way, &error.into()))?;
        let policy = Policy { own: &environment, before: Some(self.goal.environment) };
        let view = View {
            reader: &cluster.reader,
            facts: &cluster.facts,
            inventory: &stored.inventory,
            sight: Sight::Full,
            target: &goal.id,
            conflicts: conflicts(policy),
            predecessors: &[],
        };
        let planned = plan(back::build, self.run, &goal, set, &wanted, self.repository, &view).await;
        let Planned { plan, evidence, set, redactor, .. } = planned.map_err(|failure| failure.to_string())?;
        let opened = gate::open_back(plan, policy, &evidence, way);
        let plan = opened.map_err(|(_, holds)| reason(&State::Held { holds }))?;
        Ok(Earlier { cluster, environment, plan, set, redactor })
    }

    /// Returns this target by other rules.
    fn goal_by<'a>(&'a self, environment: &'a Environment) -> Goal<'a> {
        let Goal { id, cluster, commands, .. } = self.goal;
        Goal { id: id.clone(), environment, cluster, commands: *commands, retired: None }
    }

    async fn deploy_again(&self, lock: Lock, stored: Stored, earlier: Earlier, why: &str) -> Result<State, Failure> {
        let Earlier { cluster, environment, plan, set, redactor } = earlier;
        let goal = self.goal_by(&environment);
        let writer = match Writer::new(lock, plan, stored.inventory.clone()) {
            Ok(writer) => writer,
            Err(lock) => return self.give_up(*lock, Usage::WrongLock.into()).await,
        };
        let mut record = Record { writer, stored, set, redactor, goal: &goal, kept: BTreeSet::new() };
        let back = Rollout { goal: &goal, ..*self };
        let state = back.go_back(&mut record, &cluster, why).await;
        let_go(record.writer.release()).await;
        state
    }

    /// Writes an approved way back: the hold, objects, wait, prune, exact inventory.
    async fn go_back(&self, record: &mut Record<'_>, cluster: &Cluster, why: &str) -> Result<State, Failure> {
        let plan = record.writer.plan();
        let counts = plan.counts();
        self.progress.moment(format!(
            "goes back to `{}`: {} changed, {} made again, {} deleted",
            plan.commit.short(),
            counts.change,
            counts.create + counts.unverified + counts.replace,
            counts.delete
        ));
        record.going_back(why).await?;
        let (ready, mut warnings) = match self.bring(record, cluster).await? {
            Brought::Ready { ready, warnings } => (ready, warnings),
            Brought::Ended(state) => return Ok(state),
        };
        let Pruned { deleted, kept, failures, not_reached } = prune(record, &cluster.facts, self.progress).await;
        if !failures.is_empty() {
            return Ok(State::ApplyFailed { failures, not_reached });
        }
        warnings.extend(record.keep(kept));
        record.gone_back().await?;
        self.progress.moment(format!("rolled back: {ready} ready, {deleted} deleted"));
        Ok(State::Deployed { ready, deleted, warnings })
    }
}

async fn stay(lock: Lock, why: String) -> After {
    let_go(lock.release()).await;
    After::NotPossible { why }
}

/// Returns why there is no way back.
fn nowhere(stored: &Stored) -> &'static str {
    match stored.inventory.deployed {
        None => "nothing was deployed before it",
        Some(_) => "it is itself what was deployed last",
    }
}

fn unreadable(way: &WayBack<'_>, failure: &Failure) -> String {
    format!("`{}` cannot be rendered again: {failure}", way.to().short())
}

/// Returns what stays as the failed deploy left it, as sentences.
fn kept(plan: &Plan) -> impl Iterator<Item = String> {
    plan.changes.iter().filter_map(|change| match &change.class {
        Class::Keep { why } => Some(format!("`{}` stays as it is: {why}", change.id)),
        _ => None,
    })
}
