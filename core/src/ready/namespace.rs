//! Whether a namespace takes objects.

use super::subject::Subject;
use super::{Verdict, ready, waiting};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    match subject.text("/status/phase") {
        Some("Active") => ready(),
        Some("Terminating") => waiting("its own deletion"),
        _ => waiting("the server to open it"),
    }
}
