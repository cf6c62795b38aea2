//! Whether a namespace takes objects. One that is being deleted is judged before it comes here.

use super::subject::Subject;
use super::{Verdict, ready, waiting};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    match subject.text("/status/phase") {
        Some("Active") => ready(),
        _ => waiting("the server to open it"),
    }
}
