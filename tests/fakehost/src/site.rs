//! What every part of the host shares: its address, its directory, its clock, and its ids.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;

/// Monday 2026-01-05 09:00 UTC, when every host starts.
const CLOCK_START_SECONDS: i64 = 1_767_603_600;

/// Ids stay below this, so that any client's integer holds them.
const ID_MAX: u64 = 1 << 31;

/// The host's address, directory, clock, and ids.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) url: String,
    pub(crate) root: PathBuf,
    clock: AtomicI64,
    ids: AtomicU64,
}

impl Site {
    pub(crate) fn new(url: String, root: PathBuf) -> Self {
        let clock = AtomicI64::new(CLOCK_START_SECONDS);
        let ids = AtomicU64::new(1000);
        Self { url, root, clock, ids }
    }

    /// Returns the address of the REST API.
    pub(crate) fn api(&self) -> String {
        format!("{}/api/v3", self.url)
    }

    /// Moves the clock by one second and returns it in seconds since the epoch.
    pub(crate) fn tick(&self) -> i64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }

    /// Moves the clock by one second and returns it as GitHub writes times.
    pub(crate) fn now(&self) -> String {
        time(self.tick())
    }

    /// Returns an id that nothing else on this host has.
    pub(crate) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }
}

/// Writes seconds since the epoch as `2026-01-05T09:00:00Z`.
pub(crate) fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// Derives an id from a name (FNV-1a), the same in every run.
pub(crate) fn id_of(name: &str) -> u64 {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash % ID_MAX
}
