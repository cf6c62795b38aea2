//! GitHub's REST API (docs.github.com/rest), through octocrab without its `retry` feature: that repeats POSTs.

use std::sync::atomic::{AtomicBool, Ordering};

use landfall_core::id::CommitSha;
use landfall_core::lint::Severity;
use landfall_core::report::Annotation;
use octocrab::Octocrab;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::time::{Duration, sleep};

use super::{Check, Deployment, DeploymentRecord, DeploymentState, Error};
use crate::ci::Host;
use crate::http;

/// GitHub counts characters; bytes are at least as many.
const COMMENT_BYTES_MAX: usize = 65_536;
const CHECK_SUMMARY_BYTES_MAX: usize = 65_535;
/// GitHub takes no more with one call. The comment and the summary have the rest.
const ANNOTATIONS_MAX: usize = 50;
const STATUS_DESCRIPTION_CHARS_MAX: usize = 140;
const PAGE: usize = 100;
/// Comments that are looked through for ours.
const PAGES_MAX: usize = 20;
/// Tries of a call while the host is busy.
const TRIES_MAX: u32 = 4;
const RETRY_SECONDS: u64 = 2;
/// The association of a merged commit with its proposal appears a little late.
const ASSOCIATION_TRIES: u32 = 3;

/// One repository on GitHub.
pub(crate) struct Github {
    api: Octocrab,
    /// Whether GitHub stayed busy for all tries of a call. Its limits are the token's, so no other call waits again.
    is_busy: AtomicBool,
    repository: String,
    run_url: String,
}

impl Github {
    pub(super) fn new(host: &Host) -> Result<Self, Error> {
        let token = host.token.as_ref().ok_or(Error::NoToken)?;
        let client = http::client().map_err(|error| Error::Unreachable(error.to_string()))?;
        let api = Octocrab::builder()
            .base_uri(&host.api_url)
            .map_err(|error| unreachable(&error))?
            .personal_token(token.expose_secret().to_owned())
            .build_with_reqwest(client)
            .map_err(|error| unreachable(&error))?;
        Ok(Self {
            api,
            is_busy: AtomicBool::new(false),
            repository: host.repository.clone(),
            run_url: host.run_url.clone(),
        })
    }

    pub(super) async fn upsert_comment(&self, proposal: u64, marker: &str, body: &str) -> Result<(), Error> {
        let body = cut(body, COMMENT_BYTES_MAX);
        let body = json!({ "body": body });
        match self.our_comment(proposal, marker).await? {
            Some(id) => self.patch(&format!("issues/comments/{id}"), &body, "pull-requests: write").await,
            None => self.post(&format!("issues/{proposal}/comments"), &body, "pull-requests: write").await,
        }
        .map(drop)
    }

    /// Returns our oldest comment with the marker. Anybody can write a marker, so the author must be us.
    async fn our_comment(&self, proposal: u64, marker: &str) -> Result<Option<u64>, Error> {
        let us = self.login().await;
        for page in 1..=PAGES_MAX {
            let route = format!("issues/{proposal}/comments?per_page={PAGE}&page={page}");
            let comments = self.get(&route, "pull-requests: read").await?;
            let comments = comments.as_array().map(Vec::as_slice).unwrap_or_default();
            let ours = comments.iter().find(|comment| is_ours(comment, marker, us.as_deref()));
            if let Some(comment) = ours {
                return Ok(comment["id"].as_u64());
            }
            if comments.len() < PAGE {
                break;
            }
        }
        Ok(None)
    }

    /// Returns who the token is. A job's own token may not ask, and is the bot of GitHub Actions.
    async fn login(&self) -> Option<String> {
        let user: Result<Value, _> = self.api.get("/user", None::<&()>).await;
        user.ok().and_then(|user| user["login"].as_str().map(str::to_owned))
    }

    pub(super) async fn check(&self, commit: &CommitSha, check: &Check) -> Result<(), Error> {
        let annotations: Vec<Value> = check.annotations.iter().take(ANNOTATIONS_MAX).map(annotation).collect();
        let body = json!({
            "name": "landfall", "head_sha": commit, "status": "completed", "conclusion": check.conclusion,
            "details_url": self.run_url,
            "output": {
                "title": check.title, "summary": cut(&check.summary, CHECK_SUMMARY_BYTES_MAX),
                "annotations": annotations,
            },
        });
        self.post("check-runs", &body, "checks: write").await.map(drop)
    }

    /// Opens a deployment of exactly this commit: GitHub would otherwise merge, or wait for every check.
    pub(super) async fn start_deployment(&self, deployment: &Deployment<'_>) -> Result<DeploymentRecord, Error> {
        let body = json!({
            "ref": deployment.commit, "environment": deployment.environment, "task": "deploy", "auto_merge": false,
            "required_contexts": [], "description": short(&deployment.description),
            "payload": {"tool": "landfall", "run": self.run_url},
        });
        let answer = self.post("deployments", &body, "deployments: write").await?;
        answer["id"].as_u64().map(DeploymentRecord).ok_or_else(|| Error::Refused {
            status: 202,
            message: answer["message"].as_str().unwrap_or("no deployment was made").to_owned(),
            hint: String::new(),
        })
    }

