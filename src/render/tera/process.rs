//! Starts the process that renders templates and hears its answer. It is killed when it takes too long.

#![expect(clippy::disallowed_types, reason = "starts our own binary, without any environment")]

use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::time::timeout;

use super::super::Error;
use super::wire::{Answer, Request};
use super::worker::{COMMAND, CPU_SECONDS_MAX, MEMORY_BYTES_MAX};

/// On a busy machine a second of the processor may take several.
const WALL_SECONDS_MAX: u64 = 30;
/// All that the process may answer: more than a render may have.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// All that is kept of what it writes to standard error, which says why it ended.
const STDERR_BYTES_MAX: u64 = 4096;

/// `SIGABRT`: an allocation failed, as standard error says.
const ABORTED: i32 = 6;
/// `SIGKILL`, `SIGXCPU`: out of time.
const OUT_OF_TIME: [i32; 2] = [9, 24];

/// What the process said, and why it could not say more.
pub(super) struct Heard {
    pub(super) answers: Vec<Answer>,
    pub(super) ended: Option<String>,
}

/// Asks a new process.
pub(super) async fn ask(request: &Request) -> Result<Heard, Error> {
    let help = "it starts itself to render templates: is its file still where it was started from?".to_owned();
    hear(request).await.map_err(|error| Error::NoTool { tool: "landfall".to_owned(), why: error.to_string(), help })
}

async fn hear(request: &Request) -> std::io::Result<Heard> {
    let request = serde_json::to_vec(request).map_err(std::io::Error::other)?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg(COMMAND)
        .current_dir("/")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (mut answer, mut said) = (Vec::new(), Vec::new());
    let mut talk = Box::pin(async {
        let ask = async {
            if let Some(mut stdin) = stdin {
                // A process that ended before it was asked has said why.
                drop(stdin.write_all(&request).await);
            }
        };
        let listen = async { read(stdout, ANSWER_BYTES_MAX, &mut answer).await };
        let overhear = async { read(stderr, STDERR_BYTES_MAX, &mut said).await };
        tokio::join!(ask, listen, overhear)
    });
    if timeout(Duration::from_secs(WALL_SECONDS_MAX), &mut talk).await.is_err() {
        child.start_kill()?;
        talk.await;
    } else {
        drop(talk);
    }
    let status = child.wait().await?;
    let is_too_long = u64::try_from(answer.len()).is_ok_and(|bytes| bytes >= ANSWER_BYTES_MAX);
    let ended = if is_too_long { Some(too_long()) } else { why(status, &String::from_utf8_lossy(&said)) };
    Ok(Heard { answers: answers(&answer), ended })
}

/// Reads up to a limit; a pipe that fails has ended.
async fn read(pipe: Option<impl tokio::io::AsyncRead + Unpin>, bytes_max: u64, into: &mut Vec<u8>) {
    if let Some(pipe) = pipe {
        drop(pipe.take(bytes_max).read_to_end(into).await);
    }
}

fn answers(bytes: &[u8]) -> Vec<Answer> {
    bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

pub(super) fn too_long() -> String {
    format!("this renders to more than the {} MiB allowed", landfall_core::manifest::limits::FILE_BYTES_MAX >> 20)
}

/// Returns why a process ended before its work was done. What it wrote itself may hold values.
fn why(status: ExitStatus, stderr: &str) -> Option<String> {
    match status.signal() {
        _ if status.success() => None,
        Some(ABORTED) if stderr.contains("memory allocation") => {
            Some(format!("this needs more than the {} MiB of memory allowed", MEMORY_BYTES_MAX >> 20))
        }
        Some(signal) if OUT_OF_TIME.contains(&signal) => {
            Some(format!("this takes longer than the {CPU_SECONDS_MAX} s allowed"))
        }
        _ => Some(format!("the template engine failed on this ({status})")),
    }
}
