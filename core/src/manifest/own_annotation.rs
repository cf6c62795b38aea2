//! The annotations that an object in Git may have for us, and their values. What they do is decided where they are read.
//!
//! A misspelt one would be read by nobody: an object that was to be kept would be deleted.

use serde_json::Value;

use crate::id::{AppName, EnvName};
use crate::inventory::LABEL;
use crate::rules::suggest;

const PREFIX: &str = "landfall.dev/";

/// Each with its values; none where a reader of its own judges them.
const KNOWN: [(&str, &[&str]); 7] = [
    ("landfall.dev/adopt", &["true", "whole", "APP/ENVIRONMENT"]),
    ("landfall.dev/after", &[]),
    ("landfall.dev/allow", &["replace"]),
    ("landfall.dev/lint-off", &[]),
    ("landfall.dev/phase", &[]),
    ("landfall.dev/prune", &["keep"]),
    // Of a Job that `verify` names: it is put there after rendering.
    ("landfall.dev/verifies", &[]),
];

/// An annotation that nobody reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    /// Where it stands: `annotations` or `labels`.
    pub(super) field: &'static str,
    pub(super) key: String,
    /// The value, where the key itself is known.
    pub(super) value: Option<String>,
    pub(super) help: String,
}

/// Returns the annotations of an object that look like ours and are not, and labels that should be annotations.
pub(super) fn unread(object: &Value) -> Vec<Unread> {
    let ours = |field: &str| {
        let entries = object["metadata"][field].as_object().into_iter().flatten();
        entries.filter(|(key, _)| key.starts_with(PREFIX) && *key != LABEL)
    };
    let labels = ours("labels").map(|(key, _)| {
        let help = "write it under `metadata.annotations`".to_owned();
        Unread { field: "labels", key: key.clone(), value: None, help }
    });
    let annotations = ours("annotations").filter_map(|(key, value)| judge(key, value.as_str().unwrap_or_default()));
    labels.chain(annotations).collect()
}

fn judge(key: &str, value: &str) -> Option<Unread> {
    let field = "annotations";
    let Some((_, values)) = KNOWN.iter().find(|(known, _)| *known == key) else {
        let keys: Vec<&str> = KNOWN.iter().map(|(key, _)| *key).filter(|key| !key.ends_with("verifies")).collect();
        return Some(Unread { field, key: key.to_owned(), value: None, help: suggest(key, &keys) });
    };
    let is_form = |form: &&str| form.contains('/') && is_app_and_environment(value);
    if values.is_empty() || values.contains(&value) || values.iter().any(is_form) {
        return None;
    }
    let values: Vec<String> = values.iter().map(|value| format!("`\"{value}\"`")).collect();
    let help = format!("write {}", values.join(" or "));
    Some(Unread { field, key: key.to_owned(), value: Some(value.to_owned()), help })
}

fn is_app_and_environment(value: &str) -> bool {
    let named =
        value.split_once('/').map(|(app, environment)| (app.parse::<AppName>(), environment.parse::<EnvName>()));
    matches!(named, Some((Ok(_), Ok(_))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(key: &str, value: &str) -> Option<String> {
        let object = json!({"metadata": {"annotations": {key: value, "example.com/x": "y"}}});
        unread(&object).pop().map(|unread| unread.help)
    }

    #[test]
    fn all_of_them_are_documented() {
        let documented = include_str!("../../../docs/annotations.md");
        for (key, values) in KNOWN {
            assert!(documented.contains(&format!("`{key}`")), "{key}");
            assert!(values.iter().all(|value| documented.contains(&format!("`\"{value}\"`"))), "{key}: {values:?}");
        }
    }

    #[test]
    fn a_label_that_should_be_an_annotation_is_told_and_the_mark_of_a_live_object_is_not() {
        let object = json!({"metadata": {"labels": {"landfall.dev/prune": "keep", "landfall.dev/inventory": "0"}}});
        let told: Vec<String> = unread(&object).into_iter().map(|unread| unread.key).collect();
        assert_eq!(told, ["landfall.dev/prune"]);
    }

    #[test]
    fn a_misspelt_one_is_told_with_what_was_meant() {
        for (key, value, help) in [
            ("landfall.dev/prune", "Keep", Some("write `\"keep\"`")),
            ("landfall.dev/prune", "keep", None),
            ("landfall.dev/prun", "keep", Some("did you mean `landfall.dev/prune`?")),
            ("landfall.dev/adopt", "yes", Some("write `\"true\"` or `\"whole\"` or `\"APP/ENVIRONMENT\"`")),
            ("landfall.dev/adopt", "shop/production", None),
            ("landfall.dev/adopt", "a/b/c", Some("write `\"true\"` or `\"whole\"` or `\"APP/ENVIRONMENT\"`")),
            ("landfall.dev/allow", "recreate", Some("write `\"replace\"`")),
            ("landfall.dev/after", "Job/migrate", None),
        ] {
            assert_eq!(of(key, value).as_deref(), help, "{key}: {value}");
        }
    }
}
