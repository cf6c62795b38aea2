//! One target of a deploy: lock, plan again, ask the gates, write, wait, prune, record. The one place that writes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use landfall_cluster::{Claim, Connection, Facts, Holder, Lock, Reader, Writer};
use landfall_core::diff::redact::Redactor;
use landfall_core::gate::{self, AbsentImage, Policy};
use landfall_core::id::CommitSha;
use landfall_core::manifest::ObjectId;
use landfall_core::ownership;
use landfall_core::plan::build::build;
use landfall_core::report::{After, State, TargetReport};
use landfall_core::rules::{Environment, Rules, Target};
use landfall_core::succession::Attempt;
use landfall_core::trigger::Trigger;
use landfall_core::trust::Permit;

use super::Run;
use super::deploy::Order;
use super::images;
use super::prune::{Pruned, prune};
use super::record::Record;
use super::rollback::Written;
use super::rounds::Sent;
use super::set::Set;
use super::target::{Goal, Planned, Wanted, desired, inventory, plan};
use crate::failure::{Failure, Usage};
use crate::git::Repository;
use crate::live::{Sight, View};
use crate::observe::{Awaited, Observed, Wait, Warnings, wait, warnings};
use crate::progress::Progress;
use crate::render::{CREDENTIALS, decrypt};

/// One target's deploy.
pub(super) struct Rollout<'a> {
    pub(super) run: &'a Run,
    pub(super) repository: &'a Repository,
    pub(super) order: &'a Order<'a>,
    pub(super) wanted: &'a Wanted<'a>,
    pub(super) goal: &'a Goal<'a>,
    pub(super) progress: &'a Progress,
}

/// The cluster as the deployer sees it.
pub(super) struct Cluster {
    pub(super) reader: Reader,
    pub(super) facts: Facts,
}

/// What every wait of a deploy has in common.
pub(super) struct Awaiting<'a> {
    pub(super) cluster: &'a Cluster,
    /// What was warned of before anything was applied.
    old_warnings: Warnings,
    /// The commit that everything was of before; none where an attempt failed since.
    before: Option<CommitSha>,
    pub(super) redactor: &'a Redactor,
}

