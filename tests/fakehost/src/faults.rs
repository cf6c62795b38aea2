//! Faults on demand: the next request that matches fails, once, before anything happens.

use http::StatusCode;

use crate::answer::{Answer, failure};

const RETRY_AFTER_SECONDS: &str = "1";

/// A failure waiting for its request.
#[derive(Debug)]
struct Fault {
    method: String,
    path_part: String,
    status: StatusCode,
}

/// The failures that still wait.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, method: &str, path_part: &str, status: u16) {
        self.0.push(Fault {
            method: method.to_owned(),
            path_part: path_part.to_owned(),
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY),
        });
    }

    /// Takes the first fault that fits the request.
    pub(crate) fn take(&mut self, method: &str, path: &str) -> Option<Answer> {
        let fits = |fault: &Fault| fault.method == method && path.contains(&fault.path_part);
        let position = self.0.iter().position(fits)?;
        Some(answer(self.0.remove(position).status))
    }
}

fn answer(status: StatusCode) -> Answer {
    if status == StatusCode::TOO_MANY_REQUESTS {
        return secondary_limit(status);
    }
    failure(status, status.canonical_reason().unwrap_or("Unknown"))
}

/// GitHub's answer to a client that writes too much.
pub(crate) fn secondary_limit(status: StatusCode) -> Answer {
    let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    failure(status, message).with_header("retry-after", RETRY_AFTER_SECONDS)
}
