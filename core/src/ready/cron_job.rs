//! Whether a `CronJob` is in place. Does not wait for its next run.

use super::subject::Subject;
use super::{Verdict, ready, ready_with};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    if subject.flag("/spec/suspend") { ready_with("suspended") } else { ready() }
}
