//! The HTTP clients for Git hosts and for verifications: their time limits, name and proxy. Knows no host.

#![expect(clippy::disallowed_types, reason = "the one room that makes the client")]

use std::time::Duration;

const CONNECT_SECONDS_MAX: u64 = 10;
const REQUEST_SECONDS_MAX: u64 = 30;

/// One answer to a verification: whoever takes longer is asked again.
pub(crate) const ONCE_SECONDS_MAX: u64 = 10;

/// Returns the client that every host is spoken to with.
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(concat!("landfall/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
        .timeout(Duration::from_secs(REQUEST_SECONDS_MAX))
        .build()
}

/// Returns the client that verifications are asked with. It goes nowhere that it was not sent to, and each question goes
/// through a connection of its own: one that is kept would ask the same pod for ever.
pub(crate) fn once() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(concat!("landfall/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
        .timeout(Duration::from_secs(ONCE_SECONDS_MAX))
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .build()
}
