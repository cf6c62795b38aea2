//! The object that is judged, with what is known about it. Reads fields and judges nothing.

use serde_json::Value;

use super::Related;
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
        self.event_saying(uid, reasons, "")
    }

    /// Returns the message of the newest such event whose message begins with `start`.
    pub(super) fn event_saying(&self, uid: &str, reasons: &[&str], start: &str) -> Option<&'a str> {
        let about = |event: &&Value| involved_uid(event) == Some(uid) && !uid.is_empty();
        let named = |event: &&Value| text(event, "/reason").is_some_and(|reason| reasons.contains(&reason));
        let says = |event: &&Value| message(event).is_some_and(|message| message.starts_with(start));
        let events = self.related.events.iter().filter(about).filter(named).filter(says);
        message(events.max_by_key(|event| last_seen(event))?)
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
    let value = list(object, "/status/conditions").iter().find(|value| text(value, "/type") == Some(kind))?;
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

fn message(event: &Value) -> Option<&str> {
    text(event, "/message").or_else(|| text(event, "/note"))
}

fn involved_uid(event: &Value) -> Option<&str> {
    text(event, "/involvedObject/uid").or_else(|| text(event, "/regarding/uid"))
}

/// Returns when an event was last seen: series and single events, in both API groups, say it in different fields.
fn last_seen(event: &Value) -> &str {
    let places = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/deprecatedLastTimestamp"];
    places.iter().find_map(|place| text(event, place)).unwrap_or_default()
}
