//! An object as the body of a request: JSON that a YAML parser reads the same way.
//!
//! The server reads apply bodies with go-yaml v2, which refuses or silently changes characters
//! that JSON allows raw: U+0085 becomes a blank, blanks around U+2028 vanish (kubernetes#58073;
//! go-yaml v2.4 `readerc.go`, `yamlprivateh.go`). Escaped, they arrive as they are.

use std::fmt::Write as _;

use serde_json::Value;

/// Returns the JSON of an object with every character escaped that go-yaml would change.
pub fn to_body(object: &Value) -> Vec<u8> {
    let json = object.to_string();
    let mut body = String::with_capacity(json.len());
    for character in json.chars() {
        if is_unsafe(character) {
            write!(body, "\\u{:04x}", u32::from(character)).expect("a String accepts every write");
        } else {
            body.push(character);
        }
    }
    body.into_bytes()
}

/// All of these can only stand inside JSON strings, so escaping them never changes structure.
fn is_unsafe(character: char) -> bool {
    matches!(character, '\u{7F}'..='\u{9F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn characters_go_yaml_changes_are_escaped() {
        let text = "a\u{7f}\u{80}\u{85}\u{9f} \u{2028} \u{2029}\u{feff}\u{fffe}\u{ffff}";
        let body = String::from_utf8(to_body(&json!({ "v": text }))).unwrap();
        assert_eq!(body, r#"{"v":"a\u007f\u0080\u0085\u009f \u2028 \u2029\ufeff\ufffe\uffff"}"#);
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["v"], text);
    }

    #[test]
    fn every_character_arrives_as_it_is() {
        for character in (0..=0x1_0FFF).filter_map(char::from_u32) {
            let object = json!({ format!("k{character}"): format!("a {character} b") });
            assert_eq!(serde_json::from_slice::<Value>(&to_body(&object)).unwrap(), object);
        }
    }

    #[test]
    fn other_text_stays_readable() {
        assert_eq!(to_body(&json!({ "v": "é\u{a0}😀\n" })), "{\"v\":\"é\u{a0}😀\\n\"}".as_bytes());
    }
}
