//! When an API server was last out of reach: one that comes back denies at first what it will allow. Asks nobody.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long a server that is back may take to know who may do what. It answers before its copies of roles and bindings
/// are filled (Kubernetes, `rbac` reads informers), and one without a load balancer in front is asked at once.
const START_SECONDS_MAX: u64 = 20;

/// When one server could not be reached last, shared by all who ask it.
#[derive(Clone, Default)]
pub(crate) struct Absence(Arc<Mutex<Option<Instant>>>);

impl Absence {
    pub(crate) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a denial may be one of a server that has only begun.
    pub(crate) fn is_recent(&self) -> bool {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last.elapsed() < Duration::from_secs(START_SECONDS_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_denial_is_believed_unless_the_server_was_away_just_before() {
        let absence = Absence::default();
        assert!(!absence.is_recent());
        absence.note();
        assert!(absence.is_recent());
        tokio::time::advance(Duration::from_secs(START_SECONDS_MAX)).await;
        assert!(!absence.is_recent());
    }
}
