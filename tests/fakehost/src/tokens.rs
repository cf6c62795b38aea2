//! Tokens and the identities behind them. A token is a plain random-looking word; it never expires.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::access::{Access, Permissions};
use crate::answer::Refusal;

/// Who is asking, and what they may do.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) login: String,
    pub(crate) permissions: Permissions,
}

impl Caller {
    /// Returns whether the identity is an app installation, such as `github-actions[bot]`.
    pub(crate) fn is_app(&self) -> bool {
        self.login.ends_with("[bot]")
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.permissions.administration == Access::Write
    }

    /// Refuses with GitHub's words unless one of the areas gives at least this access.
    pub(crate) fn require(&self, areas: &[Access], least: Access) -> Result<(), Refusal> {
        if areas.iter().any(|access| *access >= least) {
            return Ok(());
        }
        Err(self.not_accessible())
    }

    pub(crate) fn not_accessible(&self) -> Refusal {
        let kind = if self.is_app() { "integration" } else { "personal access token" };
        Refusal::Forbidden(format!("Resource not accessible by {kind}"))
    }
}

/// The tokens that the host has handed out.
#[derive(Debug, Default)]
pub(crate) struct Tokens(BTreeMap<String, Caller>);

impl Tokens {
    /// Makes a token for the login. Each call makes another one.
    pub(crate) fn issue(&mut self, login: &str, permissions: Permissions) -> String {
        let prefix = if login.ends_with("[bot]") { "ghs" } else { "ghp" };
        let token = format!("{prefix}_{:036}", self.0.len() + 1);
        let login = login.to_owned();
        self.0.insert(token.clone(), Caller { login, permissions });
        token
    }

    /// Returns the caller that the headers name, `None` without credentials.
    pub(crate) fn caller(&self, headers: &HeaderMap) -> Result<Option<Caller>, Refusal> {
        let Some(header) = headers.get(AUTHORIZATION) else {
            return Ok(None);
        };
        header
            .to_str()
            .ok()
            .and_then(secret_of)
            .and_then(|token| self.0.get(&token).cloned())
            .map(Some)
            .ok_or(Refusal::BadCredentials)
    }
}

/// Returns the token in `Bearer T`, `token T`, or `Basic base64(user:T)`.
fn secret_of(header: &str) -> Option<String> {
    let (scheme, value) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Some(value.trim().to_owned());
    }
    let decoded = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    let secret = if password.is_empty() { user } else { password };
    Some(secret.to_owned())
}
