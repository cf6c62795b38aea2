//! Ingresses whose backend is not in the set, or does not have the port that they name.

use serde_json::Value;

use super::finding::{At, Found};
use super::set::{Set, items};

/// What the load balancer of AWS takes in place of a Service's port: its name is then one of an annotation.
const NO_SERVICE: &str = "use-annotation";

/// Finds backends that are not in the set.
pub(super) fn service(set: &Set<'_>, found: &mut Found) {
    for ingress in set.of_kind("networking.k8s.io", "Ingress") {
        let mut told = Vec::new();
        for (at, backend) in backends(&ingress.object) {
            let Some(name) = backend["name"].as_str() else { continue };
            let is_there = set.find("", "Service", name).is_some() || set.may_be_made(name);
            if !is_there && !told.contains(&name) {
                told.push(name);
                let title = format!("it leads to the Service `{name}`, which is not in this set");
                found.add(ingress, title, &[(At::Value(&format!("{at}/name")), "not in this set")]);
            }
        }
    }
}

/// Finds backends whose Service does not have the port.
pub(super) fn port(set: &Set<'_>, found: &mut Found) {
    for ingress in set.of_kind("networking.k8s.io", "Ingress") {
        for (at, backend) in backends(&ingress.object) {
            let name = backend["name"].as_str().unwrap_or_default();
            let Some(service) = set.find("", "Service", name) else { continue };
            let field = if backend["port"].get("name").is_some() { "name" } else { "number" };
            let wanted = &backend["port"][field];
            let of_service = if field == "name" { "name" } else { "port" };
            let ports = items(&service.object, "/spec/ports");
            if wanted.is_null() || ports.is_empty() || ports.iter().any(|(_, port)| &port[of_service] == wanted) {
                continue;
            }
            let title =
                format!("it leads to the port `{}` of Service/{name}, which has {}", plain(wanted), list(&ports));
            found.add(ingress, title, &[(At::Value(&format!("{at}/port/{field}")), "no such port")]);
        }
    }
}

/// Returns the `service` of every backend of an Ingress of `networking.k8s.io/v1`.
fn backends(ingress: &Value) -> Vec<(String, &Value)> {
    let mut backends = vec!["/spec/defaultBackend/service".to_owned()];
    for (rule, _) in items(ingress, "/spec/rules") {
        let paths = items(ingress, &format!("{rule}/http/paths"));
        backends.extend(paths.into_iter().map(|(path, _)| format!("{path}/backend/service")));
    }
    let read = backends.into_iter().filter_map(|at| ingress.pointer(&at).map(|service| (at, service)));
    read.filter(|(_, service)| service["port"]["name"] != NO_SERVICE).collect()
}

fn list(ports: &[(String, &Value)]) -> String {
    let one = |port: &Value| match port["name"].as_str() {
        Some(name) => format!("`{}` ({name})", plain(&port["port"])),
        None => format!("`{}`", plain(&port["port"])),
    };
    ports.iter().map(|(_, port)| one(port)).collect::<Vec<_>>().join(", ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
