//! What can go wrong between us and an API server. Does not decide what a run makes of it.

use serde_json::Value;

/// Why a cluster could not be asked or told.
#[derive(Debug, Clone, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// The kubeconfig cannot be read or lacks something.
    #[error("the kubeconfig that {name} names {why}")]
    #[diagnostic(
        code(cluster::kubeconfig),
        help(
            "it must be a file's path, and the file must name a cluster, a user and a current context; what it says is not shown"
        )
    )]
    Kubeconfig {
        /// What names it: a variable.
        name: String,
        /// What is wrong with it, in our words: a parser would quote its credentials.
        why: &'static str,
    },
    /// No answer came: name resolution, connection, TLS or time.
    #[error("failed to reach the API server {server}: {why}")]
    #[diagnostic(code(cluster::unreachable), help("{help}"))]
    Unreachable {
        /// Its address.
        server: String,
        /// The innermost cause.
        why: String,
        /// The next step.
        help: String,
    },
    /// The server answered, and said no.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refused(#[from] Refused),
    /// The server's answer is not what its API promises.
    #[error("the API server's answer to {request} cannot be read: {why}")]
    #[diagnostic(code(cluster::answer))]
    Answer {
        /// The request.
        request: String,
        /// What is wrong with the answer.
        why: String,
    },
    /// A Reader was asked to do something that could change the cluster.
    #[error("a reader refused to send {method} {path}")]
    #[diagnostic(code(cluster::read_only), help("this is a bug in Landfall: nothing was sent"))]
    ReadOnly {
        /// The HTTP method.
        method: String,
        /// The path without its query.
        path: String,
    },
    /// Another run holds the target.
    #[error("another run holds {lease}: {holder}")]
    #[diagnostic(code(cluster::held), help("wait for it to end; its hold expires by itself {seconds} s after it dies"))]
    Held {
        /// The Lease, with its namespace.
        lease: String,
        /// Who holds it, usually a run's address.
        holder: String,
        /// Seconds until it expires, when nobody renews it.
        seconds: u64,
    },
    /// Somebody wrote the object between its plan and its apply.
    #[error("{managers} wrote it after it was planned")]
    #[diagnostic(code(cluster::written_since), help("deploy again: it is planned anew"))]
    WrittenSince {
        /// The field managers.
        managers: String,
    },
    /// An object changed hands between its plan and its deletion, so it was not deleted.
    #[error("it was not deleted: {why}")]
    #[diagnostic(code(cluster::kept), help("deploy again: it is planned anew"))]
    Kept {
        /// Who has it, or what asks for it to stay.
        why: String,
    },
    /// An object was deleted, and stays.
    #[error("it was deleted, and is still there after {seconds} s: {}", held_by(finalizers))]
    #[diagnostic(
        code(cluster::still_there),
        help("see what is to finish it, or whether that still runs; then deploy again")
    )]
    StillThere {
        /// How long it was waited for.
        seconds: u64,
        /// What has to let go of it first; most often the name of a controller.
        finalizers: Vec<String>,
    },
    /// Our hold on the target may have ended: nothing more may be written.
    #[error("the hold on {lease} was lost, so nothing more is written")]
    #[diagnostic(code(cluster::lost_lease), help("run the deploy again: it goes on where this one stopped"))]
    LostLease {
        /// The Lease, with its namespace.
        lease: String,
    },
}

/// The server's refusal: a `Status` (or a plain text) with an HTTP code of 400 or more.
#[derive(Debug, Clone, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
#[diagnostic(code(cluster::refused))]
pub struct Refused {
    /// The HTTP status code.
    pub code: u16,
    /// The machine-readable reason ("Conflict"); empty where the server gives none.
    pub reason: String,
    /// What the server says. It can quote values that it was sent.
    pub message: String,
    /// `details.causes`: (reason, field, message).
    pub causes: Vec<Cause>,
    /// Whole seconds that the server asks to wait.
    pub retry_after: Option<u64>,
    /// What to do about it, as one sentence; may be empty.
    #[help]
    pub help: String,
    /// Whether the server had just come back: it may not know yet who may do what.
    pub(crate) is_early: bool,
}

