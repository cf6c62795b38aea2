//! Runs `git`, with nothing of the repository's own configuration that could run a program.

#![expect(clippy::disallowed_types, reason = "the one place that starts `git`")]

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::Error;

/// Options that keep a hostile repository from running hooks, and a stuck network from asking for a password.
const SAFE: [&str; 10] = [
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "protocol.ext.allow=never",
    // The same merge for everybody: no attributes of this machine or of HEAD. No tree can have this name.
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "attr.tree=.none",
];

#[derive(Debug, Clone)]
pub(super) struct Git {
    folder: PathBuf,
    /// The repository's own folder, where Git shall not look for it.
    named: Option<PathBuf>,
    login: Option<Login>,
}

/// How the remote is spoken to, where the checkout itself has no credentials.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    /// The address that the token is for, with a slash at its end. It is sent nowhere else.
    pub(crate) server: String,
    pub(crate) token: SecretString,
}

impl Git {
    pub(super) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), named: None, login: None }
    }

    pub(super) fn with_login(self, login: Login) -> Self {
        Self { login: Some(login), ..self }
    }

    /// Takes away what `.gitattributes` of the work tree, or of the user, say: of a merge driver, for one.
    pub(super) async fn away_from_work_tree(&self) -> Result<Self, Error> {
        // Git before 2.41 looks for the file where it runs and knows no option against it: there is none in its folder.
        let folder = PathBuf::from(self.text(&["rev-parse", "--absolute-git-dir"]).await?);
        Ok(Self { folder: folder.clone(), named: Some(folder), ..self.clone() })
    }

    /// Returns what Git prints, without the line end.
    pub(super) async fn text(&self, args: &[&str]) -> Result<String, Error> {
        let bytes = self.bytes(args, &[]).await?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// Returns what Git prints, after feeding it `input`.
    pub(super) async fn bytes(&self, args: &[&str], input: &[u8]) -> Result<Vec<u8>, Error> {
        let output = self.run(args, input).await?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(Error::Failed {
            verb: args.first().copied().unwrap_or_default().to_owned(),
            why: last_line(&output.stderr),
        })
    }

    /// Runs Git and returns how it ended.
    pub(super) async fn run(&self, args: &[&str], input: &[u8]) -> Result<Output, Error> {
        let missing = |error: std::io::Error| Error::Missing { why: error.to_string() };
        tracing::debug!(?args, "git");
        let mut child = Command::new("git")
            .args(SAFE)
            .args(args)
            .current_dir(&self.folder)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .envs(self.named.iter().map(|path| ("GIT_DIR", path)))
            .envs(self.login.iter().flat_map(Login::configuration))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(missing)?;
        let mut stdin = child.stdin.take().expect("stdin is piped above");
        let input = input.to_owned();
        let feed = tokio::spawn(async move {
            // Git may stop reading early; how it ended says more than the broken pipe.
            let _ = stdin.write_all(&input).await;
        });
        let output = child.wait_with_output().await.map_err(missing)?;
        feed.abort();
        Ok(output)
    }
}

impl Login {
    /// Returns Git's configuration for one run, as variables: arguments could be read by every process.
    fn configuration(&self) -> [(&'static str, String); 3] {
        let pair = format!("x-access-token:{}", self.token.expose_secret());
        [
            ("GIT_CONFIG_COUNT", "1".to_owned()),
            ("GIT_CONFIG_KEY_0", format!("http.{}.extraheader", self.server)),
            ("GIT_CONFIG_VALUE_0", format!("Authorization: Basic {}", STANDARD.encode(pair))),
        ]
    }
}

/// Returns the line that says why, without credentials that an address may carry.
fn last_line(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no message");
    without_userinfo(line)
}

fn without_userinfo(line: &str) -> String {
    let Some((before, rest)) = line.split_once("://") else { return line.to_owned() };
    let end = rest.find(['/', ' ', '\'']).unwrap_or(rest.len());
    let host = rest[..end].rsplit_once('@').map_or(&rest[..end], |(_, host)| host);
    format!("{before}://{host}{}", &rest[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_loses_its_credentials() {
        assert_eq!(
            without_userinfo("fatal: unable to access 'https://x:tok@host/a/b/': 403"),
            "fatal: unable to access 'https://host/a/b/': 403"
        );
        assert_eq!(without_userinfo("fatal: bad object"), "fatal: bad object");
    }
}
