//! Whose log shows a cause. Does not fetch it.

use super::{Cause, Code};

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
