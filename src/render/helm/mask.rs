//! Takes what may be secret out of what Helm says. What the repository says itself stays: paths, templates' expressions.

use landfall_core::diff::redact::Redactor;
use serde_json::Value;

use super::Run;
use super::chart::document;
use crate::render::contents::Contents;
use crate::render::secret_values::{self, is_secret, secret};

/// How Helm quotes the part of a template that failed: its name, then the expression up to `ENDING`.
const EXPRESSION: &str = "executing \"";
const ENDING: &str = ">: ";

/// Masks a message with the places of the repository.
pub(super) fn masked(run: &Run<'_>, text: &str) -> String {
    let redactor = redactor(run);
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    // What was quoted of a template's text is no value.
    while let Some(at) = rest.find(EXPRESSION) {
        let end = rest[at..].find(ENDING).map_or(at + EXPRESSION.len(), |end| at + end);
        safe.push_str(&beside_paths(run, &redactor, &rest[..at]));
        safe.push_str(&rest[at..end]);
        rest = &rest[end..];
    }
    safe + &beside_paths(run, &redactor, rest)
}

/// Masks all but paths of the commit.
fn beside_paths(run: &Run<'_>, redactor: &Redactor, text: &str) -> String {
    let is_end = |letter: char| letter.is_whitespace() || matches!(letter, ':' | '"' | '(' | ')' | ',' | '<' | '>');
    let is_path =
        |word: &str| word.contains('/') && (run.contents.file(word).is_some() || run.contents.has_folder(word));
    let (mut safe, mut pending) = (String::with_capacity(text.len()), String::new());
    for piece in text.split_inclusive(is_end) {
        let word = piece.trim_end_matches(is_end);
        if is_path(word) {
            safe.push_str(&redactor.text(&std::mem::take(&mut pending)));
            safe.push_str(word);
            pending.push_str(&piece[word.len()..]);
        } else {
            pending.push_str(piece);
        }
    }
    safe + &redactor.text(&pending)
}

/// Masks what Secrets of the commit hold, and every value whose name says that it is secret.
pub(super) fn redactor(run: &Run<'_>) -> Redactor {
    let Contents { files, links } = run.contents;
    // A template is no YAML, and every line of it would count as a value; Helm quotes values, never a template's text.
    let searched = files.iter().filter(|file| !file.path.contains("templates/"));
    let mut secrets = secret_values::objects(searched, files, links);
    let files = run.settings.values.iter().filter_map(|path| run.contents.file(path));
    let files = files.map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let defaults = run.chart.texts.get("values.yaml").cloned();
    for text in files.chain(defaults) {
        secret_values::by_name(&document(&text), &mut secrets);
    }
    let set = run.settings.set.iter().filter(|(path, _)| is_secret(path));
    secrets.extend(set.map(|(_, text)| secret(&Value::from(text.as_str()))));
    Redactor::of_words(&secrets)
}
