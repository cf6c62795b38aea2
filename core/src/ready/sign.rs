//! One thing that a status says, and whether it says it of the generation that was applied. Knows no kinds.

use serde_json::Value;

use super::subject::{Condition, Subject, condition_in, list};

/// One thing that an object may say of itself. Pointers are JSON pointers (RFC 6901).
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    /// The first of these conditions that is reported is true.
    True(&'static [&'static str]),
    /// This condition is false.
    False(&'static str),
    /// This condition is not true, for one of these reasons.
    Because(&'static str, &'static [&'static str]),
    /// This condition is not true, and of the severity `Error`: its controller does not expect it to pass.
    Severe(&'static str),
    /// Every entry of a list, and there is one, has this true condition.
    Each(&'static str, &'static str),
    /// Some entry of a list has this false condition.
    Any(&'static str, &'static str),
    /// This field is one of these words, numbers or truths.
    Is(&'static str, &'static [&'static str]),
    /// This field is there.
    Has(&'static str),
    /// This field is not there.
    Lacks(&'static str),
    /// The second field, where it is there, has been copied to the first one.
    Copied(&'static str, &'static str),
    /// This field begins with the generation that was applied, or a later one.
    Seen(&'static str),
}

impl Sign {
    pub(super) fn holds(self, subject: &Subject<'_>) -> bool {
        match self {
            Self::True(kinds) => first(subject, kinds).is_some_and(|found| found.is_true()),
            Self::False(kind) => fresh(subject, kind).is_some_and(|found| found.is_false()),
            Self::Because(kind, reasons) => {
                fresh(subject, kind).is_some_and(|found| !found.is_true() && reasons.contains(&found.reason()))
            }
            Self::Severe(kind) => fresh(subject, kind).is_some_and(|it| !it.is_true() && it.severity() == "Error"),
            Self::Each(place, kind) => {
                let entries = subject.list(place);
                !entries.is_empty()
                    && entries.iter().all(|entry| fresh_of(subject, entry, kind).is_some_and(|found| found.is_true()))
            }
            Self::Any(place, kind) => {
                let mut entries = subject.list(place).iter();
                entries.any(|entry| fresh_of(subject, entry, kind).is_some_and(|found| found.is_false()))
            }
            Self::Is(place, words) => {
                word(subject.object.pointer(place)).is_some_and(|it| words.contains(&it.as_str()))
            }
            Self::Has(place) => subject.object.pointer(place).is_some(),
            Self::Lacks(place) => subject.object.pointer(place).is_none(),
            Self::Copied(copy, source) => {
                let source = subject.object.pointer(source);
                source.is_none() || subject.object.pointer(copy) == source
            }
            Self::Seen(place) => seen(subject, place),
        }
    }

    /// Whether it is what somebody asked for, rather than what a controller says.
    pub(super) fn is_request(self) -> bool {
        matches!(self, Self::Is(place, _) | Self::Has(place) | Self::Lacks(place) if !place.starts_with("/status"))
    }

    /// Returns what the object says about this sign, for people: a condition's message, a phase.
    pub(super) fn words(self, subject: &Subject<'_>) -> String {
        match self {
            Self::True(kinds) => first(subject, kinds).map_or_else(|| unreported(subject, kinds), |it| said(&it)),
            Self::False(kind) | Self::Because(kind, _) | Self::Severe(kind) => {
                fresh(subject, kind).map_or_else(String::new, |it| said(&it))
            }
            Self::Each(place, kind) | Self::Any(place, kind) => {
                let found = subject.list(place).iter().filter_map(|entry| entry_condition(entry, kind));
                let untrue = found.filter(|it| !it.is_true() && !stale(subject, it)).map(|it| said(&it)).next();
                untrue.unwrap_or_else(|| format!("the condition {kind}"))
            }
            Self::Is(place, _) => match word(subject.object.pointer(place)) {
                Some(word) if word.chars().count() > WORD_CHARACTERS_MAX => format!("{} is set", name(place)),
                Some(word) => format!("{} is {word}{}", name(place), because(subject)),
                None => format!("its controller to report {}", name(place)),
            },
            Self::Has(place) | Self::Lacks(place) => name(place),
            Self::Copied(..) | Self::Seen(_) => "its controller to see the change".to_owned(),
        }
    }
}

/// Where projects that report a word rather than a condition say why.
const REASONS: &[&str] = &[
    "/status/message",
    "/status/phaseReason",
    "/status/reason",
    "/status/error",
    "/status/error/message",
    "/status/operationState/message",
    "/status/applicationState/errorMessage",
    "/status/health/message",
    "/status/ceph/message",
];

/// Longest field that is shown as it is: a phase is a word or a short sentence.
const WORD_CHARACTERS_MAX: usize = 200;

/// Whether a condition was made for an older generation than the one that was applied.
pub(super) fn stale(subject: &Subject<'_>, condition: &Condition<'_>) -> bool {
    condition.observed_generation().is_some_and(|observed| observed < subject.generation)
}

/// Returns a condition that may be believed.
pub(super) fn fresh<'a>(subject: &Subject<'a>, kind: &str) -> Option<Condition<'a>> {
    subject.condition(kind).filter(|condition| !stale(subject, condition))
}

fn because(subject: &Subject<'_>) -> String {
    let said = REASONS.iter().filter_map(|place| subject.text(place)).find(|text| !text.is_empty());
    said.map_or_else(String::new, |text| format!(": {text}"))
}

fn first<'a>(subject: &Subject<'a>, kinds: &[&str]) -> Option<Condition<'a>> {
    kinds.iter().find_map(|kind| fresh(subject, kind))
}

fn unreported(subject: &Subject<'_>, kinds: &[&str]) -> String {
    if let Some(opposite) = fresh(subject, "NotReady").filter(Condition::is_true) {
        return said(&opposite);
    }
    if kinds.iter().any(|kind| subject.condition(kind).is_some()) {
        return "its controller to see the change".to_owned();
    }
    if subject.object.get("status").is_none() {
        return "its controller to report".to_owned();
    }
    format!("the condition {}", kinds.join(" or "))
}

/// Writes a condition as people read it: "Ready: waits for the issuer".
pub(super) fn said(condition: &Condition<'_>) -> String {
    match condition.message() {
        "" => format!("the condition {}", condition.kind()),
        message => format!("{}: {message}", condition.kind()),
    }
}

fn fresh_of<'a>(subject: &Subject<'_>, entry: &'a Value, kind: &str) -> Option<Condition<'a>> {
    entry_condition(entry, kind).filter(|found| !stale(subject, found))
}

fn entry_condition<'a>(entry: &'a Value, kind: &str) -> Option<Condition<'a>> {
    condition_in(list(entry, "/conditions"), kind)
}

fn word(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn seen(subject: &Subject<'_>, place: &str) -> bool {
    let text = word(subject.object.pointer(place)).unwrap_or_default();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<i64>().is_ok_and(|observed| observed >= subject.generation)
}

/// Writes a pointer as people write a field: `status.phase`.
fn name(place: &str) -> String {
    let parts: Vec<String> = place.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    format!("`{}`", parts.join("."))
}
