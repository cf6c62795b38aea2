//! Whether a label selector matches labels, as Kubernetes decides it (apimachinery `LabelSelectorAsSelector`).

use serde_json::Value;

/// Returns the first term that labels do not fulfil, as people write it; none where they fulfil all.
///
/// Where an expression cannot be read it counts as fulfilled: the server explains it.
pub(super) fn unfulfilled(selector: &Value, labels: &Value) -> Option<String> {
    let equal = selector["matchLabels"].as_object().into_iter().flatten();
    let differing = equal.filter(|(key, value)| labels.get(*key) != Some(*value));
    let mut terms = differing.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    let mut expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    terms.next().or_else(|| expressions.find_map(|expression| failing(expression, labels)))
}

/// Returns the first label of a map that labels do not have, as people write it.
pub(super) fn lacking(wanted: &Value, labels: &Value) -> Option<String> {
    let mut wanted = wanted.as_object().into_iter().flatten();
    let (key, value) = wanted.find(|(key, value)| labels.get(*key) != Some(*value))?;
    Some(format!("{key}={}", value.as_str().unwrap_or_default()))
}

fn failing(expression: &Value, labels: &Value) -> Option<String> {
    let key = expression["key"].as_str()?;
    let label = labels.get(key);
    let values: Vec<&str> = expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let is_listed = label.and_then(Value::as_str).is_some_and(|label| values.contains(&label));
    let (is_fulfilled, term) = match expression["operator"].as_str()? {
        "In" => (is_listed, format!("{key} in ({})", values.join(", "))),
        "NotIn" => (!is_listed, format!("{key} notin ({})", values.join(", "))),
        "Exists" => (label.is_some(), key.to_owned()),
        "DoesNotExist" => (label.is_none(), format!("!{key}")),
        _ => return None,
    };
    (!is_fulfilled).then_some(term)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_operator_decides_as_kubernetes_does() {
        let labels = json!({"app": "web", "tier": "a"});
        let expression = |key: &str, operator: &str, values: &[&str]| {
            unfulfilled(&json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]}), &labels)
        };
        assert_eq!(expression("tier", "In", &["a", "b"]), None);
        assert_eq!(expression("tier", "In", &["b"]).as_deref(), Some("tier in (b)"));
        assert_eq!(expression("tier", "NotIn", &["a"]).as_deref(), Some("tier notin (a)"));
        assert_eq!(expression("other", "NotIn", &["a"]), None);
        assert_eq!(expression("app", "Exists", &[]), None);
        assert_eq!(expression("other", "Exists", &[]).as_deref(), Some("other"));
        assert_eq!(expression("app", "DoesNotExist", &[]).as_deref(), Some("!app"));
    }
}
