//! Whose turn it is: an older commit never goes over a newer attempt, and a newer one need not wait for an older to run.

use std::cmp::Ordering;

use landfall_core::id::CommitSha;
use landfall_core::inventory::Inventory;
use landfall_core::succession::{Attempt, Succession, version};
use landfall_core::trigger::Trigger;

use super::rollout::Rollout;
use crate::failure::{Failure, Usage};

impl Rollout<'_> {
    /// Returns this run as others will compare themselves with it.
    pub(super) fn attempt(&self) -> Attempt {
        let tag = match self.order.trigger {
            Trigger::Tag(tag) => Some(tag.name.clone()),
            Trigger::Push(_) | Trigger::Proposal(_) | Trigger::Shell | Trigger::Nothing { .. } => None,
        };
        Attempt { commit: self.order.commit.clone(), tag, run: self.run.context.run }
    }

    /// Returns the newer commit that was attempted before, if this run came too late. A person's reason is not asked when.
    pub(super) async fn superseded(&self, inventory: &Inventory) -> Result<Option<CommitSha>, Failure> {
        let (Some(attempted), None) = (&inventory.attempted, self.order.reason) else { return Ok(None) };
        self.has_version()?;
        match self.compare(attempted).await? {
            Some(Ordering::Greater | Ordering::Equal) => Ok(None),
            Some(Ordering::Less) => Ok(Some(attempted.commit.clone())),
            None => {
                let (attempted, commit) = (attempted.commit.short().to_owned(), self.order.commit.short().to_owned());
                Err(Usage::Rewritten { attempted, commit }.into())
            }
        }
    }

    /// Says that an earlier attempt was not brought to its end, where this one is held: it may have made way for this one.
    pub(super) fn interrupted(&self, inventory: &Inventory) -> Option<String> {
        let attempted = &inventory.attempted.as_ref()?.commit;
        let is_open = inventory.deployed.as_ref() != Some(attempted) && attempted != self.order.commit;
        is_open.then(|| {
            format!(
                "`{}` was written here before and not recorded as deployed: look whether it runs",
                attempted.short()
            )
        })
    }

    /// Whether another attempt is older than this run. Where that cannot be told, nobody is asked to make way.
    pub(super) async fn is_older(&self, other: &Attempt) -> bool {
        match self.compare(other).await {
            Ok(order) => order == Some(Ordering::Greater),
            Err(error) => {
                tracing::debug!(%error, "whether the holder is older cannot be told");
                false
            }
        }
    }

    /// Returns how this run stands to another attempt; none where neither follows from the other.
    async fn compare(&self, other: &Attempt) -> Result<Option<Ordering>, Failure> {
        let order = self.goal.environment.order.compare(&self.attempt(), other);
        match order {
            Some(order) => Ok(Some(order)),
            None => self.compare_in_git(&other.commit).await,
        }
    }

    async fn compare_in_git(&self, other: &CommitSha) -> Result<Option<Ordering>, Failure> {
        let commit = self.order.commit;
        if self.repository.is_ancestor(other, commit).await? {
            return Ok(Some(Ordering::Greater));
        }
        // After a forced push the older commit was meant.
        let is_forced = matches!(self.order.trigger, Trigger::Push(push) if push.forced);
        if !is_forced && self.repository.is_ancestor(commit, other).await? {
            return Ok(Some(Ordering::Less));
        }
        Ok(None)
    }

    /// Versions are compared with versions: a tag that is none is a mistake, and not the newest.
    fn has_version(&self) -> Result<(), Failure> {
        match self.order.trigger {
            Trigger::Tag(tag) if self.goal.environment.order == Succession::Semver && version(&tag.name).is_none() => {
                Err(Usage::NoVersion { tag: tag.name.clone() }.into())
            }
            _ => Ok(()),
        }
    }
}
