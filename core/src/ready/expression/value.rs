//! JSON as values of the language. Whole numbers are signed, so that counts can be compared and subtracted.

use std::sync::Arc;

use cel::Value;
use cel::objects::Map;

pub(super) fn of(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(number) => of_number(number),
        serde_json::Value::String(text) => text.as_str().into(),
        serde_json::Value::Array(items) => items.iter().map(of).collect::<Vec<Value>>().into(),
        serde_json::Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.as_str().into(), of(value)));
            Value::Map(Map { map: Arc::new(fields.collect()) })
        }
    }
}

fn of_number(number: &serde_json::Number) -> Value {
    number.as_i64().map(Value::Int).or_else(|| number.as_f64().map(Value::Float)).unwrap_or(Value::Null)
}
