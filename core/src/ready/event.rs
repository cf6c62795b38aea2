//! One event, in the words of either API group (`v1` and `events.k8s.io/v1`). Judges nothing.

use serde_json::Value;

use super::subject::text;

/// One event about an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event<'a> {
    value: &'a Value,
}

/// Returns the newest of the events that are meant.
pub(super) fn newest<'a>(events: &'a [Value], is_meant: impl Fn(&Event<'a>) -> bool) -> Option<Event<'a>> {
    events.iter().map(|value| Event { value }).filter(is_meant).max_by_key(|event| event.last_seen())
}

impl<'a> Event<'a> {
    pub(super) fn message(self) -> &'a str {
        self.first(&["/message", "/note"]).unwrap_or_default()
    }

    pub(super) fn reason(self) -> &'a str {
        text(self.value, "/reason").unwrap_or_default()
    }

    /// Returns the container that a kubelet's event is about: its field path is `spec.containers{app}`.
    pub(super) fn container(self) -> Option<&'a str> {
        let path = self.first(&["/involvedObject/fieldPath", "/regarding/fieldPath"])?;
        path.split_once('{')?.1.strip_suffix('}')
    }

    pub(super) fn is(self, reasons: &[&str], start: &str) -> bool {
        reasons.contains(&self.reason()) && self.message().starts_with(start)
    }

    pub(super) fn is_about(self, uid: &str) -> bool {
        !uid.is_empty() && self.first(&["/involvedObject/uid", "/regarding/uid"]) == Some(uid)
    }

    pub(super) fn is_about_named(self, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        self.first(&["/involvedObject/kind", "/regarding/kind"]) == Some(kind)
            && self.first(&["/involvedObject/namespace", "/regarding/namespace"]) == namespace
            && self.first(&["/involvedObject/name", "/regarding/name"]) == Some(name)
    }

    /// Returns when it was last seen: series and single events, in both groups, say it in different fields.
    fn last_seen(self) -> &'a str {
        let places = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/deprecatedLastTimestamp"];
        self.first(&places).unwrap_or_default()
    }

    fn first(self, places: &[&str]) -> Option<&'a str> {
        places.iter().find_map(|place| text(self.value, place))
    }
}
