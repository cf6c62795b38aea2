//! What a person sees while a run works: one line per change of state, on stderr. Results go elsewhere.

use std::io::Write;
use std::sync::{Arc, Mutex};

use landfall_core::report::Moment;

use crate::clock::Stopwatch;

/// Tells and remembers what happens in one target.
#[derive(Clone)]
pub(crate) struct Progress {
    started: Stopwatch,
    target: String,
    moments: Arc<Mutex<Vec<Moment>>>,
}

impl Progress {
    pub(crate) fn of(target: String) -> Self {
        Self { started: Stopwatch::start(), target, moments: Arc::default() }
    }

    /// Tells something that belongs into the record too.
    pub(crate) fn moment(&self, what: impl Into<String>) {
        let what = what.into();
        self.line(&what);
        let moment = Moment { after: self.started.seconds(), what };
        self.moments.lock().expect("no thread panics while it holds this").push(moment);
    }

    /// Tells something that only the one who waits wants to know.
    pub(crate) fn line(&self, what: &str) {
        // A closed stderr must not end a deploy.
        let _ = writeln!(std::io::stderr(), "{:>5.1} s  {}: {what}", self.started.seconds(), self.target);
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.started.seconds()
    }

    pub(crate) fn timeline(&self) -> Vec<Moment> {
        self.moments.lock().expect("no thread panics while it holds this").clone()
    }
}
