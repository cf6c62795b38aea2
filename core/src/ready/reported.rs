//! What a custom kind's definition says that its controller reports. Does not look at the object's status.

use serde_json::Value;

use super::subject::{Subject, list, text};

/// What may be expected in an object's status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reported {
    /// The definition is not known.
    Unknown,
    /// Nothing: the definition has no status.
    Nothing,
    /// A status without conditions.
    Status,
    /// Conditions; with the one that a column of `kubectl get` shows, where one does.
    Conditions(Option<String>),
}

/// Reads the definition of an object's kind among those that are known.
pub(super) fn by_definition(subject: &Subject<'_>) -> Reported {
    let defines = |definition: &&Value| {
        text(definition, "/spec/group") == Some(&subject.id.group)
            && text(definition, "/spec/names/kind") == Some(&subject.id.kind)
    };
    let version = subject.related.definitions.iter().find(defines).and_then(|it| version(subject, it));
    version.map_or(Reported::Unknown, by_version)
}

fn version<'a>(subject: &Subject<'_>, definition: &'a Value) -> Option<&'a Value> {
    let api_version = subject.text("/apiVersion")?;
    let wanted = api_version.rsplit('/').next();
    list(definition, "/spec/versions").iter().find(|version| text(version, "/name") == wanted)
}

fn by_version(version: &Value) -> Reported {
    if version.pointer("/subresources/status").is_none() {
        return Reported::Nothing;
    }
    let status = version.pointer("/schema/openAPIV3Schema/properties/status");
    let column = list(version, "/additionalPrinterColumns").iter().find_map(shown_condition);
    match status {
        _ if column.is_some() => Reported::Conditions(column),
        Some(status) if status.pointer("/properties/conditions").is_some() => Reported::Conditions(None),
        Some(status) if is_open(status) => Reported::Unknown,
        Some(_) => Reported::Status,
        None => Reported::Nothing,
    }
}

/// Whether a schema lets through what it does not name.
fn is_open(schema: &Value) -> bool {
    schema.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true))
}

/// Reads the condition in a column's path: `.status.conditions[?(@.type=="Ready")].status`. One that says that
/// something is wrong or under way is no sign of being ready.
fn shown_condition(column: &Value) -> Option<String> {
    let path = text(column, "/jsonPath")?.strip_prefix(".status.conditions[?(@.type")?;
    if !path.ends_with(").status") && !path.ends_with("].status") {
        return None;
    }
    let kind = path.trim_start_matches([' ', '=']).trim_start_matches(['"', '\'']).split(['"', '\'']).next()?;
    SUMMARIES.contains(&kind).then(|| kind.to_owned())
}

/// Conditions that sum an object up when they are true (API conventions, "Typical status properties").
const SUMMARIES: &[&str] = &["Ready", "Available", "Healthy", "Accepted", "Synced", "Established", "Programmed"];