/// One entry of a refusal's `details.causes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// "`FieldManagerConflict`", "`FieldValueInvalid`", …
    pub reason: String,
    /// The field's path.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl Refused {
    /// Reads a refusal, whatever the body is: a `Status`, or the plain text that priority and fairness sends.
    pub(crate) fn read(code: u16, body: &[u8], retry_after: Option<u64>) -> Self {
        let status: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let text = |key: &str| status[key].as_str().unwrap_or_default().to_owned();
        let plain = String::from_utf8_lossy(body).trim().to_owned();
        let message = if text("message").is_empty() { plain } else { text("message") };
        let causes = status["details"]["causes"].as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            code,
            reason: text("reason"),
            message: if message.is_empty() { format!("HTTP status {code}") } else { message },
            causes: causes.iter().map(Cause::read).collect(),
            retry_after,
            help: String::new(),
            is_early: false,
        }
    }

    /// Whether another field manager owns what would change (409 with `FieldManagerConflict`).
    pub fn is_conflict(&self) -> bool {
        self.code == 409 && self.causes.iter().any(|cause| cause.reason == "FieldManagerConflict")
    }

    /// Whether all that would change is what never can (422 with "field is immutable", apimachinery `validation`).
    pub fn is_immutable(&self) -> bool {
        let is_immutable = |cause: &Cause| cause.message.contains("field is immutable");
        self.code == 422 && !self.causes.is_empty() && self.causes.iter().all(is_immutable)
    }

    /// Returns who owns what would change: the field, its manager, and the subresource that it was written through.
    pub fn conflicts(&self) -> impl Iterator<Item = (&str, &str, Option<&str>)> {
        let conflicts = self.causes.iter().filter(|cause| cause.reason == "FieldManagerConflict");
        conflicts.filter_map(|cause| {
            // `conflict with "kubectl" with subresource "scale" using apps/v1` (apimachinery,
            // `managedfields/internal/conflict.go`).
            let (manager, rest) = cause.message.strip_prefix("conflict with \"")?.split_once('"')?;
            let through = rest.strip_prefix(" with subresource \"").and_then(|rest| rest.split('"').next());
            Some((cause.field.as_str(), manager, through))
        })
    }

    /// Whether asking again can help: the server was busy, not unwilling.
    ///
    /// A 500 without `Retry-After` is often a permanent user error of server-side apply, so it is not repeated.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self.code, 429 | 503 | 504)
            || self.is_early
            || self.is_unprepared()
            || (self.code == 500 && self.is_server_timeout())
    }

    /// Whether an admission plugin of the server has only begun (apiserver, `admission/errors.go` and the plugins).
    fn is_unprepared(&self) -> bool {
        self.code == 403 && self.message.contains("not yet ready to handle request")
    }

    fn is_server_timeout(&self) -> bool {
        self.retry_after.is_some() || self.reason == "ServerTimeout" || self.message.contains("failed calling webhook")
    }
}

impl Cause {
    fn read(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        Self { reason: text("reason"), field: text("field"), message: text("message") }
    }
}

impl Error {
    /// Returns the server's refusal, if this is one.
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            Self::Refused(refused) => Some(refused),
            _ => None,
        }
    }

    /// Whether another try of the same call can help.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Refused(refused) => refused.is_transient(),
            Self::Unreachable { why, .. } => !is_permanent(why),
            _ => false,
        }
    }

    /// Whether the server failed at what it was asked (500).
    pub(crate) fn is_server_failure(&self) -> bool {
        self.refused().is_some_and(|refused| refused.code == 500)
    }

    /// Whether the server says that there is no such object or resource.
    pub fn is_not_found(&self) -> bool {
        self.refused().is_some_and(|refused| refused.code == 404)
    }
}

/// Certificates and names do not mend themselves within a minute.
fn is_permanent(why: &str) -> bool {
    let why = why.to_ascii_lowercase();
    ["certificate", "tls", "dns", "lookup address", "invalid uri", "unsupported"].iter().any(|word| why.contains(word))
}

fn held_by(finalizers: &[String]) -> String {
    match finalizers {
        [] => "nothing says what holds it".to_owned(),
        [one] => format!("the finalizer `{one}` holds it"),
        several => format!("the finalizers `{}` hold it", several.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use super::Refused;

    #[test]
    fn a_conflict_names_its_manager_and_the_subresource() {
        let cause = |message: &str, field: &str| {
            format!(r#"{{"reason": "FieldManagerConflict", "message": {message:?}, "field": "{field}"}}"#)
        };
        let causes = [
            cause(r#"conflict with "x""#, ".metadata.annotations.example.com/x.y"),
            cause(r#"conflict with "kubectl" with subresource "scale" using apps/v1"#, ".spec.replicas"),
            cause(r#"conflict with "kubectl-edit" using apps/v1"#, ".spec.paused"),
        ];
        let body = format!(r#"{{"details": {{"causes": [{}]}}}}"#, causes.join(","));
        let refused = Refused::read(409, body.as_bytes(), None);
        let conflicts: Vec<_> = refused.conflicts().collect();
        let expected = [
            (".metadata.annotations.example.com/x.y", "x", None),
            (".spec.replicas", "kubectl", Some("scale")),
            (".spec.paused", "kubectl-edit", None),
        ];
        assert_eq!(conflicts, expected);
    }
}
