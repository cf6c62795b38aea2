//! The one HTTP client for Git hosts: its time limits, its name, its proxy. Knows no host.

#![expect(clippy::disallowed_types, reason = "the one room that makes the client")]

use std::time::Duration;

const CONNECT_SECONDS_MAX: u64 = 10;
const REQUEST_SECONDS_MAX: u64 = 30;

/// Returns the client that every host is spoken to with.
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(concat!("landfall/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
        .timeout(Duration::from_secs(REQUEST_SECONDS_MAX))
        .build()
}
