//! What somebody allowed by name, because it loses something: to delete an object, or to make it anew.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use serde_json::Value;

use crate::manifest::ObjectId;

/// Declares in Git that an object may be deleted and made anew where it cannot be changed in place.
const ANNOTATION: &str = "landfall.dev/allow";

/// What is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Deed {
    /// Deleting it and making it anew.
    Replace,
    /// Deleting it.
    Delete,
}

/// One object, by its kind and name, and what may be done to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allowance {
    object: String,
    deed: Deed,
}

/// A text that allows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no KIND/NAME=replace and no KIND/NAME=delete")]
pub struct InvalidAllowance {
    text: String,
}

impl Allowance {
    /// Whether it is this that is allowed.
    pub(super) fn is_for(&self, id: &ObjectId, deed: Deed) -> bool {
        self.deed == deed && self.object == format!("{}/{}", id.kind, id.name)
    }
}

impl FromStr for Allowance {
    type Err = InvalidAllowance;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidAllowance { text: text.to_owned() };
        let (object, deed) = text.rsplit_once('=').ok_or_else(invalid)?;
        let deed = match deed {
            "replace" => Deed::Replace,
            "delete" => Deed::Delete,
            _ => return Err(invalid()),
        };
        let (kind, name) = object.split_once('/').ok_or_else(invalid)?;
        if kind.is_empty() || name.is_empty() { Err(invalid()) } else { Ok(Self { object: object.to_owned(), deed }) }
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deed = match self.deed {
            Deed::Replace => "replace",
            Deed::Delete => "delete",
        };
        write!(f, "{}={deed}", self.object)
    }
}

/// Whether Git says that an object may be made anew.
pub(super) fn is_replaceable(object: &Value) -> bool {
    object["metadata"]["annotations"][ANNOTATION] == "replace"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_names_a_kind_a_name_and_a_deed() {
        for text in ["Deployment/web=replace", "ConfigMap/a.b=delete"] {
            assert_eq!(text.parse::<Allowance>().unwrap().to_string(), text);
        }
        for text in ["", "web=replace", "Deployment/=replace", "/web=delete", "Deployment/web", "Deployment/web=keep"] {
            assert!(text.parse::<Allowance>().is_err(), "{text}");
        }
    }
}
