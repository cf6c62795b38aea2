//! The values of Secrets in a commit's files, as far as they can be read: Kustomize quotes what it cannot use.

use landfall_core::diff::redact::Redactor;
use landfall_core::manifest::{Compat, SourceFile, values};
use serde_json::{Value, json};

use super::keys::part;
use super::kustomize::folder_of;
use super::links::{End, Links};
use crate::git::TreeFile;

/// Endings of files that may have a Secret in them.
const ENDINGS: [&str; 4] = [".yaml", ".yml", ".json", "Kustomization"];

/// Words in the name of a value that make it secret, as far as a name tells.
const SECRET: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "private",
    "apikey",
    "accesskey",
    "signingkey",
    "encryptionkey",
    "masterkey",
];

/// A shorter text is a name or a version, most likely.
const RANDOM_CHARS_MIN: usize = 12;

/// `k8s-production` has two changes between letters and digits, a key has many.
const RANDOM_TURNS_MIN: usize = 3;

/// Returns whether the name of a value says that it is secret. The name of a Secret is none.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase().replace(['_', '-'], "");
    !name.ends_with("name") && SECRET.iter().any(|word| name.contains(word))
}

/// Makes a Secret of a value, for the redactor knows every form that a value of a Secret may be quoted in.
pub(super) fn secret(value: &Value) -> Value {
    json!({"kind": "Secret", "stringData": value})
}

/// Collects the parts of a value whose names say that they are secret.
pub(super) fn by_name(values: &Value, secrets: &mut Vec<Value>) {
    match values {
        Value::Object(map) => {
            for (key, value) in map {
                if is_secret(key) { secrets.push(secret(value)) } else { by_name(value, secrets) }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| by_name(item, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Collects the texts among values that are made like a key: letters and digits in turns, without a space.
pub(super) fn random_looking(values: &Value, secrets: &mut Vec<Value>) {
    match values {
        Value::String(text) if is_random(text) => secrets.push(secret(values)),
        Value::Object(map) => map.values().for_each(|value| random_looking(value, secrets)),
        Value::Array(items) => items.iter().for_each(|item| random_looking(item, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_random(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let is_turn = |pair: &&[char]| pair.iter().any(char::is_ascii_digit) && pair.iter().any(char::is_ascii_alphabetic);
    let turns = letters.windows(2).filter(is_turn).count();
    letters.len() >= RANDOM_CHARS_MIN && turns >= RANDOM_TURNS_MIN && !text.contains(char::is_whitespace)
}

/// Returns what masks every value that a Secret of the commit has, or is made from.
pub(super) fn redactor(files: &[TreeFile], links: &Links) -> Redactor {
    Redactor::of(&objects(files, files, links))
}

/// Returns every Secret of some files, and one of each value that a Secret is made from.
pub(super) fn objects<'a>(
    searched: impl IntoIterator<Item = &'a TreeFile>,
    files: &[TreeFile],
    links: &Links,
) -> Vec<Value> {
    let mut secrets = Vec::new();
    for file in searched.into_iter().filter(|file| ENDINGS.iter().any(|ending| file.path.ends_with(ending))) {
        let source = SourceFile { path: file.path.clone(), bytes: file.bytes.clone() };
        let documents = values(&source, Compat::Kubectl).unwrap_or_else(|_| lines_of_unreadable(file));
        let folder = folder_of(&file.path);
        let made = |document: &Value| folder.map(|folder| secret(&generated(document, folder, files, links).into()));
        secrets.extend(documents.iter().filter_map(made));
        secrets.extend(documents.iter().flat_map(patches));
        secrets.extend(documents);
    }
    secrets
}

/// A Secret with a mistake in its YAML has values all the same.
fn lines_of_unreadable(file: &TreeFile) -> Vec<Value> {
    let text = String::from_utf8_lossy(&file.bytes);
    if !text.contains("Secret") && !text.contains("secret") {
        return Vec::new();
    }
    let values = text.lines().filter_map(|line| Some(unquoted(line.split_once(": ")?.1)));
    vec![secret(&values.collect::<Vec<_>>().into())]
}

/// Returns the values that a kustomization makes Secrets from.
fn generated(kustomization: &Value, folder: &str, files: &[TreeFile], links: &Links) -> Vec<String> {
    let generators = part(kustomization, "secretgenerator").and_then(Value::as_array);
    let mut values = Vec::new();
    for generator in generators.into_iter().flatten() {
        let literals = part(generator, "literals").and_then(Value::as_array).into_iter().flatten();
        values.extend(literals.filter_map(Value::as_str).map(value_of));
        let named = [part(generator, "envs"), part(generator, "env")].into_iter().flatten();
        for path in named.flat_map(|it| it.as_array().cloned().unwrap_or_else(|| vec![it.clone()])) {
            let End::At(end) = links.end(&format!("{folder}/{}", path.as_str().unwrap_or_default())) else { continue };
            let text = files.iter().find(|file| file.path == end).map(|file| String::from_utf8_lossy(&file.bytes));
            values.extend(text.iter().flat_map(|text| text.lines()).map(value_of));
        }
    }
    values
}

/// Returns the objects that patches write in place hold.
fn patches(kustomization: &Value) -> Vec<Value> {
    let lists = ["patches", "patchesstrategicmerge"].map(|key| part(kustomization, key).and_then(Value::as_array));
    let entries = lists.into_iter().flatten().flatten();
    let texts = entries.filter_map(|entry| entry.as_str().or_else(|| part(entry, "patch")?.as_str()));
    let read = |text: &str| {
        let source = SourceFile { path: String::new(), bytes: text.as_bytes().to_vec() };
        values(&source, Compat::Kubectl).unwrap_or_default()
    };
    texts.flat_map(read).collect()
}

/// Returns the value of `key=value`; a text without a key is a value, most likely.
fn value_of(literal: &str) -> String {
    unquoted(literal.split_once('=').map_or(literal, |(_, value)| value))
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_looks_random_and_a_name_does_not() {
        for text in ["s3cr3t-value", "1b4f0e9851971998e732078544c96b36", "AKIA4EXAMPLE7Q2X9", "dGhpc2lzYTF2M3J5"] {
            assert!(is_random(text), "{text}");
        }
        for text in ["registry.example/shop/web:v1.8.2", "k8s-production", "https://shop.example:8443", "a1b2c3"] {
            assert!(!is_random(text), "{text}");
        }
    }
}
