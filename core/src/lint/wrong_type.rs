//! Values that a field cannot hold: a number in quotes, a mapping where a list belongs. Says nothing of what is missing.

use serde_json::Value;

use super::fields::Plain;
use super::finding::{At, Found};
use super::schema::{Schema, walk_all};
use super::set::Set;
use crate::manifest::Manifest;

/// Finds values that are refused for what they are.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    walk_all(set, &mut |manifest, schema, value, pointer| look(manifest, schema, value, pointer, found));
}

fn look(manifest: &Manifest, schema: Schema<'_>, value: &Value, pointer: &str, found: &mut Found) {
    if let Some(wanted) = wanted(schema).filter(|wanted| !wanted.takes(value)) {
        let (name, is) = (pointer.trim_start_matches('/').replace('/', "."), what(value));
        let title = format!("`{name}` is {is}, and has to be {}", wanted.name());
        found.add(manifest, title, &[(At::Value(pointer), is)]);
    }
}

/// What a field has to hold.
#[derive(Clone, Copy)]
enum Wanted {
    Mapping,
    List,
    Plain(Plain),
}

fn wanted(schema: Schema<'_>) -> Option<Wanted> {
    Some(match schema {
        Schema::Typed(_) | Schema::Map(_) => Wanted::Mapping,
        Schema::List(_) => Wanted::List,
        Schema::Plain(plain) => Wanted::Plain(plain),
        Schema::Defined(schema) => return of_definition(schema),
    })
}

fn of_definition(schema: &Value) -> Option<Wanted> {
    if schema["x-kubernetes-int-or-string"] == true {
        return Some(Wanted::Plain(Plain::IntegerOrText));
    }
    Some(match schema["type"].as_str()? {
        "object" => Wanted::Mapping,
        "array" => Wanted::List,
        "string" => Wanted::Plain(Plain::Text),
        "integer" => Wanted::Plain(Plain::Integer),
        "number" => Wanted::Plain(Plain::Number),
        "boolean" => Wanted::Plain(Plain::Boolean),
        _ => return None,
    })
}

impl Wanted {
    /// Whether a value is such a one. A null is no value.
    fn takes(self, value: &Value) -> bool {
        let is_integer = value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0);
        value.is_null()
            || match self {
                Self::Mapping => value.is_object(),
                Self::List => value.is_array(),
                Self::Plain(Plain::Text) => value.is_string(),
                Self::Plain(Plain::Integer) => is_integer,
                Self::Plain(Plain::Number) => value.is_number(),
                Self::Plain(Plain::Boolean) => value.is_boolean(),
                Self::Plain(Plain::IntegerOrText) => is_integer || value.is_string(),
                Self::Plain(Plain::NumberOrText) => value.is_number() || value.is_string(),
            }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Mapping => "a mapping",
            Self::List => "a list",
            Self::Plain(Plain::Text) => "a text",
            Self::Plain(Plain::Integer) => "a whole number",
            Self::Plain(Plain::Number) => "a number",
            Self::Plain(Plain::Boolean) => "true or false",
            Self::Plain(Plain::IntegerOrText) => "a whole number or a text",
            Self::Plain(Plain::NumberOrText) => "a quantity",
        }
    }
}

fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
