//! The field of an object that a cause comes from, and where Git has it. Items of lists go by their name, because
//! admission may add others before them.

use serde_json::Value;

use super::Cause;
use crate::manifest::{Manifest, ObjectId, Origin};

/// Notes where Git has the field that a cause comes from, or else the object.
pub fn trace(cause: &mut Cause, manifests: &[Manifest]) {
    let Some(manifest) = manifests.iter().find(|it| ObjectId::of(&it.object).as_ref() == Some(&cause.id)) else {
        return;
    };
    let line = manifest.line_of(&pointer(&manifest.object, &cause.field));
    cause.origin = Some(Origin { path: manifest.origin.path.clone(), line });
}

/// Returns the field of the object that has a field of its pods; none for a kind that has no template of Kubernetes.
pub(super) fn of_pods(id: &ObjectId, field: &str) -> Option<String> {
    if field.is_empty() {
        return None;
    }
    let at = match (id.group.as_str(), id.kind.as_str()) {
        ("", "Pod") => "spec",
        ("apps" | "batch", _) | ("", "ReplicationController") => "spec.template.spec",
        _ => return None,
    };
    Some(format!("{at}.{field}"))
}

/// Returns a field as a JSON pointer, as far as the object has it.
fn pointer(object: &Value, field: &str) -> String {
    let (mut pointer, mut value) = (String::new(), object);
    for step in field.split('.') {
        let (key, item) = step
            .strip_suffix(']')
            .and_then(|step| step.split_once('['))
            .map_or((step, None), |(key, item)| (key, Some(item)));
        let Some(next) = value.get(key) else { return pointer };
        (pointer, value) = (format!("{pointer}/{key}"), next);
        let Some(item) = item else { continue };
        let Some((at, next)) = item_of(value, item) else { return pointer };
        (pointer, value) = (format!("{pointer}/{at}"), next);
    }
    pointer
}

/// Returns the item of a list that has this name, or else this number.
fn item_of<'a>(list: &'a Value, item: &str) -> Option<(usize, &'a Value)> {
    let items = list.as_array()?;
    let named = items.iter().position(|it| it["name"] == item);
    let at = named.or_else(|| item.parse().ok())?;
    Some((at, items.get(at)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::pointer;

    #[test]
    fn a_field_is_found_by_the_names_of_items_as_far_as_there_is_one() {
        let object = json!({"spec": {"containers": [{"name": "a"}, {"name": "b", "envFrom": [{}]}]}});
        for (field, expected) in [
            ("spec.containers[b]", "/spec/containers/1"),
            ("spec.containers[b].envFrom[0]", "/spec/containers/1/envFrom/0"),
            ("spec.containers[b].image", "/spec/containers/1"),
            ("spec.containers[c].image", "/spec/containers"),
            ("", ""),
        ] {
            assert_eq!(pointer(&object, field), expected, "{field}");
        }
    }
}
