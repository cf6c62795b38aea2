//! What a person sees while a run works: one line per change of state on stderr, and on a terminal what goes on now.
//! Results go elsewhere.

use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use landfall_core::report::{Moment, plain_line};

use crate::clock::Stopwatch;

/// How often the live line moves, so that a wait does not look like a hang.
const TICK_MILLISECONDS: u64 = 120;

/// Tells and remembers what happens in one target.
pub(crate) struct Progress {
    started: Stopwatch,
    target: String,
    moments: Mutex<Vec<Moment>>,
    /// Draws nothing where stderr is no terminal.
    live: ProgressBar,
}

impl Progress {
    pub(crate) fn of(target: String) -> Self {
        let live = ProgressBar::new_spinner().with_prefix(target.clone());
        live.set_style(
            ProgressStyle::with_template("{spinner} {elapsed:>5}  {prefix}: {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        Self { started: Stopwatch::start(), target, moments: Mutex::default(), live }
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
        let line = format!("{:>5.1} s  {}: {what}", self.started.seconds(), self.target);
        let line = plain_line(&line);
        // A closed stderr must not end a deploy.
        self.live.suspend(|| drop(writeln!(std::io::stderr(), "{line}")));
    }

    /// Says what goes on now, to a person at a terminal. A log has its lines.
    pub(crate) fn now(&self, what: &str) {
        self.live.set_message(plain_line(what));
        self.live.enable_steady_tick(Duration::from_millis(TICK_MILLISECONDS));
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.started.seconds()
    }

    pub(crate) fn timeline(&self) -> Vec<Moment> {
        self.moments.lock().expect("no thread panics while it holds this").clone()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.live.finish_and_clear();
    }
}
