//! A merge that landed: plan again, ask the gates, write, wait, prune, record. The one place that writes.

use std::collections::BTreeMap;
use std::time::Duration;

use landfall_cluster::{Connection, Facts, Holder, Lock, Reader, Writer};
use landfall_core::diff::redact::Redactor;
use landfall_core::gate::{self, Policy};
use landfall_core::id::CommitSha;
use landfall_core::inventory::Entry;
use landfall_core::manifest::{Gvk, ObjectId};
use landfall_core::order;
use landfall_core::plan::Class;
use landfall_core::report::{Action, Failure as Refusal, Report, State, TargetReport};
use landfall_core::rules::{Environment, Rules};
use landfall_core::trigger::Trigger;
use landfall_core::trust::{Kind, Permit, permit};

use super::target::{Goal, Planned, Stored, Wanted, inventory, plan, stored_form, view};
use super::{Run, about};
use crate::apply::{Applied, Kinds, apply};
use crate::failure::{Failure, Usage};
use crate::git::Repository;
use crate::live::Sight;
use crate::observe::{Awaited, Observed, Watch, wait};
use crate::progress::Progress;

/// What is deployed, and by whose word.
pub(super) struct Order<'a> {
    pub(super) trigger: &'a Trigger,
    pub(super) commit: &'a CommitSha,
    /// The rules before the push, whose gates count too.
    pub(super) before: Option<&'a Rules>,
    /// What a person at a shell gives as the reason.
    pub(super) reason: Option<&'a str>,
}

/// Deploys a commit that landed to every environment that follows its branch or tag.
pub(super) async fn push(run: &Run, trigger: &Trigger, commit: &CommitSha, before: Option<&CommitSha>) -> Report {
    let mut report = about(run, Action::Deploy, commit);
    report.subject.branch = match trigger {
        Trigger::Push(push) => Some(push.branch.clone()),
        Trigger::Tag(tag) => Some(tag.name.clone()),
        Trigger::Proposal(_) | Trigger::Shell | Trigger::Nothing { .. } => None,
    };
    if let Err(failure) = fill(run, trigger, commit, before, &mut report).await {
        report.problems.push(failure.problem());
    }
    report
}

async fn fill(
    run: &Run,
    trigger: &Trigger,
    commit: &CommitSha,
    before: Option<&CommitSha>,
    report: &mut Report,
) -> Result<(), Failure> {
    let repository = run.repository().await?;
    let before = match before {
        Some(before) => rules_before(run, &repository, before, &mut report.degraded).await,
        None => None,
    };
    let order = Order { trigger, commit, before: before.as_ref(), reason: None };
    deploy_all(run, &repository, &order, report).await
}

/// Reads the rules before the push. Where they cannot be read, the deploy has only its own gates, which is said.
async fn rules_before(
    run: &Run,
    repository: &Repository,
    before: &CommitSha,
    degraded: &mut Vec<String>,
) -> Option<Rules> {
    match run.rules_at(repository, before).await {
        Ok((_, rules)) => Some(rules),
        Err(failure) => {
            degraded
                .push(format!("judged by its own gates only: the rules before the push cannot be read ({failure})"));
            None
        }
    }
}

/// Deploys to every chosen environment, target by target, stopping at the first that fails.
pub(super) async fn deploy_all(
    run: &Run,
    repository: &Repository,
    order: &Order<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let (tree, rules) = run.rules_at(repository, order.commit).await?;
    report.subject.app = Some(rules.app.to_string());
    let wanted = Wanted { tree: &tree, commit: order.commit };
    let selection = run.select(&rules, order.trigger);
    report.skipped.extend(selection.skipped);
    for environment in selection.chosen {
        let mut targets: Vec<_> = environment.targets.iter().collect();
        targets.sort_by_key(|target| target.wave);
        let mut failed: Option<String> = None;
        for target in targets {
            let Some(cluster) = rules.clusters.get(&target.cluster) else { continue };
            let goal = Goal { id: rules.target_id(environment, target), environment, cluster };
            if let Some(cluster) = &failed {
                report.targets.push(goal.report(State::NotStarted { why: format!("waits for {cluster}") }));
                continue;
            }
            let part = one(run, repository, order, &wanted, &goal).await;
            if !is_good(&part.state) {
                failed = Some(target.cluster.to_string());
            }
            report.targets.push(part);
        }
    }
    Ok(())
}

