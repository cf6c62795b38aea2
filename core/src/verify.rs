//! What must hold after everything is ready, before a deploy counts as a success. Judges one answer; asks nobody.

mod condition;
mod http;
mod job;
mod promql;

use serde::Serialize;

pub use condition::{Condition, InvalidCondition};
pub use http::Http;
pub use job::{Unfit, mark};
pub use promql::Promql;

use crate::diff::redact::Redactor;

/// Most lines, and most characters of each, that are shown of an answer: enough for a status page to say why.
const ANSWER_LINES_MAX: usize = 5;
const ANSWER_LINE_CHARS_MAX: usize = 200;

/// How long every answer must be good, unless the rules say otherwise: longer than one lucky pod.
pub const FOR_SECONDS_DEFAULT: u64 = 5;

/// When to give up asking, unless the rules say otherwise: load balancers take a minute to see new pods.
pub const TIMEOUT_SECONDS_DEFAULT: u64 = 120;

/// One verification of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// Something is asked.
    Asked(Asked),
    /// A Job of the set, by its name: it is deployed and waited for like any other object.
    Job(String),
}

/// What is asked until it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// Whom, and for what.
    pub question: Question,
    /// The environment variable with a bearer token.
    pub token: Option<String>,
    /// Seconds for which every answer must be good.
    pub for_seconds: u64,
    /// Seconds after which it has failed.
    pub timeout_seconds: u64,
}

/// Whom to ask, and what is a good answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// An address.
    Http(Http),
    /// Prometheus, or what speaks its API.
    Promql(Promql),
}

/// What one answer is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// As it must be.
    Good,
    /// Not so, or not yet.
    Bad {
        /// Why, as a clause: "it answered 503".
        why: String,
    },
    /// No later answer will be better.
    Hopeless {
        /// Why, as a clause.
        why: String,
    },
}

/// A verification that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// The stable code: `http`, `promql`.
    pub code: &'static str,
    /// What was asked, in which names stand between backticks.
    pub what: String,
    /// Why it does not hold, as a clause.
    pub why: String,
    /// The first lines of the last answer, made safe to show; empty where there was none.
    pub answer: Vec<String>,
}

impl Question {
    /// Returns the address that is asked.
    pub fn url(&self) -> &str {
        match self {
            Self::Http(http) => &http.url,
            Self::Promql(promql) => &promql.server,
        }
    }

    /// Judges an answer.
    pub fn judge(&self, status: u16, body: &str) -> Judgement {
        match self {
            Self::Http(http) => http.judge(status, body),
            Self::Promql(promql) => promql.judge(status, body),
        }
    }

    /// Returns the verification as one that failed. An answer is somebody else's text: known values are taken out.
    pub fn failed(&self, why: &str, answer: &str, redactor: &Redactor) -> Failed {
        let (code, what) = match self {
            Self::Http(http) => ("http", format!("`{}`", http.url)),
            Self::Promql(promql) => ("promql", format!("`{}` on `{}`", promql.query, promql.server)),
        };
        // What was taken out cannot be cut in two before.
        let safe = redactor.text(answer);
        let lines = safe.lines().map(str::trim_end).filter(|line| !line.is_empty()).take(ANSWER_LINES_MAX);
        let answer = lines.map(|line| line.chars().take(ANSWER_LINE_CHARS_MAX).collect()).collect();
        Failed { code, what: redactor.text(&what), why: redactor.text(why), answer }
    }
}
