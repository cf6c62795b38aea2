//! Which probe fails, what it asks, and how it is answered. Source: kubelet `prober` and `apps/v1` types, `Probe`.

use serde_json::Value;

use super::event::Event;
use super::subject::{Subject, list, text};

/// A probe that fails.
pub(super) struct Failing<'a> {
    /// "liveness", "startup" or "readiness".
    pub(super) probe: &'static str,
    pub(super) container: Option<&'a str>,
    /// How it was answered, and what it asks.
    pub(super) evidence: String,
}

/// Returns the first of these probes that a kubelet reports as failing in a pod.
pub(super) fn failing<'a>(subject: &Subject<'a>, pod: &'a Value, probes: &[&'static str]) -> Option<Failing<'a>> {
    let uid = text(pod, "/metadata/uid")?;
    let reported = |probe: &'static str| Some((probe, subject.newest(uid, &["Unhealthy"], word(probe))?));
    let (probe, event) = probes.iter().find_map(|probe| reported(probe))?;
    let container = event.container();
    Some(Failing { probe, container, evidence: evidence(pod, probe, event) })
}

/// The first word of the kubelet's message.
fn word(probe: &str) -> &'static str {
    match probe {
        "liveness" => "Liveness",
        "startup" => "Startup",
        _ => "Readiness",
    }
}

fn evidence(pod: &Value, probe: &str, event: Event<'_>) -> String {
    let asked = event.container().and_then(|name| asks(pod, name, probe));
    // A command that prints nothing leaves the message without its end.
    let message = event.message().trim_end().trim_end_matches(':');
    asked.map_or_else(|| message.to_owned(), |asked| format!("{message} (it asks {asked})"))
}

/// Says what a container's probe asks: "GET /healthz on port 8080". Of a command only the program is named.
pub(super) fn asks(pod: &Value, container: &str, probe: &str) -> Option<String> {
    let specs = list(pod, "/spec/containers").iter().chain(list(pod, "/spec/initContainers"));
    let spec = specs.into_iter().find(|spec| text(spec, "/name") == Some(container))?;
    let probe = spec.get(format!("{probe}Probe"))?;
    let port = |place: &str| probe.pointer(place).map(|port| port.to_string().replace('"', ""));
    if let Some(port) = port("/httpGet/port") {
        return Some(format!("GET {} on port {port}", text(probe, "/httpGet/path").unwrap_or("/")));
    }
    if let Some(port) = port("/grpc/port") {
        return Some(format!("gRPC on port {port}"));
    }
    if let Some(port) = port("/tcpSocket/port") {
        return Some(format!("for a connection to port {port}"));
    }
    let program = list(probe, "/exec/command").first()?.as_str()?;
    Some(format!("the command {program}"))
}
