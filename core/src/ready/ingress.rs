//! Whether an Ingress is in place. Not every controller writes an address, so its absence is only noted.

use super::subject::Subject;
use super::{Verdict, ready, ready_with};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    if subject.list("/status/loadBalancer/ingress").is_empty() { ready_with("has no address yet") } else { ready() }
}
