//! Values as YAML that kubectl and Kustomize read back as the same values. Keeps no layout: `edit` does.

use std::fmt::Write as _;

use serde_json::Value;

use super::resolve::{ScalarTag, resolve};
use super::timestamp::is_timestamp;
use super::tree::Scalar;

/// Returns a value as JSON on one line, which is YAML too: what YAML readers refuse or change is escaped.
pub fn json_text(value: &Value) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        if matches!(character, '\u{7F}'..='\u{9F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}') {
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        } else {
            text.push(character);
        }
    }
    text
}

/// Returns a value as YAML in block style, without a line break at its end.
pub fn block_yaml(value: &Value) -> String {
    lines(value).join("\n")
}

fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) if !map.is_empty() => map.iter().flat_map(|(key, value)| entry(key, value)).collect(),
        Value::Array(items) if !items.is_empty() => items.iter().flat_map(item).collect(),
        Value::String(text) if is_plain(text) => vec![text.clone()],
        other => vec![json_text(other)],
    }
}

fn entry(key: &str, value: &Value) -> Vec<String> {
    let key = if is_plain(key) { key.to_owned() } else { json_text(&key.into()) };
    let below = lines(value);
    match value {
        Value::Object(map) if !map.is_empty() => {
            std::iter::once(format!("{key}:")).chain(below.into_iter().map(|line| format!("  {line}"))).collect()
        }
        Value::Array(items) if !items.is_empty() => std::iter::once(format!("{key}:")).chain(below).collect(),
        _ => vec![format!("{key}: {}", below.concat())],
    }
}

fn item(value: &Value) -> Vec<String> {
    let mark = |at| if at == 0 { "- " } else { "  " };
    lines(value).into_iter().enumerate().map(|(at, line)| format!("{}{line}", mark(at))).collect()
}

/// Returns whether a text without quotes is read as itself, anywhere in a document and by every tool.
pub(crate) fn is_plain(text: &str) -> bool {
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric() || "/_".contains(c));
    let has_no_sign = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:@+=".contains(c)) && !text.ends_with(':');
    starts_well && has_no_sign && reads_as_text(text)
}

fn reads_as_text(text: &str) -> bool {
    let is_text = matches!(resolve(&ScalarTag::Plain, text), Ok(Scalar::Text(_)));
    // `12:30` is a number of YAML 1.1.
    let is_clock = text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || ":._".contains(c));
    is_text && !is_clock && !is_timestamp(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Compat, SourceFile, values};
    use super::*;

    #[test]
    fn what_is_printed_is_read_back() {
        let value = json!({
            "words": ["yes", "no", "on", "y", "true", "null", "~", "", " ", "a b", "<<", "-", "--port=80", "a:", "a: b"],
            "numbers": ["1.10", "0644", "1e3", "12_", "0x1F", "12:30", "1.2.3", "2001-12-14", "1234567e89", ".5", "+1"],
            "signs": ["#", "a #b", "&a", "*a", "!a", "%a", "@a", "`", "{a", "[a", "|", ">", "'", "\"", "\\", ",", "?"],
            "odd": ["\t", "\n", "a\nb\n", "\r\n", "\u{7f}", "\u{85}", "\u{2028}", "\u{feff}", "\u{1f600}", "\u{0}"],
            "scalars": [1, -1, 1.5, 1e100, true, null, 9_007_199_254_740_993_u64], "empty": [{}, []],
            "deep": [[[1], {"a": [{"b": 1, "c": {"d": []}}], "yes": {"1.0": 2}}]], "": {"a b": 1},
        });
        for text in [block_yaml(&value), json_text(&value)] {
            let read = values(&SourceFile::new("a.yaml", text.as_bytes()), Compat::Strict);
            assert_eq!(read.expect(&text), std::slice::from_ref(&value), "{text}");
        }
    }

    #[test]
    fn a_block_is_laid_out_as_kubectl_does() {
        let value = json!({"ports": [{"name": "http", "port": 80}, "x"], "image": {"tag": "1.10", "name": "web"}});
        let expected = "image:\n  name: web\n  tag: \"1.10\"\nports:\n- name: http\n  port: 80\n- x";
        assert_eq!(block_yaml(&value), expected);
    }
}
