//! The record of every API and git request, for stories that judge what a client did.

use std::sync::{Mutex, PoisonError};

/// One request and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path with its query, without `/api/v3`.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// The login behind the token, if a valid one was sent.
    pub login: Option<String>,
    /// The JSON body that was sent, `Null` without one.
    pub body: serde_json::Value,
    /// False if the fake does not know the route: its 404 says nothing about GitHub.
    pub known: bool,
}

/// All requests so far, in the order of their answers.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<Recorded>>);

impl Log {
    pub(crate) fn record(&self, entry: Recorded) {
        self.entries().push(entry);
    }

    pub(crate) fn snapshot(&self) -> Vec<Recorded> {
        self.entries().clone()
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<Recorded>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