impl Rollout<'_> {
    pub(super) async fn go(&self, permit: &Permit, part: &mut TargetReport) -> Result<State, Failure> {
        self.need_tokens()?;
        let connection = self.goal.connect(self.run, self.goal.deploy_variable()).await?;
        let reader = connection.reader()?;
        let cluster = Cluster { facts: reader.facts().await?, reader };
        // Without the lock: nobody should wait for a build, or for what cannot be rendered.
        let mut set = desired(self.goal, self.wanted, Some(&cluster.facts)).await?;
        let credentials = self.run.context.variables.beginning_with(&CREDENTIALS);
        decrypt(&mut set.manifests, self.wanted.tree, &credentials, permit).await?;
        let absent_images = self.images(&set, &cluster).await;
        let lock = self.lock(&connection, permit).await?;
        let stored = match inventory(self.run, self.goal, &cluster.reader).await {
            Ok(stored) => stored,
            Err(failure) => return self.give_up(lock, failure).await,
        };
        match self.superseded(&stored.inventory).await {
            Ok(None) => {}
            Ok(Some(newer)) => {
                let_go(lock.release()).await;
                return Ok(State::Superseded { by: newer });
            }
            Err(failure) => return self.give_up(lock, failure).await,
        }
        let hold = stored.inventory.hold_on(self.order.commit).filter(|_| self.order.reason.is_none()).cloned();
        if let Some(hold) = hold {
            let written = Written { lock, stored, permit, cluster: &cluster };
            return Ok(self.rolled_back(written, &hold, part).await);
        }
        let (reader, facts, inventory) = (&cluster.reader, &cluster.facts, &stored.inventory);
        let policy = self.policy();
        let predecessors = self.goal.predecessors(policy.before);
        let conflicts = conflicts(policy);
        let view = View {
            reader,
            facts,
            inventory,
            sight: Sight::Full,
            target: &self.goal.id,
            conflicts,
            predecessors: &predecessors,
        };
        let mut planned = match plan(build, self.run, self.goal, set, self.wanted, self.repository, &view).await {
            Ok(planned) => planned,
            Err(failure) => return self.give_up(lock, failure).await,
        };
        planned.evidence.absent_images = absent_images;
        part.images.clone_from(&planned.images);
        part.notes.clone_from(&planned.notes);
        part.plan = Some(planned.plan.clone());
        self.gate(Written { lock, stored, permit, cluster: &cluster }, planned, part).await
    }

    /// Waits for the images that this commit's pipeline builds, and returns those that did not come.
    async fn images(&self, set: &Set, cluster: &Cluster) -> Vec<AbsentImage> {
        let limit = Duration::from_secs(self.goal.environment.image_wait_seconds);
        let asides = (self.progress, &self.run.stop);
        let found = images::wait(&set.images, &cluster.reader, &cluster.facts, limit, asides).await;
        for unchecked in found.unchecked {
            self.progress.moment(unchecked);
        }
        found.absent
    }

    async fn lock(&self, connection: &Connection, permit: &Permit) -> Result<Lock, Failure> {
        let claim = Claim { holder: Holder(self.run.context.holder.clone()), attempt: self.attempt() };
        let is_older = async |attempt: &Attempt| {
            let is_older = self.is_older(attempt).await;
            let asked = if is_older { ", and asks it to make way" } else { "" };
            self.progress.moment(format!("waits for the run that deploys {} here{asked}", attempt.commit.short()));
            is_older
        };
        tokio::select! {
            lock = Lock::acquire(connection, permit, claim, is_older) => Ok(lock?),
            () = self.run.stop.asked() => Err(Usage::Stopped.into()),
        }
    }

    pub(super) async fn give_up(&self, lock: Lock, failure: Failure) -> Result<State, Failure> {
        let_go(lock.release()).await;
        Err(failure)
    }

    async fn gate(&self, target: Written<'_>, planned: Planned, part: &mut TargetReport) -> Result<State, Failure> {
        let Written { lock, stored, permit, cluster } = target;
        let approved = match gate::open(planned.plan, self.policy(), &planned.evidence, permit) {
            Ok(approved) => approved,
            Err((_, holds)) => {
                part.notes.extend(self.interrupted(&stored.inventory));
                let_go(lock.release()).await;
                return Ok(State::Held { holds });
            }
        };
        let counts = approved.plan().counts();
        let replaced = if counts.replace > 0 { format!(" {} replaced,", counts.replace) } else { String::new() };
        self.progress.moment(format!(
            "planned: {} new, {} changed,{replaced} {} deleted, {} the same",
            counts.create + counts.unverified,
            counts.change,
            counts.delete,
            counts.same
        ));
        let writer = match Writer::new(lock, approved, stored.inventory.clone()) {
            Ok(writer) => writer,
            Err(lock) => return self.give_up(*lock, Usage::WrongLock.into()).await,
        };
        let Planned { set, redactor, .. } = planned;
        let mut record = Record { writer, stored, set, redactor, goal: self.goal, kept: BTreeSet::new() };
        let state = self.write(&mut record, cluster).await;
        let Record { writer, stored, .. } = record;
        let lock = writer.into_lock();
        match state {
            Ok(state) => Ok(self.settle(Written { lock, stored, permit, cluster }, state, part).await),
            Err(failure) => self.give_up(lock, failure).await,
        }
    }

    fn policy(&self) -> Policy<'_> {
        let own = self.goal.environment;
        // A person at a shell sees the rules that they deploy by.
        let by_hand = matches!(self.order.trigger, Trigger::Shell).then_some(own);
        Policy { own, before: self.order.before.and_then(|rules| self.earlier(rules)).or(by_hand) }
    }

    /// Returns this environment by earlier rules: by its name or, when it has a new one, by where it deploys to.
    fn earlier<'a>(&self, rules: &'a Rules) -> Option<&'a Environment> {
        let there = |target: &Target| {
            let id = &self.goal.id;
            target.cluster == id.cluster && target.namespace == id.namespace
        };
        let same_place = || rules.environments.iter().find(|environment| environment.targets.iter().any(there));
        rules.environment(self.goal.environment.name.as_str()).or_else(same_place)
    }

    /// Writes an approved plan: superset, objects, wait, verify, prune, exact inventory.
    async fn write(&self, record: &mut Record<'_>, cluster: &Cluster) -> Result<State, Failure> {
        record.superset(self.attempt(), self.order.reason).await?;
        let (ready, warnings) = match self.bring(record, cluster).await? {
            Brought::Ready { ready, warnings } => (ready, warnings),
            Brought::Ended(state) => return Ok(state),
        };
        if let Some(state) = self.not_verified(record).await? {
            return Ok(state);
        }
        self.finish(record, cluster, (ready, warnings)).await
    }

    /// Sends every object, and waits until all of them are ready.
    pub(super) async fn bring(&self, record: &mut Record<'_>, cluster: &Cluster) -> Result<Brought, Failure> {
        let before = record.stored.inventory.before(self.order.commit).cloned();
        let old_warnings = warnings(&cluster.reader, &cluster.facts, &record.namespaces()).await;
        let redactor = record.redactor.clone();
        let awaiting = Awaiting { cluster, old_warnings, before, redactor: &redactor };
        let applied = match self.send(record, &awaiting).await? {
            Sent::Whole(applied) => applied,
            Sent::Ended(state) => return Ok(Brought::Ended(state)),
        };
        let awaited = record.awaited(&applied, &cluster.facts);
        match self.wait((awaited, &[]), record, &awaiting, Some(&record.writer)).await? {
            Observed::Ready { ready, warnings } => Ok(Brought::Ready { ready, warnings }),
            Observed::NotReady { causes, timed_out, still_serving } => {
                let (not_reached, after) = (Vec::new(), After::Kept);
                Ok(Brought::Ended(State::NotReady { causes, timed_out, still_serving, not_reached, after }))
            }
            Observed::GaveWay { to } => Ok(Brought::Ended(State::GaveWay { to })),
            Observed::Stopped => Err(Usage::Stopped.into()),
        }
    }

    /// Waits until these objects are ready, or until a newer run asks for the lock of this writer; others are not reached
    /// before they are.
    pub(super) async fn wait(
        &self,
        (awaited, unreached): (BTreeMap<ObjectId, Awaited>, &[ObjectId]),
        record: &Record<'_>,
        awaiting: &Awaiting<'_>,
        gives_way: Option<&Writer>,
    ) -> Result<Observed, Failure> {
        let watched = Wait {
            reader: &awaiting.cluster.reader,
            facts: &awaiting.cluster.facts,
            inventory: &record.stored.inventory.id,
            awaited,
            old_warnings: &awaiting.old_warnings,
            before: awaiting.before.as_ref(),
            plan: record.writer.plan(),
            unreached,
            manifests: &record.set.manifests,
            rules: &self.goal.environment.wait.ready,
            timeout: Duration::from_secs(self.goal.environment.wait.timeout_seconds),
            redactor: awaiting.redactor,
            progress: self.progress,
            stop: &self.run.stop,
            gives_way,
        };
        Ok(wait(&watched).await?)
    }

    async fn finish(
        &self,
        record: &mut Record<'_>,
        cluster: &Cluster,
        (ready, mut warnings): (usize, Vec<String>),
    ) -> Result<State, Failure> {
        let Pruned { deleted, kept, failures, not_reached } = prune(record, &cluster.facts, self.progress).await;
        if !failures.is_empty() {
            return Ok(State::ApplyFailed { failures, not_reached });
        }
        warnings.extend(record.keep(kept));
        record.exact(self.order.commit).await?;
        self.progress.moment(format!("recorded: {ready} ready, {deleted} deleted"));
        Ok(State::Deployed { ready, deleted, warnings })
    }
}

/// What became of what was sent.
pub(super) enum Brought {
    /// It runs.
    Ready {
        /// How many objects are ready.
        ready: usize,
        /// What somebody should look at all the same.
        warnings: Vec<String>,
    },
    /// It was refused, or does not run.
    Ended(State),
}

impl Cluster {
    /// Returns the same cluster as it is now: what was written may have changed what it serves.
    pub(super) async fn again(&self) -> Result<Self, Failure> {
        let reader = self.reader.clone();
        Ok(Self { facts: reader.facts().await?, reader })
    }
}

/// Returns who wins contested fields, by the rules that judge.
pub(super) fn conflicts(policy: Policy<'_>) -> ownership::Rules<'_> {
    let Policy { own, before } = policy;
    ownership::Rules { own: &own.conflicts, before: before.map(|it| it.conflicts.as_slice()) }
}

/// Gives a target up. What cannot be given up expires by itself, and is no reason for another outcome.
pub(super) async fn let_go(release: impl Future<Output = Result<(), landfall_cluster::Error>>) {
    if let Err(error) = release.await {
        tracing::warn!(%error, "the lease could not be released; it expires by itself");
    }
}
