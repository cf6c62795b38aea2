//! Runs a renderer's program in a clean environment: no credentials, no home, and nothing without an end.

#![expect(clippy::disallowed_types, reason = "the one place that starts renderers, with a clean environment")]

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use super::Error;

/// Longer than any honest build; a loop ends here.
const SECONDS_MAX: u64 = 120;
/// Four times what is read of it: more was never meant.
const OUTPUT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// A message is a few lines; a Go program that panics writes a page for each of its threads.
const MESSAGE_BYTES_MAX: u64 = 1024 * 1024;
/// Address space: Go reserves some hundred MiB that it never touches, and large charts take as much again.
const MEMORY_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// Programs in Go build and end: they collect garbage only when they have eight times what they use, or a GiB.
const COLLECT_LATE: [(&str, &str); 2] = [("GOGC", "800"), ("GOMEMLIMIT", "1GiB")];
const ENDLESS: &str = "look for what repeats without end in what it renders";
const KILLED: &str = "run it again; where it is ended again, give the job more memory";
const AGAIN: &str = "run it again";
/// A proxy that nothing listens on: a program that wants the network fails at once.
const NO_NETWORK: &str = "http://127.0.0.1:9";
const PROXIES: [&str; 3] = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy"];
/// What a program needs of our own environment to reach the network as we do.
const NETWORK: [&str; 8] =
    ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/// A renderer's program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Program<'a> {
    pub(super) name: &'a str,
    /// How to install it, as one clause.
    pub(super) install: &'a str,
    /// What makes it say its version; nothing where any version will do.
    pub(super) version: &'a [&'a str],
    /// The first version that can do what we ask.
    pub(super) version_min: (u32, u32),
}

/// One run of a program.
pub(super) struct Call<'a> {
    pub(super) args: &'a [&'a str],
    pub(super) folder: &'a Path,
    pub(super) variables: Vec<(&'a str, OsString)>,
    pub(super) network: Network,
}

/// Whether a program may ask the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    None,
    AsOurs,
}

/// How a program ended, and what it wrote.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl<'a> Call<'a> {
    /// Returns a run in a folder that needs nothing but the folder.
    pub(super) fn of(args: &'a [&'a str], folder: &'a Path) -> Self {
        Self { args, folder, variables: Vec::new(), network: Network::None }
    }
}

impl Program<'_> {
    /// Runs the program and returns how it ended by itself.
    pub(super) async fn run(&self, call: &Call<'_>) -> Result<Output, Error> {
        tracing::debug!(tool = self.name, args = ?call.args, "renderer");
        let output = self.run_within(call, Duration::from_secs(SECONDS_MAX)).await?;
        if !output.status.success() && !self.version.is_empty() {
            self.check_version(call.folder).await?;
        }
        Ok(output)
    }

    /// Refuses a program that is too old, which is asked only when it failed.
    async fn check_version(&self, folder: &Path) -> Result<(), Error> {
        let call = Call::of(self.version, folder);
        let output = self.run_within(&call, Duration::from_secs(SECONDS_MAX)).await?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let (major, minor) = self.version_min;
        match version(&said) {
            Some(version) if version < self.version_min => {
                let (old_major, old_minor) = version;
                Err(self.missing(format!("its version {old_major}.{old_minor} is older than {major}.{minor}")))
            }
            _ => Ok(()),
        }
    }

    /// Returns where the program is.
    pub(super) fn path(&self) -> Result<PathBuf, Error> {
        find(self.name).ok_or_else(|| self.missing("it is not on PATH".to_owned()))
    }

    /// Returns the error of a program that is not there, or not as it must be.
    pub(super) fn missing(&self, why: String) -> Error {
        Error::NoTool { tool: self.name.to_owned(), why, help: self.install.to_owned() }
    }

    async fn run_within(&self, call: &Call<'_>, limit: Duration) -> Result<Output, Error> {
        let path = self.path()?;
        let unusable = |error: io::Error| self.missing(format!("{}: {error}", path.display()));
        let mut child = command(&path, call).spawn().map_err(unusable)?;
        let group = Group::of(&child);
        let ended = tokio::select! {
            ended = timeout(limit, everything(&mut child)) => ended,
            () = asked_to_stop() => return Err(self.stopped("the run was asked to stop".to_owned(), AGAIN)),
        };
        let output = match ended {
            Ok(Err(error)) if error.kind() == ErrorKind::FileTooLarge => {
                return Err(self.stopped(format!("it wrote more than {} MiB", OUTPUT_BYTES_MAX / 1024 / 1024), ENDLESS));
            }
            Ok(output) => told(output?),
            Err(_) => return Err(self.stopped(format!("it did not end within {} s", limit.as_secs()), ENDLESS)),
        };
        group.has_ended();
        if let Some(signal) = output.status.signal() {
            return Err(self.stopped(format!("the system ended it with signal {signal}"), KILLED));
        }
        if !output.status.success() && is_out_of_memory(&output.stderr) {
            let why = format!("it needed more than {} GiB of memory", MEMORY_BYTES_MAX / 1024 / 1024 / 1024);
            return Err(self.stopped(why, ENDLESS));
        }
        Ok(output)
    }

    fn stopped(&self, why: String, help: &'static str) -> Error {
        Error::Stopped { tool: self.name.to_owned(), why, help }
    }
}

