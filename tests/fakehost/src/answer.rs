//! What goes back to an HTTP client: an answer, or a refusal in GitHub's words.

use http::StatusCode;
use serde_json::{Value, json};

use crate::error::Error;

const DOCUMENTATION: &str = "https://docs.github.com/rest";

/// What a resource returns to the router.
pub(crate) type Reply = Result<Answer, Refusal>;

/// A status, headers beyond the usual ones, and a JSON body (`Null` for none).
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        let headers = Vec::new();
        Self { status, headers, body }
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, body)
    }

    pub(crate) fn created(body: Value) -> Self {
        Self::new(StatusCode::CREATED, body)
    }

    pub(crate) fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT, Value::Null)
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Why a request was not obeyed.
#[derive(Debug)]
pub(crate) enum Refusal {
    BadCredentials,
    Unauthenticated,
    Forbidden(String),
    NotFound,
    NotMergeable(String),
    Conflict(String),
    Invalid { message: String, errors: Vec<Value> },
    Broken(Error),
}

impl Refusal {
    /// A 422 whose whole reason is its message.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid { message: message.into(), errors: Vec::new() }
    }

    /// A 422 "Validation Failed" about one field of a resource.
    pub(crate) fn field(resource: &str, field: &str, code: &str, message: &str) -> Self {
        let error = json!({"resource": resource, "field": field, "code": code, "message": message});
        Self::Invalid { message: "Validation Failed".to_owned(), errors: vec![error] }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BadCredentials | Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotMergeable(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn message(&self) -> String {
        match self {
            Self::BadCredentials => "Bad credentials".to_owned(),
            Self::Unauthenticated => "Requires authentication".to_owned(),
            Self::NotFound => "Not Found".to_owned(),
            Self::Broken(error) => error.to_string(),
            Self::Forbidden(message)
            | Self::NotMergeable(message)
            | Self::Conflict(message)
            | Self::Invalid { message, .. } => message.clone(),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Broken(error) => error,
            other => Self::Refused { status: other.status().as_u16(), message: other.message() },
        }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let mut answer = failure(refusal.status(), &refusal.message());
        if let Refusal::Invalid { errors, .. } = refusal
            && !errors.is_empty()
        {
            answer.body["errors"] = Value::Array(errors);
        }
        answer
    }
}

/// Builds the JSON error that GitHub sends with a status.
pub(crate) fn failure(status: StatusCode, message: &str) -> Answer {
    let body = json!({
        "message": message,
        "documentation_url": DOCUMENTATION,
        "status": status.as_u16().to_string(),
    });
    Answer::new(status, body)
}
