//! SIGTERM and Ctrl-C: a run that is asked to stop ends between two steps, and gives its lock up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

/// How soon a signal ends what only waits.
const LOOK_MILLISECONDS: u64 = 200;

/// Whether the run was asked to stop.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens for SIGTERM and SIGINT from now on.
    pub fn on_signals() -> std::io::Result<Self> {
        let stop = Self::default();
        for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
            let mut signals = signal(kind)?;
            let asked = Arc::clone(&stop.0);
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    asked.store(true, Ordering::SeqCst);
                }
            });
        }
        Ok(stop)
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Waits until the run is asked to stop.
    pub(crate) async fn asked(&self) {
        while !self.is_asked() {
            sleep(Duration::from_millis(LOOK_MILLISECONDS)).await;
        }
    }
}
