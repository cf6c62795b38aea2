//! A stateful git host for tests: real git over HTTP and GitHub's REST API on one port.
//!
//! It plays the host, not a pipeline: it runs no jobs, sends no webhooks, speaks no TLS, and knows nothing of Landfall.
//! Its clock starts at a fixed time and moves one second at each use, and its ids are derived from names,
//! so that a story gives the same bytes each time it is told.

mod access;
mod actions_env;
mod answer;
mod branches;
mod checks;
mod comments;
mod commits;
mod compare;
mod contents;
mod deployment_statuses;
mod deployments;
mod error;
mod events;
mod faults;
mod files;
mod git;
mod git_http;
mod host;
mod issues;
mod labels;
mod limits;
mod log;
mod merging;
mod page;
mod proposals;
mod pull_view;
mod pulls;
mod repository;
mod request;
mod reviews;
mod router;
mod seeding;
mod server;
mod site;
mod state;
mod story;
mod tokens;
mod users;

pub use access::{Access, Permissions};
pub use error::Error;
pub use host::FakeHost;
pub use log::Recorded;
pub use seeding::Change;
