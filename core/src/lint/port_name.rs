//! Ports that are named and that no container has under this name.

use serde_json::Value;

use super::finding::{At, Found};
use super::pod::Container;
use super::service_pods::selected;
use super::set::{Set, items};

/// Where a container names a port of its own.
const NAMED: [&str; 8] = [
    "livenessProbe/httpGet",
    "livenessProbe/tcpSocket",
    "readinessProbe/httpGet",
    "readinessProbe/tcpSocket",
    "startupProbe/httpGet",
    "startupProbe/tcpSocket",
    "lifecycle/postStart/httpGet",
    "lifecycle/preStop/httpGet",
];

/// Finds Services that lead to a port by a name that no container of their pods has.
pub(super) fn target(set: &Set<'_>, found: &mut Found) {
    for service in set.of_kind("", "Service") {
        let pods: Vec<_> = selected(set, &service.object["spec"]["selector"]).collect();
        for (at, port) in items(&service.object, "/spec/ports") {
            let Some(name) = port["targetPort"].as_str().filter(|name| is_name(name)) else { continue };
            let has = |name: &str| pods.iter().any(|pod| pod.containers().iter().any(|one| has_port(one, name)));
            if !pods.is_empty() && !has(name) {
                let title = format!("it leads to the port `{name}`, which no container of its pods has");
                found.add(service, title, &[(At::Value(&format!("{at}/targetPort")), "no such port")]);
            }
        }
    }
}

/// Finds probes of a port by a name that the container does not have.
pub(super) fn probe(set: &Set<'_>, found: &mut Found) {
    for pod in &set.pods {
        for container in pod.containers() {
            for place in NAMED {
                let at = container.at(&format!("{place}/port"));
                let name = pod.manifest.object.pointer(&at).and_then(Value::as_str).filter(|name| is_name(name));
                let Some(name) = name.filter(|name| !has_port(&container, name)) else { continue };
                let what = place.split('/').next().unwrap_or(place);
                let title = format!("`{what}` of {} names the port `{name}`, which it does not have", container.name());
                found.add(pod.manifest, title, &[(At::Value(&at), "no such port")]);
            }
        }
    }
}

/// The kubelet reads a text of digits as a number.
fn is_name(text: &str) -> bool {
    text.parse::<u16>().is_err()
}

fn has_port(container: &Container<'_>, name: &str) -> bool {
    container.value["ports"].as_array().into_iter().flatten().any(|port| port["name"] == name)
}
