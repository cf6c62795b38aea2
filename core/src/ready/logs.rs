//! Whose log shows a cause, and what it says. Does not fetch it.

use super::image::NOT_MADE_FOR_ITS_NODE;
use super::{Cause, Code};

/// What the kernel says of a program of another machine; some runtimes find out when the container has begun, so that
/// its log alone has the words.
const OTHER_MACHINE: &str = "exec format error";

/// A container's log to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRequest {
    /// The pod, in the namespace of the cause's object.
    pub pod: String,
    /// The container.
    pub container: String,
    /// Whether the run before the current one is meant: a container that waits for its restart has no current one.
    pub previous: bool,
}

/// Returns whose last lines belong into `cause.log`; none when no log can explain the cause.
pub fn wants_logs(cause: &Cause) -> Option<LogRequest> {
    let among = |codes: &[Code]| codes.iter().any(|code| code.name() == cause.code);
    let previous = among(&[Code::CrashLoop, Code::OutOfMemory, Code::ProbeFailed]);
    if !previous && !among(&[Code::PodFailed, Code::JobFailed, Code::InitUnfinished, Code::NotReady]) {
        return None;
    }
    Some(LogRequest { pod: cause.pod.clone()?, container: cause.container.clone()?, previous })
}

/// Adds the last lines of the log to a cause, which they may explain better than what was known.
pub fn read_log(cause: &mut Cause, lines: Vec<String>) {
    if cause.code == Code::CrashLoop.name() && lines.iter().any(|line| line.ends_with(OTHER_MACHINE)) {
        cause.code = Code::ImagePlatform.name();
        NOT_MADE_FOR_ITS_NODE.clone_into(&mut cause.reason);
        cause.field.push_str(".image");
        "build the image for its node's platform, or choose other nodes with a `nodeSelector`"
            .clone_into(&mut cause.help);
    }
    cause.log = lines;
}
