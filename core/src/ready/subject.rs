//! The object that is judged, with what is known about it. Reads fields and judges nothing.

use serde_json::Value;

use super::Related;
use super::event::{self, Event};
use crate::manifest::ObjectId;

/// The age at which every grace is over, because nobody waits any longer.
pub(super) const OUT_OF_TIME: u64 = u64::MAX;

/// The object that is judged, with what is known about it.
pub(super) struct Subject<'a> {
    pub(super) id: ObjectId,
    pub(super) object: &'a Value,
    pub(super) generation: i64,
    pub(super) related: &'a Related<'a>,
    pub(super) age_seconds: u64,
}

impl<'a> Subject<'a> {
    pub(super) fn text(&self, pointer: &str) -> Option<&'a str> {
        text(self.object, pointer)
    }

    pub(super) fn number(&self, pointer: &str) -> Option<i64> {
        self.object.pointer(pointer)?.as_i64()
    }

    /// Returns the generation that the status was made for; some projects write it as text.
    pub(super) fn observed_generation(&self) -> Option<i64> {
        let observed = self.object.pointer("/status/observedGeneration")?;
        observed.as_i64().or_else(|| observed.as_str()?.parse().ok())
    }

    /// Returns a count of the status; Kubernetes leaves zeros out.
    pub(super) fn count(&self, pointer: &str) -> i64 {
        self.number(pointer).unwrap_or(0)
    }

    pub(super) fn flag(&self, pointer: &str) -> bool {
        self.object.pointer(pointer) == Some(&Value::Bool(true))
    }

    pub(super) fn list(&self, pointer: &str) -> &'a [Value] {
        list(self.object, pointer)
    }

    pub(super) fn condition(&self, kind: &str) -> Option<Condition<'a>> {
        condition(self.object, kind)
    }

    pub(super) fn uid(&self) -> &'a str {
        self.text("/metadata/uid").unwrap_or_default()
    }

    /// Returns the message of the newest event with one of these reasons about an object.
    pub(super) fn event(&self, uid: &str, reasons: &[&str]) -> Option<&'a str> {
        self.newest(uid, reasons, "").map(Event::message)
    }

    /// Returns the newest event with one of these reasons about an object, whose message begins with `start`.
    pub(super) fn newest(&self, uid: &str, reasons: &[&str], start: &str) -> Option<Event<'a>> {
        event::newest(self.related.events, |event| event.is_about(uid) && event.is(reasons, start))
    }

    /// Returns the newest event with one of these reasons about an object that is known by its name alone.
    pub(super) fn newest_about(&self, kind: &str, name: &str, reasons: &[&str]) -> Option<Event<'a>> {
        let namespace = self.id.namespace.as_deref();
        event::newest(self.related.events, |event| event.is_about_named(kind, namespace, name) && event.is(reasons, ""))
    }

    pub(super) fn waited(&self, seconds: u64) -> bool {
        self.age_seconds >= seconds
    }
}

/// A condition of a status (API conventions, "Typical status properties").
pub(super) struct Condition<'a> {
    value: &'a Value,
}

impl<'a> Condition<'a> {
    pub(super) fn is_true(&self) -> bool {
        text(self.value, "/status") == Some("True")
    }

    pub(super) fn is_false(&self) -> bool {
        text(self.value, "/status") == Some("False")
    }

    pub(super) fn kind(&self) -> &'a str {
        text(self.value, "/type").unwrap_or_default()
    }

    pub(super) fn severity(&self) -> &'a str {
        text(self.value, "/severity").unwrap_or_default()
    }

    pub(super) fn reason(&self) -> &'a str {
        text(self.value, "/reason").unwrap_or_default()
    }

    /// Returns the message, or the reason where there is none.
    pub(super) fn message(&self) -> &'a str {
        text(self.value, "/message").filter(|message| !message.is_empty()).unwrap_or_else(|| self.reason())
    }

    pub(super) fn observed_generation(&self) -> Option<i64> {
        self.value.get("observedGeneration")?.as_i64()
    }
}

pub(super) fn condition<'a>(object: &'a Value, kind: &str) -> Option<Condition<'a>> {
    condition_in(list(object, "/status/conditions"), kind)
}

pub(super) fn condition_in<'a>(conditions: &'a [Value], kind: &str) -> Option<Condition<'a>> {
    let value = conditions.iter().find(|value| text(value, "/type") == Some(kind))?;
    Some(Condition { value })
}

pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer)?.as_str()
}

pub(super) fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(super) fn label<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.pointer("/metadata/labels")?.get(key)?.as_str()
}

pub(super) fn annotation<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.pointer("/metadata/annotations")?.get(key)?.as_str()
}