    pub(super) async fn deployment_status(
        &self,
        record: &DeploymentRecord,
        state: DeploymentState,
        description: &str,
        url: Option<&str>,
    ) -> Result<(), Error> {
        let state = match state {
            DeploymentState::Queued => "queued",
            DeploymentState::InProgress => "in_progress",
            DeploymentState::Success => "success",
            DeploymentState::Failure => "failure",
            DeploymentState::Inactive => "inactive",
        };
        let mut body = json!({"state": state, "log_url": self.run_url, "description": short(description)});
        if let Some(url) = url {
            body["environment_url"] = url.into();
        }
        self.post(&format!("deployments/{}/statuses", record.0), &body, "deployments: write").await.map(drop)
    }

    pub(super) async fn proposals_of(&self, commit: &CommitSha, branch: &str) -> Result<Vec<u64>, Error> {
        for attempt in 1..=ASSOCIATION_TRIES {
            let found = self.get(&format!("commits/{commit}/pulls?per_page={PAGE}"), "pull-requests: read").await?;
            let found = found.as_array().map(Vec::as_slice).unwrap_or_default();
            let merged = |pull: &&Value| !pull["merged_at"].is_null() && pull["base"]["ref"] == branch;
            let numbers: Vec<u64> = found.iter().filter(merged).filter_map(|pull| pull["number"].as_u64()).collect();
            if !numbers.is_empty() || attempt == ASSOCIATION_TRIES {
                return Ok(numbers);
            }
            sleep(Duration::from_secs(u64::from(attempt))).await;
        }
        Ok(Vec::new())
    }

    async fn get(&self, route: &str, right: &str) -> Result<Value, Error> {
        let route = self.route(route);
        self.repeat(right, || self.api.get(&route, None::<&()>)).await
    }

    async fn post(&self, route: &str, body: &Value, right: &str) -> Result<Value, Error> {
        let route = self.route(route);
        self.repeat(right, || self.api.post(&route, Some(body))).await
    }

    async fn patch(&self, route: &str, body: &Value, right: &str) -> Result<Value, Error> {
        let route = self.route(route);
        self.repeat(right, || self.api.patch(&route, Some(body))).await
    }

    /// Sends a call again only when GitHub says that it did not take it: 429, or 403 with a rate limit.
    async fn repeat<F>(&self, right: &str, send: impl Fn() -> F) -> Result<Value, Error>
    where
        F: Future<Output = octocrab::Result<Value>>,
    {
        let mut attempt = 1;
        loop {
            let error = match send().await {
                Ok(value) => return Ok(value),
                Err(error) => refused(error, right),
            };
            if !is_limit(&error) || self.is_busy.load(Ordering::Relaxed) {
                return Err(error);
            }
            if attempt == TRIES_MAX {
                self.is_busy.store(true, Ordering::Relaxed);
                return Err(error);
            }
            sleep(Duration::from_secs(RETRY_SECONDS << attempt)).await;
            attempt += 1;
        }
    }

    fn route(&self, route: &str) -> String {
        format!("/repos/{}/{route}", self.repository)
    }
}

fn annotation(annotation: &Annotation) -> Value {
    let level = match annotation.severity {
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    };
    json!({
        "path": annotation.path, "start_line": annotation.line, "end_line": annotation.line,
        "annotation_level": level, "title": annotation.title, "message": annotation.message,
    })
}

fn is_ours(comment: &Value, marker: &str, us: Option<&str>) -> bool {
    let has_marker = comment["body"].as_str().is_some_and(|body| body.starts_with(marker));
    let author = &comment["user"];
    let is_us = match us {
        Some(login) => author["login"] == login,
        None => author["login"] == "github-actions[bot]" && author["type"] == "Bot",
    };
    has_marker && is_us
}

fn is_limit(error: &Error) -> bool {
    matches!(error, Error::Refused { status, message, .. }
        if *status == 429 || (*status == 403 && message.contains("rate limit")))
}

fn refused(error: octocrab::Error, right: &str) -> Error {
    match error {
        octocrab::Error::GitHub { source, .. } => {
            let status = source.status_code.as_u16();
            let lacks = matches!(status, 403 | 404) && !source.message.contains("rate limit");
            let hint = if lacks { format!("; the job may need the permission `{right}`") } else { String::new() };
            Error::Refused { status, message: source.message, hint }
        }
        other => unreachable(&other),
    }
}

fn unreachable(error: &octocrab::Error) -> Error {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    Error::Unreachable(innermost.to_string())
}

/// Cuts text to a number of bytes, never inside a character.
fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

fn short(text: &str) -> String {
    text.chars().take(STATUS_DESCRIPTION_CHARS_MAX).collect()
}