fn command(program: &Path, call: &Call<'_>) -> Command {
    let mut command = Command::new(program);
    command.args(call.args).current_dir(call.folder).env_clear();
    command.env("HOME", call.folder).env("PATH", "/nonexistent").envs(COLLECT_LATE);
    match call.network {
        Network::None => command.envs(PROXIES.map(|name| (name, NO_NETWORK))),
        Network::AsOurs => command.envs(NETWORK.iter().filter_map(|name| Some((name, variable(name)?)))),
    };
    command.envs(call.variables.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    command
}

/// Returns when somebody wants the run to end: dropping the program then ends it.
async fn asked_to_stop() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Reads all that a program writes until it ends.
async fn everything(child: &mut Child) -> io::Result<Output> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = tokio::try_join!(at_most(stdout, OUTPUT_BYTES_MAX), at_most(stderr, MESSAGE_BYTES_MAX))?;
    let status = child.wait().await?;
    Ok(Output { status, stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() })
}

async fn at_most(stream: Option<impl AsyncRead + Unpin>, bytes: u64) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    if let Some(stream) = stream {
        stream.take(bytes + 1).read_to_end(&mut read).await?;
    }
    if read.len() as u64 > bytes { Err(ErrorKind::FileTooLarge.into()) } else { Ok(read) }
}

/// Writes an argument as a shell reads it.
pub(super) fn shell_word(arg: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./=:,+@".contains(letter);
    if !arg.is_empty() && arg.chars().all(is_plain) {
        arg.to_owned()
    } else {
        format!("'{}'", arg.replace('\'', "'\\''"))
    }
}

/// Puts the exit code in the place of a message that is not there.
fn told(mut output: Output) -> Output {
    if let Some(code) = output.status.code().filter(|code| *code != 0 && output.stderr.trim().is_empty()) {
        output.stderr = format!("it ended with exit code {code} and gave no reason");
    }
    output
}

/// Reads the first version in a text: `v3.22.0+g1234567`, `v4.3`, `Client: v2.17.0`, `{Version:kustomize/v4.5.7 …}`.
fn version(said: &str) -> Option<(u32, u32)> {
    let numbers = said.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
    numbers.into_iter().find_map(|number| {
        let mut parts = number.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    })
}

fn is_out_of_memory(stderr: &str) -> bool {
    ["out of memory", "cannot allocate memory"].iter().any(|sign| stderr.contains(sign))
}

/// A program and all that it started: killed together, also when nobody waits any more.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        limit_use(pid);
        Self(pid)
    }

    fn has_ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0 {
            // It may have ended by itself a moment ago.
            kill_process_group(pid, Signal::KILL).ok();
        }
    }
}

