//! What a proxy does to which request.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What the proxy answers instead of the API server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header `Retry-After`, in seconds.
    pub retry_after_seconds: Option<u32>,
    /// The body, as plain text.
    pub body: String,
}

/// Something that goes wrong with a request.
#[derive(Clone)]
pub enum Fault {
    /// The API server never sees the request.
    Answer(Answer),
    /// The connection ends before the API server sees the request.
    CutBefore,
    /// The API server does as asked, and the connection ends before its answer.
    CutAfter,
    /// The connection ends after so many bytes of the answer's body.
    Truncate(usize),
    /// Something happens before the API server sees the request, which then is cut.
    Before(Arc<dyn Fn() + Send + Sync>),
    /// Something happens after the API server did as asked, and the answer is cut.
    After(Arc<dyn Fn() + Send + Sync>),
    /// A watch starts by saying that its resource version is too old.
    Expire,
    /// The API server sees the request so much later.
    Slow(Duration),
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Answer(answer) => answer.fmt(f),
            Fault::CutBefore => f.write_str("CutBefore"),
            Fault::CutAfter => f.write_str("CutAfter"),
            Fault::Truncate(bytes) => write!(f, "Truncate({bytes})"),
            Fault::Before(_) => f.write_str("Before"),
            Fault::After(_) => f.write_str("After"),
            Fault::Expire => f.write_str("Expire"),
            Fault::Slow(by) => write!(f, "Slow({by:?})"),
        }
    }
}

/// Which of the requests that a rule selects it breaks, counted from one.
#[derive(Debug, Clone, Copy)]
enum Which {
    Every,
    Nth(usize),
    First(usize),
}

/// Where the requests go that a rule selects.
#[derive(Debug, Clone)]
enum Place {
    /// The path and query contain this.
    Containing(String),
    /// The path and query are these, up to the version that a watch starts at: no two runs share it.
    Exactly(String),
}

/// A fault, and the requests that it happens to.
#[derive(Debug, Clone)]
pub struct Rule {
    method: Option<String>,
    place: Place,
    which: Which,
    fault: Fault,
    matched: usize,
}

impl Rule {
    /// Breaks every request.
    pub fn always(fault: Fault) -> Rule {
        Rule { method: None, place: Place::Containing(String::new()), which: Which::Every, fault, matched: 0 }
    }

    /// Breaks only requests with this method.
    #[must_use]
    pub fn method(self, method: &str) -> Rule {
        Rule { method: Some(method.into()), ..self }
    }

    /// Breaks only requests whose path and query contain this text.
    #[must_use]
    pub fn containing(self, part: &str) -> Rule {
        Rule { place: Place::Containing(part.into()), ..self }
    }

    /// Breaks only requests with this path and query, as [`SeenRequest::place`](super::SeenRequest::place) has it.
    #[must_use]
    pub fn to(self, place: &str) -> Rule {
        Rule { place: Place::Exactly(place.into()), ..self }
    }

    /// Breaks only the n-th of the requests that the rule selects.
    #[must_use]
    pub fn nth(self, n: usize) -> Rule {
        Rule { which: Which::Nth(n), ..self }
    }

    /// Breaks only the first n of the requests that the rule selects.
    #[must_use]
    pub fn first(self, n: usize) -> Rule {
        Rule { which: Which::First(n), ..self }
    }

    /// Counts a request, and returns the fault when this is the one.
    pub(super) fn due(&mut self, method: &str, uri: &str) -> Option<Fault> {
        let selected = self.method.as_deref().is_none_or(|it| it == method) && self.place.is(uri);
        if !selected {
            return None;
        }
        self.matched += 1;
        let due = match self.which {
            Which::Every => true,
            Which::Nth(n) => self.matched == n,
            Which::First(n) => self.matched <= n,
        };
        due.then(|| self.fault.clone())
    }

    /// Whether a request was broken.
    pub(super) fn is_met(&self) -> bool {
        match self.which {
            Which::Every | Which::First(_) => self.matched > 0,
            Which::Nth(n) => self.matched >= n,
        }
    }
}

impl Place {
    fn is(&self, uri: &str) -> bool {
        match self {
            Place::Containing(part) => uri.contains(part),
            Place::Exactly(place) => without_version(uri) == place,
        }
    }
}

/// Returns a path and query up to the version that a watch starts at.
pub(super) fn without_version(uri: &str) -> &str {
    uri.split_once("&resourceVersion=").map_or(uri, |(before, _)| before)
}
