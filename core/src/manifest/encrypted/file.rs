//! A file that SOPS encrypted beside the same file decrypted: which value stands for which.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{Compat, SourceFile, values};
use super::{METADATA_PREFIX, is_in};

/// Returns what each encrypted value of a file stands for. The format is the one that SOPS takes by the path's ending;
/// of a file in any other format nothing but the whole is encrypted.
pub fn values_of(path: &str, encrypted: &[u8], decrypted: &[u8]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("yaml" | "yml" | "json") => {
            let read =
                |bytes: &[u8]| values(&SourceFile::new(path, bytes.to_vec()), Compat::Kubectl).unwrap_or_default();
            for (encrypted, decrypted) in read(encrypted).iter().zip(&read(decrypted)) {
                pair(encrypted, decrypted, &mut found);
            }
        }
        Some("env" | "ini") => found.extend(pairs_of_lines(encrypted, decrypted)),
        _ => {}
    }
    found
}

/// Returns whether SOPS made a file, as far as the file says: a token may stand in a text about something else.
pub fn is_encrypted_file(path: &str, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let says = |start: &str| text.lines().any(|line| line.trim_start().starts_with(start));
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("yaml" | "yml") => says("sops:") && says("mac:"),
        Some("env") => says("sops_mac="),
        Some("ini") => says("[sops]"),
        _ => says("\"sops\":") || text.contains("\"sops\":{"),
    }
}

fn pair(encrypted: &Value, decrypted: &Value, found: &mut BTreeMap<String, String>) {
    match (encrypted, decrypted) {
        (Value::String(token), Value::String(plain)) if is_in(token) => {
            found.insert(token.clone(), plain.clone());
        }
        (Value::String(token), Value::Bool(_) | Value::Number(_)) if is_in(token) => {
            found.insert(token.clone(), decrypted.to_string());
        }
        (Value::Array(encrypted), Value::Array(decrypted)) => {
            encrypted.iter().zip(decrypted).for_each(|(encrypted, decrypted)| pair(encrypted, decrypted, found));
        }
        (Value::Object(encrypted), Value::Object(decrypted)) => {
            let both = encrypted.iter().filter_map(|(key, value)| Some((value, decrypted.get(key)?)));
            both.for_each(|(encrypted, decrypted)| pair(encrypted, decrypted, found));
        }
        _ => {}
    }
}

/// Pairs `key=value` lines in their order, in which SOPS leaves them.
fn pairs_of_lines(encrypted: &[u8], decrypted: &[u8]) -> Vec<(String, String)> {
    let (encrypted, decrypted) = (String::from_utf8_lossy(encrypted), String::from_utf8_lossy(decrypted));
    let mut plain = decrypted.lines().filter_map(key_and_value);
    let lines = encrypted.lines().filter_map(key_and_value).filter(|(key, _)| !key.starts_with(METADATA_PREFIX));
    let found = lines.filter_map(|(key, token)| {
        let (_, value) = plain.by_ref().find(|(other, _)| *other == key)?;
        is_in(token).then(|| (token.to_owned(), value.to_owned()))
    });
    found.collect()
}

fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    let key = key.trim();
    (!key.starts_with(['#', ';'])).then(|| (key, value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_paired_by_their_keys_in_order() {
        let encrypted =
            "a=ENC[AES256_GCM,1]\nplain=x\nb=ENC[AES256_GCM,2]\nsops_mac=ENC[AES256_GCM,3]\nsops_version=1\n";
        let found = values_of("x.env", encrypted.as_bytes(), b"a=one\nplain=x\nb=t=w=o\n");
        let expected = [("ENC[AES256_GCM,1]", "one"), ("ENC[AES256_GCM,2]", "t=w=o")];
        assert_eq!(found, expected.map(|(token, value)| (token.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn numbers_and_truths_are_their_text_and_documents_stand_beside_each_other() {
        let encrypted = "a: {b: [ENC[AES256_GCM,1]]}\n---\nc: ENC[AES256_GCM,2]\nsops: {}\n"
            .replace("[ENC[AES256_GCM,1]]", "['ENC[AES256_GCM,1]']");
        let found = values_of("x.yaml", encrypted.as_bytes(), b"a: {b: [5]}\n---\nc: true\n");
        let expected = [("ENC[AES256_GCM,1]", "5"), ("ENC[AES256_GCM,2]", "true")];
        assert_eq!(found, expected.map(|(token, value)| (token.to_owned(), value.to_owned())).into());
    }
}
