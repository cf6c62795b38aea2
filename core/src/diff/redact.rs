//! Takes Secret values out of text that others wrote: server messages, logs. Does not know where the text goes.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{Line, ObjectDiff};
use crate::manifest::secret;

/// What stands in a value's place.
const MASK: &str = "***";

/// Shorter values ("3", "on") are everywhere in harmless text: they are masked only between quotes.
const ANYWHERE_CHARS_MIN: usize = 4;

/// Shorter lines of a value with many lines are not telling: "}", "---".
const LINE_CHARS_MIN: usize = 8;

/// A value of this length is masked in differences too, whatever it is made of.
const TELLING_CHARS_MIN: usize = 16;

/// A value that is no plain word is masked in differences from this length on.
const TELLING_NO_WORD_CHARS_MIN: usize = 8;

/// Longest part of a value that is looked for at once: a value that repeats itself would take the automaton for ever.
const PIECE_CHARS_MAX: usize = 256;

/// Replaces the values of known Secrets in any text.
#[derive(Clone)]
pub struct Redactor {
    /// Of values that overlap the longest is found, so that a value within another leaves nothing of it.
    anywhere: AhoCorasick,
    /// Found only where no letter or digit stands beside them.
    words: AhoCorasick,
    quoted: Vec<String>,
}

impl Redactor {
    /// Reads the values of every Secret among `objects`, as text and as base64.
    pub fn of<'a>(objects: impl IntoIterator<Item = &'a Value>) -> Self {
        Self::of_values(values_of(objects))
    }

    /// Takes the values as they are.
    ///
    /// # Panics
    ///
    /// When the values together have more than two billion bytes: no render may be that large.
    pub fn of_values(values: impl IntoIterator<Item = String>) -> Self {
        let (anywhere, quoted) = by_length(values);
        Self { anywhere: automaton(anywhere), words: automaton(Vec::new()), quoted }
    }

    /// Takes the values that are in `objects`, for text that has words of its own, which may be values too.
    ///
    /// A plain word is masked only where it stands alone: the password "prod" is no reason to hide a part of "produce".
    pub fn of_words<'a>(objects: impl IntoIterator<Item = &'a Value>) -> Self {
        let (all, quoted) = by_length(values_of(objects));
        let (anywhere, words): (Vec<_>, _) = all.into_iter().partition(|value| is_telling(value));
        Self { anywhere: automaton(anywhere), words: automaton(words), quoted }
    }

    /// Returns the text with every known value masked.
    pub fn text(&self, text: &str) -> String {
        let mut safe = String::with_capacity(text.len());
        let mut masked_to = usize::MAX;
        self.anywhere.replace_all_with(text, &mut safe, |found, _, out| {
            // The pieces of one value are one.
            if found.start() != masked_to {
                out.push_str(MASK);
            }
            masked_to = found.end();
            true
        });
        let before = std::mem::take(&mut safe);
        self.words.replace_all_with(&before, &mut safe, |found, value, out| {
            let is_alone = stands_alone(&before, found.range());
            out.push_str(if is_alone { MASK } else { value });
            true
        });
        for value in &self.quoted {
            for quote in ['"', '\'', '`'] {
                safe = safe.replace(&format!("{quote}{value}{quote}"), &format!("{quote}{MASK}{quote}"));
            }
        }
        safe
    }

    /// Reads the values that a difference of another object must not show: the same password in a `ConfigMap`.
    ///
    /// A plain word stays readable: a user called "postgres" is no reason to hide an image of that name.
    pub fn of_telling<'a>(objects: impl IntoIterator<Item = &'a Value>) -> Self {
        Self::of_values(values_of(objects).into_iter().filter(|value| is_telling(value)))
    }

    /// Masks every line and heading of a difference.
    pub fn diff(&self, diff: &mut ObjectDiff) {
        for hunk in &mut diff.hunks {
            hunk.path = self.text(&hunk.path);
            for line in &mut hunk.lines {
                let (Line::Removed(text) | Line::Added(text) | Line::Context(text) | Line::Masked(text)) = line;
                *text = self.text(text);
            }
        }
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({} values)", self.anywhere.patterns_len() + self.words.patterns_len() + self.quoted.len())
    }
}

