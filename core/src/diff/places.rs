//! The fields of an object, one by one: which there are, and which differ between two. Does not print values.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::items;
use super::noise;

/// Where a field is, list items by their keys: `spec.template.spec.containers[web].image`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(Vec<String>);

impl Place {
    /// Whether one is the other, or lies below it.
    pub fn touches(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(mine, theirs)| mine == theirs)
    }

    fn key(&self, key: &str) -> Self {
        let step = match (self.0.is_empty(), key.contains(['.', '/'])) {
            (true, _) => key.to_owned(),
            (false, true) => format!("[{key}]"),
            (false, false) => format!(".{key}"),
        };
        self.below(step)
    }

    fn below(&self, step: String) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.concat())
    }
}

/// Returns every field that differs, without what the server writes by itself. A list without keys is one field.
pub fn differing(before: &Value, after: &Value) -> BTreeSet<Place> {
    let (mut before, mut after) = (noise::without(before), noise::without(after));
    noise::drop_same_version(&mut before, &mut after);
    let mut places = BTreeSet::new();
    of_maps(&Place::default(), &before, &after, &mut places);
    places
}

/// Returns every field that an object has.
pub fn all(object: &Value) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    of_maps(&Place::default(), &Map::new(), &noise::without(object), &mut places);
    places
}

fn of_maps(at: &Place, before: &Map<String, Value>, after: &Map<String, Value>, places: &mut BTreeSet<Place>) {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys {
        of_values(&at.key(key), key, before.get(key), after.get(key), places);
    }
}

fn of_values(at: &Place, key: &str, before: Option<&Value>, after: Option<&Value>, places: &mut BTreeSet<Place>) {
    if before == after {
        return;
    }
    if let Some((before, after)) = maps(before, after) {
        return of_maps(at, before, after, places);
    }
    let pairs = lists(before, after).and_then(|(before, after)| items::pair(key, before, after));
    match pairs {
        Some(pairs) => {
            for pair in pairs {
                of_values(&at.below(format!("[{}]", pair.label)), "", pair.before, pair.after, places);
            }
        }
        None => drop(places.insert(at.clone())),
    }
}

/// What was and what is.
type Both<'a, T> = (&'a T, &'a T);

/// Returns two maps of which one may be absent; none where there is nothing in either.
fn maps<'a>(before: Option<&'a Value>, after: Option<&'a Value>) -> Option<Both<'a, Map<String, Value>>> {
    static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    let of = |value: Option<&'a Value>| value.map_or(Some(&*NONE), Value::as_object);
    let (before, after) = (of(before)?, of(after)?);
    (!before.is_empty() || !after.is_empty()).then_some((before, after))
}

/// Returns two lists of which one may be absent; none where there is nothing in either.
fn lists<'a>(before: Option<&'a Value>, after: Option<&'a Value>) -> Option<Both<'a, [Value]>> {
    let of = |value: Option<&'a Value>| value.map_or(Some([].as_slice()), |value| Some(value.as_array()?.as_slice()));
    let (before, after) = (of(before)?, of(after)?);
    (!before.is_empty() || !after.is_empty()).then_some((before, after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(before: &Value, after: &Value) -> Vec<String> {
        differing(before, after).iter().map(Place::to_string).collect()
    }

    #[test]
    fn each_field_that_differs_is_named_once_items_by_their_keys() {
        let of = |image: &str, env: Value| {
            json!({"metadata": {"annotations": {"a.b/c": image}},
                "spec": {"containers": [{"name": "web", "image": image, "env": env, "args": ["a"]}], "hostNetwork": null}})
        };
        let before = of("a", json!([{"name": "A", "value": "1"}]));
        let after = of("b", json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]));
        let expected = [
            "metadata.annotations[a.b/c]",
            "spec.containers[web].env[B].name",
            "spec.containers[web].env[B].value",
            "spec.containers[web].image",
        ];
        assert_eq!(shown(&before, &after), expected);
    }

    #[test]
    fn a_list_whose_order_changed_and_a_value_of_another_kind_are_one_field() {
        let list = |names: [&str; 2]| json!({"env": names.map(|name| json!({"name": name}))});
        assert_eq!(shown(&list(["A", "B"]), &list(["B", "A"])), ["env"]);
        assert_eq!(shown(&json!({"a": {"b": 1}}), &json!({"a": [1]})), ["a"]);
        assert_eq!(shown(&json!({}), &json!({"a": {}})), ["a"]);
    }

    #[test]
    fn a_place_touches_what_lies_above_and_below_it_and_no_other() {
        let place = |keys: &[&str]| keys.iter().fold(Place::default(), |place, key| place.key(key));
        assert!(place(&["a", "b"]).touches(&place(&["a"])));
        assert!(place(&["a"]).touches(&place(&["a", "b"])));
        assert!(!place(&["a", "b"]).touches(&place(&["a", "bc"])));
    }
}
