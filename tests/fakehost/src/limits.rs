//! The secondary rate limit: so many writes in one window, then 403 until the story opens the next.
//!
//! It counts requests instead of seconds, so that no story has to sleep.

use http::{Method, StatusCode};

use crate::answer::Answer;
use crate::faults::secondary_limit;

/// How many writes may still come; `None` is no limit.
#[derive(Debug, Default)]
pub(crate) struct WriteLimit(Option<Window>);

#[derive(Debug)]
struct Window {
    writes_left: usize,
    refusals_left: usize,
}

impl WriteLimit {
    /// Lets so many writes through, then refuses so many, then stops counting.
    pub(crate) fn set(&mut self, writes: usize, refusals: usize) {
        self.0 = Some(Window { writes_left: writes, refusals_left: refusals });
    }

    /// Counts a request and returns the refusal if it is over the limit.
    pub(crate) fn count(&mut self, method: &Method) -> Option<Answer> {
        let window = self.0.as_mut().filter(|_| *method != Method::GET)?;
        if window.writes_left > 0 {
            window.writes_left -= 1;
            return None;
        }
        if window.refusals_left == 0 {
            self.0 = None;
            return None;
        }
        window.refusals_left -= 1;
        Some(secondary_limit(StatusCode::FORBIDDEN))
    }
}
