//! The whole state of one host, behind one lock: requests are answered one after the other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::answer::Refusal;
use crate::error::Error;
use crate::faults::Faults;
use crate::limits::WriteLimit;
use crate::log::Log;
use crate::proposals;
use crate::repository::Repository;
use crate::site::Site;
use crate::tokens::Tokens;

/// What the server's connections and the story share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) site: Arc<Site>,
    pub(crate) log: Log,
    state: Mutex<State>,
}

/// Repositories, tokens, and faults.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    pub(crate) limit: WriteLimit,
    pub(crate) repositories: BTreeMap<String, Repository>,
}

impl Shared {
    pub(crate) fn new(site: Site) -> Self {
        Self { site: Arc::new(site), log: Log::default(), state: Mutex::new(State::default()) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns a repository that a story names.
    pub(crate) fn repository(&mut self, full_name: &str) -> Result<&mut Repository, Error> {
        let missing = || Error::unknown("repository", full_name);
        self.repositories.get_mut(full_name).ok_or_else(missing)
    }

    /// Brings all proposals up to date, because a fork's branch may be the head of another's proposal.
    pub(crate) fn sync(&mut self) -> Result<(), Refusal> {
        self.repositories.values_mut().try_for_each(proposals::sync)
    }
}
