//! Kinds and objects that rules name: as manifests spell them, or they would never match. Custom kinds are believed.

use super::value::Unusable;
use crate::manifest::{KINDS, is_builtin_group};
use crate::plan::Allowance;

/// Reads a kind with its API group: `Database.example.org`, `Service`.
pub(super) fn kind(text: &str) -> Result<(String, String), Unusable> {
    let (kind, group) = text.split_once('.').unwrap_or((text, ""));
    if KINDS.iter().any(|(builtin, known, ..)| (*builtin, *known) == (group, kind)) {
        return Ok((group.to_owned(), kind.to_owned()));
    }
    let alike = alike(kind);
    let in_group = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let is_custom =
        !group.is_empty() && !is_builtin_group(group) && group.chars().all(in_group) && !text.ends_with('.');
    if is_custom && is_camel_case(kind) {
        return Ok((group.to_owned(), kind.to_owned()));
    }
    let form = "write the kind as manifests do and its API group without a version: `Database.example.org`, `Service`";
    let help = if alike.is_empty() { form.to_owned() } else { format!("did you mean {}?", alike.join(" or ")) };
    Err(("it is not a kind with its API group".to_owned(), help))
}

/// Reads an object that may be deleted: `Namespace/shop`, without an API group.
pub(super) fn deletion(text: &str) -> Result<Allowance, Unusable> {
    let bad = |help: String| ("this is not an object's kind and name".to_owned(), help);
    let form = || "write them as in `Namespace/shop`".to_owned();
    let (kind, name) = text.split_once('/').ok_or_else(|| bad(form()))?;
    let is_builtin = KINDS.iter().any(|(_, known, ..)| *known == kind);
    let alike = KINDS.iter().find(|(_, known, ..)| known.eq_ignore_ascii_case(kind.split('.').next().unwrap_or(kind)));
    match alike.filter(|_| !is_builtin) {
        Some((_, known, ..)) => return Err(bad(format!("did you mean `{known}/{name}`?"))),
        None if !is_camel_case(kind) || name.contains(['*', '/']) || name.contains(char::is_whitespace) => {
            return Err(bad(form()));
        }
        None => {}
    }
    format!("{text}=delete").parse().map_err(|_| bad(form()))
}

fn is_camel_case(kind: &str) -> bool {
    kind.starts_with(|c: char| c.is_ascii_uppercase()) && kind.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Returns Kubernetes' own kinds of that name in any spelling, with their groups, each in backquotes.
fn alike(kind: &str) -> Vec<String> {
    let named = KINDS.iter().filter(|(_, known, ..)| known.eq_ignore_ascii_case(kind));
    named.map(|(group, known, ..)| format!("`{}`", format!("{known}.{group}").trim_end_matches('.'))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_can_never_match_is_told_with_the_one_that_can() {
        for (text, help) in [
            ("Deployment", "did you mean `Deployment.apps`?"),
            ("deployment", "did you mean `Deployment.apps`?"),
            ("DEPLOYMENT.apps", "did you mean `Deployment.apps`?"),
            ("service", "did you mean `Service`?"),
        ] {
            assert_eq!(kind(text).unwrap_err().1, help, "{text}");
        }
        for text in ["Service", "Deployment.apps", "Database.example.org", "Ingress.networking.k8s.io"] {
            assert!(kind(text).is_ok(), "{text}");
        }
        for text in ["Widget", "Deployments.apps", "Database.", "1a.b"] {
            assert!(kind(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_object_that_can_never_match_is_told() {
        for (text, help) in [
            ("persistentvolumeclaim/data", "did you mean `PersistentVolumeClaim/data`?"),
            ("deployment.apps/web", "did you mean `Deployment/web`?"),
            ("Namespace/*", "write them as in `Namespace/shop`"),
            ("foo", "write them as in `Namespace/shop`"),
            ("widget/a", "write them as in `Namespace/shop`"),
        ] {
            assert_eq!(deletion(text).unwrap_err().1, help, "{text}");
        }
        for text in ["Namespace/shop", "ClusterRole/system:view", "Database/main"] {
            assert!(deletion(text).is_ok(), "{text}");
        }
    }
}
