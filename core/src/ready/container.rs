//! What keeps a pod's containers from running, init containers first. Hands each kind of trouble to its file.

use serde_json::Value;

use super::Code;
use super::finding::{Fatal, Finding};
use super::subject::{Subject, list, text};
use super::{config, crash, image};

/// One container of one pod.
pub(super) struct Container<'a> {
    pub(super) pod: &'a Value,
    pub(super) status: &'a Value,
}

impl<'a> Container<'a> {
    pub(super) fn name(&self) -> &'a str {
        text(self.status, "/name").unwrap_or_default()
    }

    pub(super) fn pod_name(&self) -> &'a str {
        text(self.pod, "/metadata/name").unwrap_or_default()
    }

    pub(super) fn pod_uid(&self) -> &'a str {
        text(self.pod, "/metadata/uid").unwrap_or_default()
    }

    pub(super) fn waiting_reason(&self) -> &'a str {
        text(self.status, "/state/waiting/reason").unwrap_or_default()
    }

    pub(super) fn waiting_message(&self) -> &'a str {
        text(self.status, "/state/waiting/message").unwrap_or_default()
    }

    pub(super) fn image(&self) -> &'a str {
        self.spec().and_then(|spec| text(spec, "/image")).or_else(|| text(self.status, "/image")).unwrap_or_default()
    }

    /// Returns what people call it: "app", "the init container migrate".
    pub(super) fn words(&self) -> String {
        if self.is_init() { format!("the init container {}", self.name()) } else { self.name().to_owned() }
    }

    pub(super) fn is_unready(&self) -> bool {
        self.status["ready"] == Value::Bool(false)
    }

    /// Whether the kubelet starts it again after this exit code.
    pub(super) fn restarts_after(&self, exit_code: Option<i64>) -> bool {
        let ended_well = exit_code == Some(0);
        match text(self.pod, "/spec/restartPolicy").unwrap_or("Always") {
            _ if self.is_sidecar() => true,
            "Always" => !(ended_well && self.is_init()),
            "OnFailure" => !ended_well,
            _ => false,
        }
    }

    /// Whether the others wait for its end.
    pub(super) fn is_init(&self) -> bool {
        let named = |spec: &Value| text(spec, "/name") == Some(self.name());
        list(self.pod, "/status/initContainerStatuses").iter().any(named) && !self.is_sidecar()
    }

    fn is_sidecar(&self) -> bool {
        self.spec().and_then(|spec| text(spec, "/restartPolicy")) == Some("Always")
    }

    /// Returns its place in the pod's `spec`: `containers[app]`.
    pub(super) fn place(&self) -> String {
        let is_first =
            list(self.pod, "/status/initContainerStatuses").iter().any(|it| text(it, "/name") == Some(self.name()));
        format!("{}[{}]", if is_first { "initContainers" } else { "containers" }, self.name())
    }

    /// Returns the place of one of its fields: `containers[app].image`.
    pub(super) fn field(&self, field: &str) -> String {
        format!("{}.{field}", self.place())
    }

    /// Returns the container as the pod's spec has it.
    pub(super) fn spec(&self) -> Option<&'a Value> {
        let named = |spec: &&Value| text(spec, "/name") == Some(self.name());
        list(self.pod, "/spec/initContainers").iter().chain(list(self.pod, "/spec/containers")).find(named)
    }
}

pub(super) fn findings<'a>(subject: &Subject<'a>, pod: &'a Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for status in statuses(pod) {
        let container = Container { pod, status };
        let finding = image::finding(subject, &container)
            .or_else(|| config::finding(&container))
            .or_else(|| crash::finding(subject, &container));
        findings.extend(finding.map(|finding| finding.at(container.pod_name(), Some(container.name()))));
    }
    findings
}

/// Returns the statuses of a pod's containers, init containers first.
pub(super) fn statuses(pod: &Value) -> impl Iterator<Item = &Value> {
    list(pod, "/status/initContainerStatuses").iter().chain(list(pod, "/status/containerStatuses"))
}

/// Returns the first container that runs but is not ready.
pub(super) fn unready_name(pod: &Value) -> Option<&str> {
    let unready = list(pod, "/status/containerStatuses").iter().find(|status| status["ready"] == Value::Bool(false))?;
    text(unready, "/name")
}

/// Finds the init container that runs on while the others wait for it. One that always restarts is a sidecar.
pub(super) fn unended_init(pod: &Value) -> Option<Finding> {
    let runs = |status: &&Value| status.pointer("/state/running").is_some();
    let mut running = list(pod, "/status/initContainerStatuses").iter().filter(runs);
    let status = running.find(|status| !(Container { pod, status }).is_sidecar())?;
    let name = text(status, "/name")?;
    let finding =
        Finding::new(Code::InitUnfinished, Fatal::AtDeadline, "waits for an init container that does not end")
            .at(text(pod, "/metadata/name")?, Some(name))
            .pod_field(format!("initContainers[{name}]"))
            .evidence(format!("the init container {name} still runs"))
            .help("read its log to see what it waits for");
    Some(finding)
}
