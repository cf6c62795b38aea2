//! What a chart must not have: keys that Helm reads otherwise, and schemas that lead out of it.

use landfall_core::manifest::{Compat, SourceFile, values};
use serde_json::Value;

use super::chart::{Chart, document};
use crate::render::{Error, keys};

const SCHEMA: &str = "values.schema.json";
const ASKING: [&str; 4] = [super::FILE_NAME, "requirements.yaml", "Chart.lock", "requirements.lock"];
/// Keys that we judge charts by.
const KEYS: [&str; 5] = ["dependencies", "name", "version", "repository", "alias"];
/// Keys of a JSON schema whose value is the address of another one.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];
/// Addresses of JSON schema itself, which Helm knows without fetching them.
const DIALECTS: [&str; 5] = [
    "http://json-schema.org/draft-04/schema",
    "http://json-schema.org/draft-06/schema",
    "http://json-schema.org/draft-07/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
];

impl Chart {
    /// Returns why Helm must not read this chart, or one inside it.
    pub(in crate::render) fn refusal(&self) -> Option<Error> {
        let own = self.texts.iter().find_map(|(path, text)| match path.as_str() {
            SCHEMA => self.schema(text),
            path if ASKING.contains(&path) => self.asks(path, text),
            _ => None,
        });
        own.or_else(|| self.parts.iter().find_map(Self::refusal))
    }

    fn asks(&self, path: &str, text: &str) -> Option<Error> {
        let asked = document(text);
        let entries = asked["dependencies"].as_array().into_iter().flatten();
        let misspelt = std::iter::once(&asked).chain(entries).find_map(|value| keys::misspelt(value, &KEYS));
        let key = keys::ambiguous(&asked).or(misspelt)?;
        let what = format!("has the key `{}`, which Helm may take for another one", key.escape_default());
        Some(self.refused(path, what, "write keys in plain letters and in their usual case"))
    }

    fn schema(&self, text: &str) -> Option<Error> {
        let source = SourceFile::new(SCHEMA, text.as_bytes());
        let help = "a schema may refer to itself only (`#/definitions/...`)";
        let Ok(documents) = values(&source, Compat::Kubectl) else {
            return Some(self.refused(SCHEMA, "is not JSON".to_owned(), "mend it, or remove it"));
        };
        let address = documents.iter().find_map(foreign)?;
        Some(self.refused(SCHEMA, format!("refers to `{address}`, which is not in it"), help))
    }

    fn refused(&self, path: &str, what: String, help: &str) -> Error {
        Error::Refused { path: self.at(path), what, help: help.to_owned() }
    }
}

/// Returns an address in a schema that leads out of it.
fn foreign(schema: &Value) -> Option<&str> {
    let inner = match schema {
        Value::Object(map) => {
            let own = map.iter().find_map(|(key, value)| {
                let address = value.as_str()?;
                let stays = match key.as_str() {
                    "$schema" => DIALECTS.contains(&address.trim_end_matches('#')),
                    key if REFERENCES.contains(&key) => address.starts_with('#'),
                    _ => true,
                };
                (!stays).then_some(address)
            });
            if own.is_some() {
                return own;
            }
            map.values().collect::<Vec<_>>()
        }
        Value::Array(items) => items.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    inner.into_iter().find_map(foreign)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_refers_to_itself_only() {
        for schema in [
            json!({"$ref": "http://127.0.0.1/x"}),
            json!({"properties": {"a": {"$ref": "file:///etc/passwd"}}}),
            json!({"allOf": [{"$ref": "/etc/passwd"}]}),
            json!({"$schema": "http://127.0.0.1/schema"}),
        ] {
            assert!(foreign(&schema).is_some(), "{schema}");
        }
        let own = json!({"$schema": "http://json-schema.org/draft-07/schema#", "$id": "http://a/b", "$ref": "#/definitions/a"});
        assert_eq!(foreign(&own), None);
    }
}
