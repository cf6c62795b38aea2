//! The filters that manifests need and Tera does not have. They neither read anything nor know the time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use landfall_core::manifest::{block_yaml, json_text};
use sha2::{Digest as _, Sha256};
use tera::value::{Key, ValueKind};
use tera::{Error, ErrorKind, Kwargs, Map, State, Tera, TeraResult, Value};

/// Adds every filter of ours. One of Tera's is replaced, because its order changes from run to run.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("quote", |value: Value, _: Kwargs, _: &State| quote(&value));
    tera.register_filter("to_json", |value: Value, _: Kwargs, _: &State| json(&value).map(|json| json_text(&json)));
    tera.register_filter("to_yaml", |value: Value, _: Kwargs, _: &State| json(&value).map(|json| block_yaml(&json)));
    tera.register_filter("nindent", |text: &str, args: Kwargs, _: &State| Ok(nindent(text, args.must_get("width")?)));
    tera.register_filter("b64encode", |value: Value, _: Kwargs, _: &State| Ok(STANDARD.encode(text(&value)?)));
    tera.register_filter("b64decode", |text: &str, _: Kwargs, _: &State| b64decode(text));
    tera.register_filter("sha256", |value: Value, _: Kwargs, _: &State| {
        Ok(format!("{:x}", Sha256::digest(text(&value)?)))
    });
    tera.register_filter("group_by", |items: &[Value], args: Kwargs, _: &State| {
        group_by(items, args.must_get("attribute")?)
    });
}

fn quote(value: &Value) -> TeraResult<String> {
    Ok(json_text(&text(value)?.into()))
}

/// Returns a scalar as a template would print it.
fn text(value: &Value) -> TeraResult<String> {
    match value.kind() {
        ValueKind::None | ValueKind::Undefined | ValueKind::Array | ValueKind::Map | ValueKind::Bytes => {
            Err(taken("a text, a number or a boolean", value))
        }
        _ => Ok(value.to_string()),
    }
}

fn json(value: &Value) -> TeraResult<serde_json::Value> {
    if value.is_undefined() {
        return Err(taken("a value", value));
    }
    serde_json::to_value(value).map_err(|_| taken("a value that JSON can hold", value))
}

/// Tera points at the value itself for an error of this kind, and not at the filter.
fn taken(expected: &str, found: &Value) -> Error {
    let (expected_type, actual_type) = (expected.to_owned(), found.name().to_owned());
    Error::new(ErrorKind::InvalidArgument { expected_type, actual_type })
}

/// Starts a new line and indents every line that has something on it.
fn nindent(text: &str, width: usize) -> String {
    let width = width.min(INDENT_CHARS_MAX);
    let blanks = " ".repeat(width);
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("\n{blanks}{line}") };
    text.lines().map(line).collect()
}

/// As many as Tera's own `indent` takes.
const INDENT_CHARS_MAX: usize = 1000;

fn b64decode(text: &str) -> TeraResult<String> {
    let bytes = STANDARD.decode(text).map_err(|_| Error::message("this text is not base64"))?;
    String::from_utf8(bytes).map_err(|_| Error::message("what this base64 decodes to is not UTF-8"))
}

/// As Tera's own, with the groups in the order of their first items.
fn group_by(items: &[Value], attribute: &str) -> TeraResult<Value> {
    let mut groups: Vec<(Key<'static>, Vec<Value>)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let no_attribute = || Error::message(format!("the item at index {at} does not have `{attribute}`"));
        let found = item.get_from_path(attribute).ok_or_else(no_attribute)?;
        if found.is_none() {
            continue;
        }
        let key = key(found)?;
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(item.clone()),
            None => groups.push((key, vec![item.clone()])),
        }
    }
    let groups: Map = groups.into_iter().map(|(key, group)| (key, Value::from(group))).collect();
    Ok(Value::from(groups))
}

fn key(value: &Value) -> TeraResult<Key<'static>> {
    value.as_str().map(|text| Key::from(text.to_owned())).map_or_else(|| Ok(Key::from(text(value)?)), Ok)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tera::Context;

    use super::super::worker::engine;

    fn rendered(template: &str) -> Result<String, String> {
        let values = json!({
            "text": "a \"b\"\n", "version": 1.5, "port": 8080, "on": true, "none": null,
            "map": {"b": "yes", "a": ["1.10", {"d": 1, "c": {}}]},
            "items": [{"n": "z", "v": 1}, {"n": "a", "v": 2}, {"n": "z", "v": 3}, {"n": null}],
        });
        let mut tera = engine();
        tera.add_raw_template("a", template).map_err(|error| error.to_string())?;
        let context = Context::from_serialize(&values).map_err(|error| error.to_string())?;
        tera.render("a", &context).map_err(|error| error.to_string())
    }

    #[test]
    fn each_gives_what_its_documentation_says() {
        for (template, expected) in [
            ("{{ text | quote }}", r#""a \"b\"\n""#),
            ("{{ port | quote }}{{ on | quote }}{{ version | quote }}", r#""8080""true""1.5""#),
            ("{{ map | to_json }}", r#"{"a":["1.10",{"c":{},"d":1}],"b":"yes"}"#),
            ("{{ map | to_yaml }}", "a:\n- \"1.10\"\n- c: {}\n  d: 1\nb: \"yes\""),
            ("{{ none | to_json }}{{ none | to_yaml }}", "nullnull"),
            ("x:{{ [1, 2] | to_yaml | nindent(width=2) }}", "x:\n  - 1\n  - 2"),
            ("{{ [1, 2] | to_yaml | indent(width=2) }}", "- 1\n  - 2"),
            ("{{ \"a\n\nb\" | nindent(width=1) }}", "\n a\n\n b"),
            ("{{ \"é<>&\" | b64encode }} {{ \"w6k=\" | b64decode }}", "w6k8PiY= é"),
            ("{{ \"\" | sha256 }}", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("{% for k, v in items | group_by(attribute=\"n\") %}{{ k }}{{ v | length }}{% endfor %}", "z2a1"),
            ("<a>{{ \"<&>\" }}", "<a><&>"),
        ] {
            assert_eq!(rendered(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn each_refuses_what_it_cannot_take() {
        for (template, said) in [
            ("{{ map | quote }}", "got `map/struct`"),
            ("{{ none | quote }}", "got `none`"),
            ("{{ nothing | to_yaml }}", "got `undefined`"),
            ("{{ nothing | to_json }}", "got `undefined`"),
            ("{{ items | sha256 }}", "got `array`"),
            ("{{ \"_\" | b64decode }}", "not base64"),
            ("{{ \"/w==\" | b64decode }}", "not UTF-8"),
            ("{{ \"a\" | nindent }}", "Missing keyword argument `width`"),
            ("{{ items | group_by(attribute=\"w\") }}", "index 0 does not have `w`"),
        ] {
            let error = rendered(template).expect_err(template);
            assert!(error.contains(said), "{template}: {error}");
        }
    }
}
