//! Keeps from calling ready what is so only because it was just started: without a probe, a pod that is about to crash
//! is ready for a moment. What ran before anybody waited is believed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use landfall_core::manifest::ObjectId;
use landfall_core::ready::{self, Verdict};

use super::live::Look;

/// How long what no probe asks has to keep running. A program that cannot start has ended by then, and a kubelet has
/// said so; whoever starts more slowly has a probe.
const STEADY_SECONDS: u64 = 5;

/// Since when the objects that had to be waited for are ready.
#[derive(Default)]
pub(super) struct Steady {
    waited_for: BTreeSet<ObjectId>,
    /// When each was ready first, and how often its containers had been restarted by then.
    ready_since: BTreeMap<ObjectId, (Duration, u64)>,
}

impl Steady {
    /// Lets those wait on that are ready, but not for long enough to be believed.
    pub(super) fn hold(&mut self, verdicts: &mut BTreeMap<ObjectId, Verdict>, look: &Look, now: Duration) {
        for (id, verdict) in verdicts {
            if !matches!(verdict, Verdict::Ready { .. }) {
                self.waited_for.insert(id.clone());
                self.ready_since.remove(id);
                continue;
            }
            let unproven = look.objects.get(id).filter(|object| !ready::is_probed(object));
            if let Some(object) = unproven.filter(|_| self.waited_for.contains(id))
                && !self.has_kept_running(id, ready::restarts(object, &look.replica_sets, &look.pods), now)
            {
                *verdict = Verdict::Waiting { on: "to see it keep running: it has no readiness probe".to_owned() };
            }
        }
    }

    fn has_kept_running(&mut self, id: &ObjectId, restarts: u64, now: Duration) -> bool {
        let seen = self.ready_since.entry(id.clone()).or_insert((now, restarts));
        if seen.1 != restarts {
            *seen = (now, restarts);
        }
        now.saturating_sub(seen.0) >= Duration::from_secs(STEADY_SECONDS)
    }
}