#[cfg(target_os = "linux")]
fn limit_use(pid: Option<Pid>) {
    use rustix::process::{Resource, Rlimit, prlimit};

    // The second one holds where nobody is left to stop it.
    for (resource, most) in [(Resource::As, MEMORY_BYTES_MAX), (Resource::Cpu, SECONDS_MAX)] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        if let Some(Err(error)) = pid.map(|pid| prlimit(Some(pid), resource, limit)) {
            tracing::debug!(%error, ?resource, "a renderer runs without a limit");
        }
    }
}

/// Only Linux sets a limit of another process.
#[cfg(not(target_os = "linux"))]
fn limit_use(_pid: Option<Pid>) {}

/// Returns the `PATH` that programs are found on.
pub(super) fn path_of_ours() -> OsString {
    variable("PATH").unwrap_or_default()
}

fn find(tool: &str) -> Option<PathBuf> {
    let path = variable("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.is_file())
}

#[expect(clippy::disallowed_methods, reason = "programs are found on PATH, as the reader of the log expects")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHELL: Program<'static> = Program {
        name: "sh",
        install: "it comes with the system",
        version: &["-c", "echo '{Version:sh/v4.5.7 Go:1.18}'"],
        version_min: (4, 5),
    };

    #[tokio::test]
    async fn a_program_that_fails_is_told_to_be_too_old_and_its_code_where_it_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let args = ["-c", "exit 7"];
        let call = Call::of(&args, folder.path());
        let output = SHELL.run(&call).await.unwrap();
        assert_eq!(output.stderr, "it ended with exit code 7 and gave no reason");
        let old = Program { version_min: (5, 0), ..SHELL }.run(&call).await.unwrap_err();
        assert_eq!(old.to_string(), "the program `sh` cannot be used: its version 4.5 is older than 5.0");
    }

    #[test]
    fn a_version_is_read_as_every_program_writes_it() {
        for (said, read) in [
            ("v4.3\n", Some((4, 3))),
            ("v3.22.0+g1234567", Some((3, 22))),
            ("Client: v2.17.0+ga690bad\n", Some((2, 17))),
            ("{Version:kustomize/v4.5.7 GitCommit:56d8}", Some((4, 5))),
            ("{Version:3.5.4 GitCommit:3af5}", Some((3, 5))),
            ("Jsonnet commandline interpreter (Go implementation) v0.17.0\n", Some((0, 17))),
            ("<no value>", None),
        ] {
            assert_eq!(version(said), read, "{said}");
        }
    }

    async fn said(script: &str, limit: Duration) -> String {
        let folder = tempfile::tempdir().unwrap();
        let args = ["-c", script];
        let call = Call { variables: vec![("PATH", "/usr/bin:/bin".into())], ..Call::of(&args, folder.path()) };
        match SHELL.run_within(&call, limit).await {
            Ok(output) => format!("{} {}", output.status, String::from_utf8_lossy(&output.stdout)),
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn a_program_that_writes_without_end_is_stopped() {
        let said = said("while :; do cat /bin/sh; done", Duration::from_secs(100)).await;
        assert_eq!(said, "the program `sh` was stopped: it wrote more than 64 MiB");
    }

    #[tokio::test]
    async fn a_program_that_does_not_end_is_stopped_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        // Who reads the pipe sees its end only when everybody who could write is gone.
        let script = format!("mkfifo {0}; sleep 1000 > {0} & sleep 1000", pipe.display());
        let ended = said(&script, Duration::from_secs(1));
        let reader = async {
            while !pipe.exists() {
                tokio::task::yield_now().await;
            }
            tokio::fs::read(&pipe).await.unwrap()
        };
        let (ended, read) = tokio::join!(ended, reader);
        assert_eq!(ended, "the program `sh` was stopped: it did not end within 1 s");
        assert!(read.is_empty());
    }

    #[tokio::test]
    async fn a_program_has_no_more_memory_than_the_limit() {
        let said = said("while [ `ulimit -v` = unlimited ]; do :; done; ulimit -v", Duration::from_secs(100)).await;
        assert_eq!(said, format!("exit status: 0 {}\n", MEMORY_BYTES_MAX / 1024));
    }
}
