//! Why a container ends again and again. Source: "Pod lifecycle" of the Kubernetes documentation.

use serde_json::Value;

use super::container::{Container, statuses};
use super::finding::{Fatal, Finding};
use super::subject::{Subject, text};
use super::{Code, config, probe};

/// How long a container may crash: it may wait for another one that starts at the same time.
const CRASH_GRACE_SECONDS: u64 = 60;

/// How often a container of the new revision may restart before it counts as broken.
const RESTARTS_MAX: u64 = 2;

pub(super) fn finding<'a>(subject: &Subject<'a>, container: &Container<'a>) -> Option<Finding> {
    let restarts = container.status["restartCount"].as_u64().unwrap_or(0);
    let Some(last) = ended(container) else {
        let is_restarted = restarts > RESTARTS_MAX && container.is_unready();
        return is_restarted.then(|| probe_failed(subject, container)).flatten();
    };
    let fatal = if restarts > RESTARTS_MAX { Fatal::Now } else { Fatal::AfterSeconds(CRASH_GRACE_SECONDS) };
    let finding = match last["reason"].as_str() {
        Some("OOMKilled") => out_of_memory(container),
        Some("StartError" | "ContainerCannotRun") => return Some(config::not_started(container).by(fatal)),
        _ => probe_failed(subject, container).unwrap_or_else(|| crashes(container, last, restarts)),
    };
    Some(Finding { fatal, ..finding })
}

/// Returns how a container ended that does not run again yet. A kubelet names the back-off only when it looks at the
/// pod again, which may take longer than the back-off itself; until then it shows the end.
fn ended<'a>(container: &Container<'a>) -> Option<&'a Value> {
    if container.waiting_reason() == "CrashLoopBackOff" {
        return Some(container.status.pointer("/lastState/terminated").unwrap_or(&Value::Null));
    }
    let ended = container.status.pointer("/state/terminated")?;
    container.restarts_after(ended["exitCode"].as_i64()).then_some(ended)
}

/// Returns whether a code means that a container ended by itself.
pub(super) fn is_crash(code: Code) -> bool {
    matches!(code, Code::CrashLoop | Code::OutOfMemory | Code::ProbeFailed | Code::CannotStart)
}

/// Returns the pod and container that ended with a failure, and how: "ended with exit code 1".
pub(super) fn ended_badly(pod: &Value) -> Option<(&str, &str, String)> {
    for status in statuses(pod) {
        let ended = status.pointer("/state/terminated").or_else(|| status.pointer("/lastState/terminated"));
        let Some(ended) = ended.filter(|ended| ended["exitCode"] != 0) else { continue };
        return Some((text(pod, "/metadata/name")?, text(status, "/name")?, ending(ended)));
    }
    None
}

fn out_of_memory(container: &Container<'_>) -> Finding {
    let limit = container.spec().and_then(|spec| text(spec, "/resources/limits/memory"));
    let evidence = match limit {
        Some(limit) => format!("killed because it used more memory than its limit of {limit}"),
        None => "killed because its node ran out of memory; it has no memory limit".to_owned(),
    };
    Finding::new(Code::OutOfMemory, Fatal::Now, "runs out of memory")
        .evidence(evidence)
        .pod_field(container.field("resources.limits.memory"))
        .help("raise `resources.limits.memory`, or find out why it needs so much")
}

fn probe_failed<'a>(subject: &Subject<'a>, container: &Container<'a>) -> Option<Finding> {
    let failing = probe::failing(subject, container.pod, &["liveness", "startup"])?;
    if failing.container.is_some_and(|name| name != container.name()) {
        return None;
    }
    let (reason, field) =
        (format!("is restarted because its {} probe fails", failing.probe), format!("{}Probe", failing.probe));
    let finding = Finding::new(Code::ProbeFailed, Fatal::Now, reason)
        .evidence(failing.evidence)
        .pod_field(container.field(&field))
        .help("read the log, and check the probe's path, port and timing");
    Some(finding)
}

fn crashes(container: &Container<'_>, last: &Value, restarts: u64) -> Finding {
    let evidence = format!("{} {} after {restarts} restarts", container.words(), ending(last));
    let reason = match last["exitCode"].as_i64() {
        _ if container.is_init() => "has an init container that fails",
        Some(0) => "ends instead of running on",
        _ => "crashes at start",
    };
    Finding::new(Code::CrashLoop, Fatal::Now, reason)
        .evidence(if restarts == 1 { evidence.replace("restarts", "restart") } else { evidence })
        .pod_field(container.place())
        .help("read the last lines of its log and mend the cause")
}

/// Leaves out the termination message: it may be the tail of the log, which has not been redacted here.
fn ending(ended: &Value) -> String {
    match ended["exitCode"].as_i64() {
        Some(code) => format!("ended with exit code {code}"),
        None => "ended".to_owned(),
    }
}
