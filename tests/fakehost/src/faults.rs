//! Faults on demand: the next request that matches fails, or every call of the API does, before anything happens.

use http::StatusCode;

use crate::answer::{Answer, failure};

const RETRY_AFTER_SECONDS: &str = "1";
const API: &str = "/api/";

/// A failure waiting for its request.
#[derive(Debug)]
struct Fault {
    method: String,
    path_part: String,
    status: StatusCode,
}

/// The failures that still wait, and the one that stays.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    next: Vec<Fault>,
    outage: Option<StatusCode>,
}

impl Faults {
    pub(crate) fn add(&mut self, method: &str, path_part: &str, status: u16) {
        self.next.push(Fault {
            method: method.to_owned(),
            path_part: path_part.to_owned(),
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY),
        });
    }

    /// Fails every call of the API from now on, with none of git; no more when there is no status.
    pub(crate) fn set_outage(&mut self, status: Option<u16>) {
        self.outage = status.and_then(|status| StatusCode::from_u16(status).ok());
    }

    /// Takes the first fault that fits the request.
    pub(crate) fn take(&mut self, method: &str, path: &str) -> Option<Answer> {
        let fits = |fault: &Fault| fault.method == method && path.contains(&fault.path_part);
        match self.next.iter().position(fits) {
            Some(position) => Some(answer(self.next.remove(position).status)),
            None => self.outage.filter(|_| path.starts_with(API)).map(answer),
        }
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
