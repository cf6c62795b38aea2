//! Values that SOPS encrypted, in the Secrets that they belong to: found, and replaced by what they stand for.
//!
//! A renderer carries an encrypted value as the text that it is, so whatever is made of it on the way (the suffix of a
//! generated name, a checksum) is made of the encrypted text, and is known to a proposal too. Only a deploy decrypts.
//!
//! The form is that of <https://github.com/getsops/sops#encryption-protocol>. No value leaves this room as text.

mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::Value;

pub use file::{is_encrypted_file, values_of};

use super::{Manifest, push_step, secret};

/// How an encrypted value begins, whatever it was before.
const START: &str = "ENC[AES256_GCM,";
/// The key that SOPS keeps its own data under, in an object and in each line of a `.env` file.
const METADATA: &str = "sops";
const METADATA_PREFIX: &str = "sops_";
const CHECKSUM: &str = "sops_mac";

/// Returns the encrypted values in a text.
pub fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(START).filter_map(|(at, _)| Some(&text[at..=at + text[at..].find(']')?]))
}

/// Whether a text has an encrypted value in it, or what a template makes of one: in base64, in an address, cut, or in
/// other letters. What a hash makes of it nobody can tell.
pub(crate) fn is_in(text: &str) -> bool {
    text.contains(START) || TRACES.iter().any(|trace| text.contains(trace)) || has_letters(text)
}

/// What is left of the beginning of an encrypted value in base64, by where it starts in three bytes, and in an address.
static TRACES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let in_base64 = |before: usize, skipped: usize| {
        let bytes = ["-".repeat(before).as_str(), START].concat();
        let text = STANDARD_NO_PAD.encode(bytes);
        // The last letter is also of the bytes that follow.
        text[skipped..text.len() - usize::from(before > 0)].to_owned()
    };
    vec![in_base64(0, 0), in_base64(1, 2), in_base64(2, 3), escaped(START)]
});

/// How an encrypted value begins when it was cut, in any case.
fn has_letters(text: &str) -> bool {
    let (letters, bytes) = (b"enc[aes256", text.as_bytes());
    let begins = |at: usize| bytes.get(at..at + letters.len()).is_some_and(|part| part.eq_ignore_ascii_case(letters));
    text.match_indices('[').any(|(at, _)| at.checked_sub(3).is_some_and(begins))
}

fn hexadecimal(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap_or_default().to_ascii_uppercase()
}

/// Writes a text as a part of an address, as Go's `url.QueryEscape` does.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().fold(String::new(), |mut escaped, byte| {
        match byte {
            b' ' => escaped.push('+'),
            _ if plain(byte) => escaped.push(char::from(byte)),
            _ => escaped.extend(['%', hexadecimal(byte >> 4), hexadecimal(byte & 15)]),
        }
        escaped
    })
}

/// Whether a value of a Secret's `data` is encrypted, as it stands or below its base64.
pub(crate) fn is_in_data(value: &Value) -> bool {
    value.as_str().is_some_and(|text| is_in(text) || is_in(&decoded(text)))
}

/// Returns the texts of a normalised set's Secrets that have encrypted values in them.
pub fn of_set(manifests: &[Manifest]) -> BTreeSet<String> {
    let data = manifests.iter().filter(|manifest| secret::is_secret(&manifest.object)).flat_map(data);
    data.filter_map(Value::as_str)
        .flat_map(|text| [text.to_owned(), decoded(text)])
        .filter(|text| is_in(text))
        .collect()
}

/// Whether a normalised object is a Secret with values that are not known.
pub fn is_encrypted(manifest: &Manifest) -> bool {
    secret::is_secret(&manifest.object) && data(manifest).any(is_in_data)
}

fn data(manifest: &Manifest) -> impl Iterator<Item = &Value> {
    manifest.object["data"].as_object().into_iter().flatten().map(|(_, value)| value)
}

