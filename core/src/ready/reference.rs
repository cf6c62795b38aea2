//! Where a pod names a Secret or `ConfigMap`, as a field of its `spec`. Does not know whether that exists.

use serde_json::Value;

use super::subject::{list, text};

/// What is named: an object, or a key of it.
#[derive(Debug)]
pub(super) struct Named<'a> {
    /// `Secret` or `ConfigMap`.
    pub(super) kind: &'static str,
    pub(super) name: &'a str,
    pub(super) key: Option<&'a str>,
}

impl Named<'_> {
    /// Returns the field of a container that names it, below the container's `place`.
    pub(super) fn in_container(&self, place: &str, container: &Value) -> Option<String> {
        let (of_key, of_all) =
            if self.kind == "Secret" { ("secretKeyRef", "secretRef") } else { ("configMapKeyRef", "configMapRef") };
        let names_key = |item: &&Value| {
            item.pointer(&format!("/valueFrom/{of_key}")).is_some_and(|it| {
                text(it, "/name") == Some(self.name) && self.key.is_none_or(|key| text(it, "/key") == Some(key))
            })
        };
        if let Some(item) = list(container, "/env").iter().find(names_key) {
            let field = if self.key.is_some() { "key" } else { "name" };
            return Some(format!("{place}.env[{}].valueFrom.{of_key}.{field}", text(item, "/name")?));
        }
        let names_all = |item: &Value| text(item, &format!("/{of_all}/name")) == Some(self.name);
        let at = list(container, "/envFrom").iter().position(names_all)?;
        Some(format!("{place}.envFrom[{at}].{of_all}.name"))
    }

    /// Returns the volume of a pod that names it.
    pub(super) fn in_volumes(&self, pod: &Value) -> Option<String> {
        let (at, field) = if self.kind == "Secret" {
            ("/secret/secretName", "secret.secretName")
        } else {
            ("/configMap/name", "configMap.name")
        };
        let volume = list(pod, "/spec/volumes").iter().find(|volume| text(volume, at) == Some(self.name))?;
        Some(format!("volumes[{}].{field}", text(volume, "/name")?))
    }
}
