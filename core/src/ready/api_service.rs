//! Whether the API server reaches the backend of an `APIService`. Source: `apiregistration/v1` types, `Available`.

use super::sign::Sign;
use super::subject::Subject;
use super::{Verdict, ready, waiting};

const AVAILABLE: Sign = Sign::True(&["Available"]);

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    if AVAILABLE.holds(subject) { ready() } else { waiting(AVAILABLE.words(subject)) }
}