fn decoded(text: &str) -> String {
    // What is no base64, or no text below it, has no encrypted value in it.
    secret::decoded(text).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Returns where an object has an encrypted value that is not a Secret's own: the cluster would show it to everybody.
pub(crate) fn misplaced(object: &Value) -> Option<String> {
    let is_own = |key: &str| key == METADATA || secret::is_secret(object) && ["data", "stringData"].contains(&key);
    let parts = object.as_object()?.iter().filter(|(key, _)| !is_own(key));
    parts.into_iter().find_map(|(key, part)| {
        let mut pointer = String::new();
        push_step(&mut pointer, key);
        first(part, &pointer)
    })
}

fn first(value: &Value, at: &str) -> Option<String> {
    let below = |key: &str, part: &Value| {
        let mut pointer = at.to_owned();
        push_step(&mut pointer, key);
        first(part, &pointer)
    };
    match value {
        Value::String(text) => is_in(text).then(|| at.to_owned()),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| below(&index.to_string(), item)),
        Value::Object(map) => map.iter().find_map(|(key, part)| below(key, part)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Takes out what SOPS wrote beside the values.
pub(crate) fn drop_metadata(object: &mut Value) {
    let is_secret = secret::is_secret(object);
    let Some(object) = object.as_object_mut() else { return };
    if object.get(METADATA).is_some_and(|metadata| metadata.get("mac").is_some()) {
        object.remove(METADATA);
    }
    for key in ["data", "stringData"].into_iter().filter(|_| is_secret) {
        if let Some(Value::Object(data)) = object.get_mut(key).filter(|data| data.get(CHECKSUM).is_some()) {
            data.retain(|key, _| !key.starts_with(METADATA_PREFIX));
        }
    }
}

/// What encrypted values and files stand for.
#[derive(Default)]
pub struct Decrypted {
    values: BTreeMap<String, String>,
    files: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Decrypted {
    /// Adds a file as it is in Git, and as SOPS decrypts it.
    pub fn add(&mut self, path: &str, encrypted: Vec<u8>, decrypted: Vec<u8>) {
        self.values.extend(values_of(path, &encrypted, &decrypted));
        self.files.push((encrypted, decrypted));
    }

    /// Whether no file was decrypted.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether a file gave this value.
    pub fn knows(&self, token: &str) -> bool {
        self.values.contains_key(token)
    }

    /// Puts the values into a normalised Secret, and returns the keys whose values are still unknown.
    pub fn reveal(&self, manifest: &mut Manifest) -> Vec<String> {
        if !is_encrypted(manifest) {
            return Vec::new();
        }
        let Some(Value::Object(data)) = manifest.object.get_mut("data") else { return Vec::new() };
        for value in data.values_mut() {
            if let Some(text) = value.as_str().filter(|_| is_in_data(value)) {
                *value = self.revealed(text).into();
            }
        }
        data.iter().filter(|(_, value)| is_in_data(value)).map(|(key, _)| key.clone()).collect()
    }

    /// Returns a value of `data`: base64 that was encrypted, or base64 of what has encrypted text in it.
    fn revealed(&self, text: &str) -> String {
        // No base64 has a bracket in it.
        if text.contains('[') {
            return self.replaced(text);
        }
        let bytes = secret::decoded(text).unwrap_or_default();
        match self.files.iter().find(|(encrypted, _)| *encrypted == bytes) {
            Some((_, decrypted)) => STANDARD.encode(decrypted),
            None => STANDARD.encode(self.replaced(&String::from_utf8_lossy(&bytes))),
        }
    }

    /// Puts values into a text, written as the text needs them: in JSON, in an address, in base64.
    fn replaced(&self, text: &str) -> String {
        let is_json = text.starts_with(['{', '[']) && serde_json::from_str::<Value>(text).is_ok();
        let written = |value: &str| {
            let quoted = Value::from(value).to_string();
            if is_json { quoted[1..quoted.len() - 1].to_owned() } else { value.to_owned() }
        };
        let known = tokens(text).filter_map(|token| Some((token, self.values.get(token)?)));
        let mut said = known.fold(text.to_owned(), |text, (token, value)| text.replace(token, &written(value)));
        if said.contains(&TRACES[3]) {
            said = self.values.iter().fold(said, |said, (token, value)| said.replace(&escaped(token), &escaped(value)));
        }
        if TRACES[..3].iter().any(|trace| said.contains(trace.as_str())) {
            self.replaced_in_base64(&said)
        } else {
            said
        }
    }

    /// Looks below each part of a text that is base64.
    fn replaced_in_base64(&self, text: &str) -> String {
        let is_base64 = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=');
        let (mut said, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(start) = rest.find(is_base64) {
            let end = rest[start..].find(|letter| !is_base64(letter)).map_or(rest.len(), |length| start + length);
            let (before, part) = (&rest[..start], &rest[start..end]);
            said.push_str(before);
            let below = decoded(part);
            said.push_str(&if is_in(&below) { STANDARD.encode(self.replaced(&below)) } else { part.to_owned() });
            rest = &rest[end..];
        }
        said + rest
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ONE: &str = "ENC[AES256_GCM,data:b25l,iv:aQ==,tag:dA==,type:str]";
    const TWO: &str = "ENC[AES256_GCM,data:dHdv,iv:aQ==,tag:dA==,type:int]";

    fn decrypted() -> Decrypted {
        let mut decrypted = Decrypted::default();
        let encrypted = format!("a: {ONE}\nb:\n- x\n- {TWO}\nsops: {{mac: x}}\n");
        decrypted.add("values.yaml", encrypted.into_bytes(), b"a: one\nb:\n- x\n- 2\n".to_vec());
        decrypted
    }

    fn secret(value: &str) -> Manifest {
        let object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"k": value}});
        Manifest::generated(object, "s")
    }

    #[test]
    fn a_value_is_put_where_its_encrypted_text_is_whatever_a_renderer_made_around_it() {
        for (written, revealed) in [
            (ONE.to_owned(), "one".to_owned()),
            (STANDARD.encode(ONE), STANDARD.encode("one")),
            (STANDARD.encode(ONE).replace("YSx", "YS\nx"), STANDARD.encode("one")),
            (STANDARD.encode(format!("u:{ONE}@{TWO}")), STANDARD.encode("u:one@2")),
            (STANDARD.encode(format!("a://{}@b", escaped(ONE))), STANDARD.encode("a://one@b")),
            (
                STANDARD.encode(format!("{{\"auth\":\"{}\"}}", STANDARD.encode(format!("user:{ONE}")))),
                STANDARD.encode(format!("{{\"auth\":\"{}\"}}", STANDARD.encode("user:one"))),
            ),
        ] {
            let mut secret = secret(&written);
            assert!(is_encrypted(&secret));
            assert!(decrypted().reveal(&mut secret).is_empty());
            assert_eq!(secret.object["data"]["k"], revealed);
        }
    }

    #[test]
    fn a_whole_file_is_put_where_its_encrypted_bytes_are() {
        let (encrypted, plain) = (format!("{{\"data\":\"{ONE}\",\"sops\":{{}}}}"), vec![0_u8, 255]);
        let mut decrypted = Decrypted::default();
        decrypted.add("key.bin", encrypted.clone().into_bytes(), plain.clone());
        let mut secret = secret(&STANDARD.encode(encrypted));
        assert!(decrypted.reveal(&mut secret).is_empty());
        assert_eq!(secret.object["data"]["k"], STANDARD.encode(plain));
    }

    #[test]
    fn a_value_of_no_file_is_told_and_so_is_what_is_left_of_a_cut_or_changed_one() {
        let unknown = ONE.replace("b25l", "eHh4");
        let cut = [unknown.clone(), ONE[..20].to_owned(), ONE[..10].to_owned(), ONE.to_lowercase(), escaped(&unknown)];
        let twice = ["", "x", "xy"].map(|before| STANDARD.encode(format!("{before}{unknown}")) + " twice");
        for text in cut.into_iter().chain(twice) {
            let mut secret = secret(&STANDARD.encode(format!("x{text}")));
            assert_eq!(decrypted().reveal(&mut secret), ["k"], "{text}");
        }
    }

    #[test]
    fn a_value_in_json_is_quoted_as_json_wants_it() {
        let mut decrypted = Decrypted::default();
        decrypted.add("a.yaml", format!("a: {ONE}\n").into_bytes(), b"a: \"x\\\"y\"\n".to_vec());
        let mut secret = secret(&STANDARD.encode(format!("{{\"a\":\"{ONE}\"}}")));
        assert!(decrypted.reveal(&mut secret).is_empty());
        assert_eq!(secret.object["data"]["k"], STANDARD.encode(r#"{"a":"x\"y"}"#));
    }

    #[test]
    fn what_is_encrypted_outside_of_a_secrets_data_is_found() {
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "x", "b/c": format!("x{ONE}")}});
        assert_eq!(misplaced(&map).as_deref(), Some("/data/b~1c"));
        let secret =
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"labels": {"a": ONE}}, "data": {"k": ONE}});
        assert_eq!(misplaced(&secret).as_deref(), Some("/metadata/labels/a"));
        assert_eq!(misplaced(&json!({"apiVersion": "v1", "kind": "Secret", "data": {"k": ONE}})), None);
    }

    #[test]
    fn sops_leaves_nothing_of_its_own() {
        let mut object = json!({
            "apiVersion": "v1", "kind": "Secret", "sops": {"mac": "x"},
            "data": {"a": "x", "sops_mac": "x", "sops_version": "x"}, "stringData": {"sops_of_ours": "x"},
        });
        drop_metadata(&mut object);
        let left =
            json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "x"}, "stringData": {"sops_of_ours": "x"}});
        assert_eq!(object, left);
    }
}