/// Returns the values that are masked wherever they are found, and those that are masked between quotes.
fn by_length(values: impl IntoIterator<Item = String>) -> (Vec<String>, Vec<String>) {
    let mut all: Vec<String> = values.into_iter().filter(|value| !value.trim().is_empty()).collect();
    all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let (long, short): (Vec<String>, Vec<String>) =
        all.into_iter().partition(|value| value.chars().count() >= ANYWHERE_CHARS_MIN);
    (long.iter().flat_map(|value| pieces(value)).collect::<BTreeSet<_>>().into_iter().collect(), short)
}

/// Divides a long value into pieces of about one length, each still long enough to be looked for.
fn pieces(value: &str) -> Vec<String> {
    let chars = value.chars().count();
    if chars <= PIECE_CHARS_MAX {
        return vec![value.to_owned()];
    }
    let length = chars.div_ceil(chars.div_ceil(PIECE_CHARS_MAX));
    let chars: Vec<char> = value.chars().collect();
    chars.chunks(length).map(|piece| piece.iter().collect()).collect()
}

fn automaton(values: Vec<String>) -> AhoCorasick {
    // The other kinds search faster, and take minutes and gigabytes to build of a few large values.
    let mut builder = AhoCorasick::builder();
    let builder = builder.match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::NoncontiguousNFA));
    let automaton = builder.build(values);
    automaton.expect("a render is far smaller than an automaton may be")
}

/// Whether what is found is no part of a longer word.
fn stands_alone(text: &str, found: Range<usize>) -> bool {
    let is_inner = |letter: char| letter.is_alphanumeric() || letter == '_';
    !text[..found.start].ends_with(is_inner) && !text[found.end..].starts_with(is_inner)
}

fn values_of<'a>(objects: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    for object in objects.into_iter().filter(|object| object["kind"] == "Secret") {
        for (key, part) in object.as_object().into_iter().flatten() {
            match key.as_str() {
                "apiVersion" | "kind" | "metadata" | "type" | "immutable" => {}
                "data" => collect(part, &mut values, encoded_forms),
                // `stringData`, and whatever was meant to be it.
                _ => collect(part, &mut values, plain_forms),
            }
        }
    }
    values
}

fn is_telling(value: &str) -> bool {
    let is_word = value.chars().all(|c| c.is_lowercase() || matches!(c, '-' | '.' | '_' | '/'));
    let least = if is_word { TELLING_CHARS_MIN } else { TELLING_NO_WORD_CHARS_MIN };
    value.chars().count() >= least
}

/// Returns `text` with each of `values` masked.
pub fn redact(text: &str, values: &[&str]) -> String {
    Redactor::of_values(values.iter().map(|value| (*value).to_owned())).text(text)
}

/// Collects every scalar below a value: a Secret of a wrong shape is quoted by the server's refusal.
fn collect(value: &Value, values: &mut BTreeSet<String>, forms: fn(&str) -> Vec<String>) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => values.extend(forms(&number.to_string())),
        Value::String(text) => values.extend(forms(text)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, values, forms)),
        Value::Object(map) => map.values().for_each(|item| collect(item, values, forms)),
    }
}

fn encoded_forms(encoded: &str) -> Vec<String> {
    let decoded = secret::decoded(encoded).and_then(|bytes| String::from_utf8(bytes).ok());
    let mut forms = decoded.as_deref().map(plain_forms).unwrap_or_default();
    forms.push(secret::joined(encoded).trim_end_matches('=').to_owned());
    if encoded.contains('\n') {
        forms.extend(encoded.lines().filter(|line| line.chars().count() >= LINE_CHARS_MIN).map(str::to_owned));
    }
    forms
}

/// A value as it is, as base64, as JSON and Go quote it, and each of its lines.
fn plain_forms(value: &str) -> Vec<String> {
    let quoted = Value::from(value).to_string();
    let encoded = STANDARD.encode(value);
    let mut forms = vec![value.to_owned(), value.trim().to_owned(), quoted[1..quoted.len() - 1].to_owned()];
    forms.push(encoded.trim_end_matches('=').to_owned());
    if value.contains('\n') {
        let lines = value.lines().map(str::trim).filter(|line| line.chars().count() >= LINE_CHARS_MIN);
        forms.extend(lines.map(str::to_owned));
    }
    forms
}