fn is_good(state: &State) -> bool {
    matches!(state, State::Deployed { .. } | State::Superseded { .. })
}

/// Deploys one target. However it ends, it is told.
async fn one(
    run: &Run,
    repository: &Repository,
    order: &Order<'_>,
    wanted: &Wanted<'_>,
    goal: &Goal<'_>,
) -> TargetReport {
    let progress = Progress::of(goal.id.to_string());
    let permit = match permit(order.trigger, &goal.id, goal.environment, order.reason) {
        Ok(permit) => permit,
        Err(hold) => return goal.report(State::Held { holds: vec![hold] }),
    };
    if let Kind::BreakGlass { reason } = permit.kind() {
        progress.moment(format!("deployed by hand: {reason}"));
    }
    let mut part = goal.report(State::NotStarted { why: String::new() });
    let deploy = Deploy { run, repository, order, wanted, goal, progress: &progress };
    part.state = match deploy.go(&permit, &mut part).await {
        Ok(state) => state,
        Err(failure) => State::Failed { problem: failure.problem() },
    };
    part.seconds = Some(progress.seconds());
    part.timeline = progress.timeline();
    part
}

/// One target's deploy.
struct Deploy<'a> {
    run: &'a Run,
    repository: &'a Repository,
    order: &'a Order<'a>,
    wanted: &'a Wanted<'a>,
    goal: &'a Goal<'a>,
    progress: &'a Progress,
}

/// The cluster as the deployer sees it.
struct Cluster {
    reader: Reader,
    facts: Facts,
}

