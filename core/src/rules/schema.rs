//! The JSON schema of landfall.yaml, for editors, written from the table of keys. Checks nothing itself.

use serde_json::{Map, Value, json};

use super::keys::{self, Default, Key, Kind};

/// Returns the JSON schema (draft 2020-12) of landfall.yaml.
pub fn schema() -> Value {
    let mut root = group("");
    root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("title".to_owned(), json!("landfall.yaml"));
    Value::Object(root)
}

fn value(key: &Key) -> Value {
    let mut schema = shape(key);
    schema.insert("description".to_owned(), json!(key.doc));
    Value::Object(schema)
}

fn shape(key: &Key) -> Map<String, Value> {
    match key.kind {
        Kind::Text => fields(&json!({"type": "string"})),
        Kind::Count => fields(&json!({"type": "integer", "minimum": 0})),
        Kind::Flag => fields(&json!({"type": "boolean"})),
        Kind::Duration => fields(&json!({"type": "string", "pattern": "^[0-9]+[smh]$"})),
        Kind::Choice(words) => fields(&json!({"enum": words})),
        Kind::ChoiceOrGroup(words) => fields(&json!({"anyOf": [{"enum": words}, group(key.path)]})),
        Kind::TextOrGroup => fields(&json!({"anyOf": [{"type": "string"}, group(key.path)]})),
        Kind::Group => group(key.path),
        Kind::Names => {
            let names = json!({"type": "object", "additionalProperties": item(key, ".*")});
            let mut names = fields(&names);
            if key.default == Default::Required {
                names.insert("minProperties".to_owned(), json!(1));
            }
            names
        }
        Kind::List => fields(&json!({"type": "array", "minItems": 1, "items": item(key, "[]")})),
        Kind::Any => Map::new(),
    }
}

fn item(key: &Key, suffix: &str) -> Value {
    value(keys::at(&format!("{}{suffix}", key.path)).expect("the table has the item of every list and map of names"))
}

fn group(path: &str) -> Map<String, Value> {
    let built = || keys::under(path).filter(|key| key.built && key.name() != "*");
    let properties: Map<String, Value> = built().map(|key| (key.name().to_owned(), value(key))).collect();
    let required: Vec<&str> = built().filter(|key| key.default == Default::Required).map(Key::name).collect();
    let mut group = fields(&json!({"type": "object", "additionalProperties": false, "properties": properties}));
    if !required.is_empty() {
        group.insert("required".to_owned(), json!(required));
    }
    let choices: Vec<Value> = built().filter_map(choice).collect();
    if !choices.is_empty() {
        group.insert("allOf".to_owned(), json!(choices));
    }
    group
}

/// Exactly one of two keys, stated once: by the one whose name sorts first.
fn choice(key: &Key) -> Option<Value> {
    match key.default {
        Default::Unless(other) if key.name() < other => {
            Some(json!({"oneOf": [{"required": [key.name()]}, {"required": [other]}]}))
        }
        Default::Unless(_) | Default::Required | Default::None | Default::Is(_) => None,
    }
}

fn fields(schema: &Value) -> Map<String, Value> {
    schema.as_object().cloned().unwrap_or_default()
}
