//! A stateful git host for tests: real git over HTTP and GitHub's REST API.