impl Deploy<'_> {
    async fn go(&self, permit: &Permit, part: &mut TargetReport) -> Result<State, Failure> {
        let connection = self.goal.connect(self.run, self.goal.deploy_variable()).await?;
        let reader = connection.reader()?;
        let cluster = Cluster { facts: reader.facts().await?, reader };
        let lock = self.lock(&connection, permit).await?;
        let stored = match inventory(self.run, self.goal, &cluster.reader).await {
            Ok(stored) => stored,
            Err(failure) => return self.give_up(lock, failure).await,
        };
        match self.order_guard(&stored).await {
            Ok(None) => {}
            Ok(Some(newer)) => {
                lock.release().await?;
                return Ok(State::Superseded { by: newer });
            }
            Err(failure) => return self.give_up(lock, failure).await,
        }
        let view = view(&cluster.reader, &cluster.facts, &stored.inventory, Sight::Full);
        let planned = match plan(self.goal, self.wanted, self.repository, &view).await {
            Ok(planned) => planned,
            Err(failure) => return self.give_up(lock, failure).await,
        };
        part.images.clone_from(&planned.images);
        part.plan = Some(planned.plan.clone());
        self.gate(lock, permit, planned, stored, &cluster).await
    }

    async fn lock(&self, connection: &Connection, permit: &Permit) -> Result<Lock, Failure> {
        let holder = Holder(self.run.context.holder.clone());
        Ok(Lock::acquire(connection, permit, holder).await?)
    }

    async fn give_up(&self, lock: Lock, failure: Failure) -> Result<State, Failure> {
        if let Err(error) = lock.release().await {
            tracing::warn!(%error, "the lease could not be released; it expires by itself");
        }
        Err(failure)
    }

    /// Returns the newer commit that was attempted before, if this run came too late.
    async fn order_guard(&self, stored: &Stored) -> Result<Option<CommitSha>, Failure> {
        let (Some(attempted), None) = (&stored.inventory.attempted, self.order.reason) else { return Ok(None) };
        let commit = self.order.commit;
        if attempted == commit || self.repository.is_ancestor(attempted, commit).await? {
            return Ok(None);
        }
        if self.repository.is_ancestor(commit, attempted).await? {
            return Ok(Some(attempted.clone()));
        }
        Err(Usage::Rewritten { attempted: attempted.short().to_owned(), commit: commit.short().to_owned() }.into())
    }

    async fn gate(
        &self,
        lock: Lock,
        permit: &Permit,
        planned: Planned,
        stored: Stored,
        cluster: &Cluster,
    ) -> Result<State, Failure> {
        let holds = gate::judge(&planned.plan, self.policy(), planned.evidence);
        let approved = match gate::open(planned.plan, holds, permit) {
            Ok(approved) => approved,
            Err((_, holds)) => {
                lock.release().await?;
                return Ok(State::Held { holds });
            }
        };
        let counts = approved.plan().counts();
        self.progress.moment(format!(
            "planned: {} new, {} changed, {} deleted, {} the same",
            counts.create + counts.unverified,
            counts.change,
            counts.delete,
            counts.same
        ));
        let writer = match Writer::new(lock, approved, stored.inventory.field_manager()) {
            Ok(writer) => writer,
            Err(lock) => return self.give_up(*lock, Usage::WrongLock.into()).await,
        };
        let mut written = Written { writer, stored, set: planned.set, goal: self.goal };
        let state = self.write(&mut written, cluster).await;
        if let Err(error) = written.writer.release().await {
            tracing::warn!(%error, "the lease could not be released; it expires by itself");
        }
        state
    }

    fn policy(&self) -> Policy<'_> {
        let before = self.order.before.and_then(|rules| rules.environment(self.goal.environment.name.as_str()));
        Policy { own: self.goal.environment, before }
    }

    /// Writes an approved plan: superset, objects, wait, prune, exact inventory.
    async fn write(&self, written: &mut Written<'_>, cluster: &Cluster) -> Result<State, Failure> {
        written.record_superset(self.order.commit).await?;
        let redactor = Redactor::of(written.set.manifests.iter().map(|manifest| &manifest.object));
        let kinds = Kinds { facts: &cluster.facts, table: &written.set.kinds };
        let applied = apply(&written.writer, &kinds, &redactor, &self.run.stop).await;
        written.record_applied(&applied).await?;
        if !applied.failures.is_empty() {
            let Applied { failures, not_reached, .. } = applied;
            return Ok(State::ApplyFailed { failures, not_reached });
        }
        if applied.not_reached > 0 {
            return Err(Usage::Stopped.into());
        }
        if !applied.written.is_empty() {
            self.progress.moment(format!("objects applied: {}", applied.written.len()));
        }
        let observed = self.wait(written, &applied, cluster, &redactor).await?;
        let ready = match observed {
            Observed::Ready { ready } => ready,
            Observed::NotReady { causes, timed_out, still_serving } => {
                return Ok(State::NotReady { causes, timed_out, still_serving });
            }
            Observed::Stopped => return Err(Usage::Stopped.into()),
        };
        self.finish(written, cluster, ready).await
    }

    async fn wait(
        &self,
        written: &Written<'_>,
        applied: &Applied,
        cluster: &Cluster,
        redactor: &Redactor,
    ) -> Result<Observed, Failure> {
        // Definitions of this deploy are served only now.
        let is_custom =
            written.set.manifests.iter().any(|manifest| manifest.object["kind"] == "CustomResourceDefinition");
        let facts = if is_custom { cluster.reader.facts().await? } else { cluster.facts.clone() };
        let watch = Watch {
            reader: &cluster.reader,
            facts: &facts,
            inventory: &written.stored.inventory.id,
            awaited: written.awaited(applied),
            timeout: Duration::from_secs(self.goal.environment.wait.timeout_seconds),
            redactor,
            progress: self.progress,
            stop: &self.run.stop,
        };
        Ok(wait(&watch).await?)
    }

    async fn finish(&self, written: &mut Written<'_>, cluster: &Cluster, ready: usize) -> Result<State, Failure> {
        let (deleted, failures) = self.prune(&written.writer, &cluster.facts).await;
        if !failures.is_empty() {
            return Ok(State::ApplyFailed { failures, not_reached: 0 });
        }
        written.record_exact(self.order.commit).await?;
        self.progress.moment(format!("recorded: {ready} ready, {deleted} deleted"));
        Ok(State::Deployed { ready, deleted })
    }

    /// Deletes what left Git, in reverse order, only after everything else runs.
    async fn prune(&self, writer: &Writer, facts: &Facts) -> (usize, Vec<Refusal>) {
        let doomed = writer.plan().changes.iter().filter(|change| matches!(change.class, Class::Delete));
        let mut deleted = 0;
        let mut failures = Vec::new();
        for id in order::prune_order(doomed.map(|change| change.id.clone())).into_iter().flatten() {
            let Some(resource) = facts.any_version(&id.group, &id.kind) else { continue };
            match writer.delete(&id, resource).await {
                Ok(()) => {
                    self.progress.moment(format!("deleted {id}"));
                    deleted += 1;
                }
                Err(error) => failures.push(Refusal { id, message: error.to_string() }),
            }
        }
        (deleted, failures)
    }
}

