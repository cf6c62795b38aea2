//! The way back from a deploy that was written and failed, under the lock of that deploy. `rollout` says how it failed.

use landfall_cluster::{Lock, Writer};
use landfall_core::gate::{self, ApprovedPlan, Policy};
use landfall_core::inventory::{Hold, Stage};
use landfall_core::ownership;
use landfall_core::plan::{Class, Plan};
use landfall_core::report::{After, State, TargetReport, reason};
use landfall_core::rules::{OnFailure, Rules};
use landfall_core::trust::{Permit, WayBack};

use super::record::Record;
use super::rollout::{Brought, Cluster, Pruned, Rollout, let_go};
use super::target::{Goal, Planned, Stored, Wanted, desired, plan_back};
use crate::failure::Failure;
use crate::git::CommitTree;
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

/// A set to go back to, with its approved plan.
struct Approved {
    plan: ApprovedPlan,
    planned: Planned,
}

impl Rollout<'_> {
    /// Does with a deploy that ended what the rules ask for, and gives its target up.
    pub(super) async fn settle(&self, written: Written<'_>, mut state: State, part: &mut TargetReport) -> State {
        let why: String = reason(&state).chars().take(REASON_CHARS_MAX).collect();
        let is_asked = self.goal.environment.wait.on_failure == OnFailure::Rollback;
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
            let why = match stored.inventory.deployed {
                None => "nothing was deployed before it".to_owned(),
                Some(_) => "it is itself what was deployed last".to_owned(),
            };
            return stay(lock, why).await;
        };
        let (tree, rules) = match self.run.rules_at(self.repository, way.to()).await {
            Ok(read) => read,
            Err(failure) => return stay(lock, unreadable(&way, &failure)).await,
        };
        let Some(goal) = self.earlier_goal(&rules) else {
            let why = format!("{} of `{}` does not have the environment", self.run.config, way.to().short());
            return stay(lock, why).await;
        };
        let wanted = Wanted { tree: &tree, commit: way.to() };
        let back = Rollout { goal: &goal, wanted: &wanted, ..*self };
        let cluster = match cluster.again().await {
            Ok(cluster) => cluster,
            Err(failure) => return stay(lock, failure.to_string()).await,
        };
        let policy = Policy { own: goal.environment, before: Some(self.goal.environment) };
        let Approved { plan, planned } = match back.approved(&tree, &way, &stored, &cluster, policy).await {
            Ok(approved) => approved,
            Err(why) => return stay(lock, why).await,
        };
        if start == Start::New && plan.plan().counts().moved() == 0 {
            return stay(lock, format!("all that goes back is as `{}` has it", way.to().short())).await;
        }
        part.notes.extend(kept(plan.plan()));
        let to = way.to().clone();
        let writer = match Writer::new(lock, plan, stored.inventory.field_manager()) {
            Ok(writer) => writer,
            Err(lock) => return stay(*lock, "the plan and the lock are of different targets".to_owned()).await,
        };
        let Planned { set, redactor, .. } = planned;
        let mut record = Record { writer, stored, set, redactor, goal: &goal };
        let gone = back.go_back(&mut record, &cluster, why).await;
        let_go(record.writer.release()).await;
        match gone {
            Ok(State::Deployed { .. }) => After::RolledBack { to },
            Ok(state) => After::Failed { to, why: reason(&state) },
            Err(failure) => After::Failed { to, why: failure.to_string() },
        }
    }

    /// Returns this target by the rules of the earlier commit.
    fn earlier_goal<'a>(&'a self, rules: &'a Rules) -> Option<Goal<'a>> {
        let Goal { id, environment, cluster, commands } = self.goal;
        let environment = rules.environment(environment.name.as_str())?;
        Some(Goal { id: id.clone(), environment, cluster, commands: *commands })
    }

    /// Renders and plans what was deployed before, and asks the gates. Writes nothing; says why it may not be written.
    async fn approved(
        &self,
        tree: &CommitTree,
        way: &WayBack<'_>,
        stored: &Stored,
        cluster: &Cluster,
        policy: Policy<'_>,
    ) -> Result<Approved, String> {
        let unreadable = |failure: Failure| unreadable(way, &failure);
        let mut set = desired(self.goal, self.wanted, Some(&cluster.facts)).await.map_err(unreadable)?;
        let credentials = self.run.context.variables.beginning_with(&CREDENTIALS);
        let decrypted = decrypt(&mut set.manifests, tree, &credentials, way.permit()).await;
        decrypted.map_err(|error| unreadable(error.into()))?;
        let own = &self.goal.environment.conflicts;
        let conflicts = ownership::Rules { own, before: policy.before.map(|it| it.conflicts.as_slice()) };
        let view = View {
            reader: &cluster.reader,
            facts: &cluster.facts,
            inventory: &stored.inventory,
            sight: Sight::Full,
            home: self.goal.id.home().as_str(),
            conflicts,
        };
        let planned = plan_back(self.run, self.goal, set, self.wanted, self.repository, &view).await;
        let planned = planned.map_err(|failure| failure.to_string())?;
        let opened = gate::open_back(planned.plan.clone(), policy, &planned.evidence, way);
        let held = |(_, holds)| reason(&State::Held { holds });
        Ok(Approved { plan: opened.map_err(held)?, planned })
    }

    /// Writes an approved way back: the hold, objects, wait, prune, exact inventory.
    async fn go_back(&self, record: &mut Record<'_>, cluster: &Cluster, why: &str) -> Result<State, Failure> {
        let counts = record.writer.plan().counts();
        self.progress.moment(format!(
            "goes back to `{}`: {} changed, {} made again, {} deleted",
            self.wanted.commit.short(),
            counts.change,
            counts.create + counts.unverified + counts.replace,
            counts.delete
        ));
        record.going_back(why).await?;
        let ready = match self.bring(record, cluster).await? {
            Brought::Ready { ready } => ready,
            Brought::Ended(state) => return Ok(state),
        };
        let redactor = record.redactor.clone();
        let Pruned { deleted, failures, not_reached } = self.prune(&record.writer, &cluster.facts, &redactor).await;
        if !failures.is_empty() {
            return Ok(State::ApplyFailed { failures, not_reached });
        }
        record.gone_back().await?;
        self.progress.moment(format!("rolled back: {ready} ready, {deleted} deleted"));
        Ok(State::Deployed { ready, deleted })
    }
}

async fn stay(lock: Lock, why: String) -> After {
    let_go(lock.release()).await;
    After::NotPossible { why }
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
