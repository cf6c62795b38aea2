//! What keeps pods from running. Looks only at the pods that it is given: those of the revision that was applied.

use serde_json::Value;

use super::finding::{Fatal, Finding};
use super::subject::{Condition, Subject, condition, list, text};
use super::{Code, config, container, eviction, probe, unscheduled};

pub(super) fn findings<'a>(subject: &Subject<'a>, pods: &[&'a Value]) -> Vec<Finding> {
    pods.iter().flat_map(|pod| of_pod(subject, pod)).collect()
}

fn of_pod<'a>(subject: &Subject<'a>, pod: &'a Value) -> Vec<Finding> {
    if condition(pod, "Ready").as_ref().is_some_and(Condition::is_true) {
        return Vec::new();
    }
    if let Some(finding) = eviction::finding(subject, pod).or_else(|| unscheduled::finding(subject, pod)) {
        return vec![finding];
    }
    let mut findings = container::findings(subject, pod);
    if findings.is_empty() {
        let other =
            unmounted(subject, pod).or_else(|| unsandboxed(subject, pod)).or_else(|| container::unended_init(pod));
        findings.extend(other.or_else(|| unready(subject, pod)));
    }
    findings
}

fn unmounted(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    let message = subject.event(text(pod, "/metadata/uid")?, &["FailedMount", "FailedAttachVolume"])?;
    let finding = config::missing_of_volume(pod, message).unwrap_or_else(|| not_mounted(pod, message));
    Some(finding.at(text(pod, "/metadata/name")?, None))
}

fn not_mounted(pod: &Value, message: &str) -> Finding {
    let help = if message.contains("Multi-Attach") {
        "a volume of one node cannot move while an old pod holds it: use the strategy Recreate, or end that pod"
    } else {
        "check that the volume's source exists and is not in use on another node"
    };
    // Some messages name the PersistentVolume, which the pod does not.
    let named =
        |volume: &&Value| text(volume, "/name").is_some_and(|name| message.contains(&format!("for volume \"{name}\"")));
    let volume = list(pod, "/spec/volumes").iter().find(named).and_then(|volume| text(volume, "/name"));
    let (reason, field) = match volume {
        Some(name) => (format!("cannot mount its volume `{name}`"), format!("volumes[{name}]")),
        None => ("cannot mount a volume".to_owned(), "volumes".to_owned()),
    };
    Finding::new(Code::VolumeNotMounted, Fatal::AtDeadline, reason).pod_field(field).evidence(message).help(help)
}

fn unsandboxed(subject: &Subject<'_>, pod: &Value) -> Option<Finding> {
    let message = subject.event(text(pod, "/metadata/uid")?, &["FailedCreatePodSandBox"])?;
    let finding = Finding::new(Code::SandboxNotCreated, Fatal::AtDeadline, "cannot get its network on its node")
        .at(text(pod, "/metadata/name")?, None)
        .evidence(message)
        .help("look at the node's runtime and network plugin");
    Some(finding)
}

/// The pod runs, and is not ready: a probe says so, a gate, or nobody yet.
fn unready<'a>(subject: &Subject<'a>, pod: &'a Value) -> Option<Finding> {
    let name = text(pod, "/metadata/name")?;
    let finding = |reason: &str| Finding::new(Code::NotReady, Fatal::AtDeadline, reason);
    let of_probe =
        |container: Option<&str>, probe: &str| format!("containers[{}].{probe}Probe", container.unwrap_or_default());
    if let Some(failing) = probe::failing(subject, pod, &["startup", "readiness", "liveness"]) {
        let container = failing.container.or_else(|| container::unready_name(pod));
        let found = finding(&format!("runs but does not pass its {} probe", failing.probe)).at(name, container);
        let found = found.pod_field(of_probe(container, failing.probe));
        return Some(
            found.evidence(failing.evidence).help("read the log, and check the probe's path, port and timing"),
        );
    }
    let unready = condition(pod, "Ready").filter(Condition::is_false)?;
    if unready.reason() == "ReadinessGatesNotReady" {
        let found = finding("runs, and waits for a readiness gate").at(name, None);
        return Some(
            found
                .pod_field("readinessGates")
                .evidence(unready.message())
                .help("find out who sets the gate's condition, and whether it runs"),
        );
    }
    let container = container::unready_name(pod)?;
    let (probe, asked) =
        ["readiness", "startup"].iter().find_map(|probe| Some((probe, probe::asks(pod, container, probe)?)))?;
    let found = finding("runs but has not passed its probe").at(name, Some(container));
    let found = found.pod_field(of_probe(Some(container), probe));
    Some(found.evidence(format!("it asks {asked}")).help("read the log, and check the probe's path, port and timing"))
}