/// What is being written, and its record.
struct Written<'a> {
    writer: Writer,
    stored: Stored,
    set: super::set::Set,
    goal: &'a Goal<'a>,
}

impl Written<'_> {
    /// Records, before anything is applied, all that is or may soon be in the cluster because of us.
    async fn record_superset(&mut self, commit: &CommitSha) -> Result<(), Failure> {
        let desired = self
            .set
            .manifests
            .iter()
            .filter_map(|manifest| Some((ObjectId::of(&manifest.object)?, Gvk::of(&manifest.object)?.version)));
        self.stored.inventory = self.stored.inventory.superset(desired, commit.clone());
        self.record().await
    }

    /// Records the UIDs that the server gave.
    async fn record_applied(&mut self, applied: &Applied) -> Result<(), Failure> {
        let mut is_new = false;
        for (id, object) in &applied.written {
            if let Some(entry) = self.stored.inventory.entries.get_mut(id) {
                is_new |= entry.uid.as_deref() != Some(object.uid.as_str());
                entry.uid = Some(object.uid.clone());
            }
        }
        if is_new { self.record().await } else { Ok(()) }
    }

    /// Records exactly what the set has, after everything else is done.
    async fn record_exact(&mut self, commit: &CommitSha) -> Result<(), Failure> {
        let live: BTreeMap<ObjectId, Option<String>> =
            self.writer.plan().changes.iter().map(|change| (change.id.clone(), change.uid.clone())).collect();
        let kept = self.writer.plan().changes.iter().filter(|change| matches!(change.class, Class::Keep { .. }));
        let kept =
            kept.filter_map(|change| Some((change.id.clone(), self.stored.inventory.entries.get(&change.id)?.clone())));
        let desired = self.set.manifests.iter().filter_map(|manifest| {
            let id = ObjectId::of(&manifest.object)?;
            let known = self.stored.inventory.entries.get(&id).cloned().unwrap_or_default();
            let uid = known.uid.or_else(|| live.get(&id).cloned().flatten());
            let version = Gvk::of(&manifest.object)?.version;
            Some((
                id,
                Entry { uid, version, origin: Some(manifest.origin.path.clone()), sent: None, ..Entry::default() },
            ))
        });
        self.stored.inventory = self.stored.inventory.exact(desired.chain(kept).collect::<Vec<_>>(), commit.clone());
        self.record().await
    }

    async fn record(&mut self) -> Result<(), Failure> {
        let answer = self.writer.record(&stored_form(self.goal, &self.stored)?).await?;
        self.stored.version = answer["metadata"]["resourceVersion"].as_str().map(str::to_owned);
        Ok(())
    }

    /// Returns what is waited for: each object of the set, as the server knows it.
    fn awaited(&self, applied: &Applied) -> BTreeMap<ObjectId, Awaited> {
        let known = self.set.manifests.iter().filter_map(|m| Some((ObjectId::of(&m.object)?, Gvk::of(&m.object)?)));
        known.map(|(id, gvk)| (id.clone(), self.awaited_one(&id, gvk, applied))).collect()
    }

    fn awaited_one(&self, id: &ObjectId, gvk: Gvk, applied: &Applied) -> Awaited {
        let recorded = self.stored.inventory.entries.get(id).and_then(|entry| entry.uid.clone());
        match applied.written.get(id) {
            Some(object) => Awaited { gvk, uid: object.uid.clone(), generation: object.generation },
            None => Awaited { gvk, uid: recorded.unwrap_or_default(), generation: 0 },
        }
    }
}

/// Returns the environments of a selection that a plan has, for people who ask at a shell.
pub(super) fn names(environments: &[Environment]) -> String {
    environments.iter().map(|environment| environment.name.to_string()).collect::<Vec<_>>().join(", ")
}
