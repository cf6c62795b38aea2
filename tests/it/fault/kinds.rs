//! What can go wrong between a deploy and the API server.

use std::time::Duration;

use landfall_test_cluster::proxy::{Answer, Fault};

/// One kind of fault, and what a report that it ended in must say.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) fault: Fault,
    /// One of these, where a run ends by it.
    pub(super) said: &'static [&'static str],
    /// Only a watch meets it.
    pub(super) of_watches: bool,
}

const SLOW_SECONDS: u64 = 3;
const TRUNCATED_BYTES: usize = 20;
const UNREACHABLE: &[&str] = &["failed to reach the API server"];

pub(super) fn all() -> Vec<Kind> {
    let kind = |name, fault, said| Kind { name, fault, said, of_watches: false };
    let status = |name, status, retry_after_seconds, body: &'static str, said| {
        kind(name, Fault::Answer(Answer { status, retry_after_seconds, body: body.to_owned() }), said)
    };
    vec![
        status(
            "429 with Retry-After",
            429,
            Some(1),
            "Too many requests, please try again later.",
            &["Too many requests"],
        ),
        status("429", 429, None, "Too many requests, please try again later.", &["Too many requests"]),
        status("500", 500, None, "the disk is full", &["the disk is full"]),
        status("500 with Retry-After", 500, Some(1), "the disk is full", &["the disk is full"]),
        status("503", 503, None, "no server is there", &["no server is there"]),
        status("504", 504, None, "the gateway waited too long", &["the gateway waited too long"]),
        status("401", 401, None, "Unauthorized", &["credentials", "Unauthorized"]),
        kind("cut before", Fault::CutBefore, UNREACHABLE),
        kind("cut after", Fault::CutAfter, UNREACHABLE),
        kind("truncated", Fault::Truncate(TRUNCATED_BYTES), UNREACHABLE),
        kind("slow", Fault::Slow(Duration::from_secs(SLOW_SECONDS)), &[]),
        Kind { of_watches: true, ..kind("410", Fault::Expire, &[]) },
    ]
}
