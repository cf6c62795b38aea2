//! Numbers, times and marks as people read them. Does not build sentences.

use super::phrase::Phrase;
use crate::plan::{Change, Class};

/// What a plan rests on when no cluster was asked.
pub(crate) const OFFLINE: &str = "compared without a cluster: what runs there may differ";

/// The status mark that begins a title, a fold or a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Nothing happens.
    Quiet,
    /// It is well.
    Good,
    /// A person should look.
    Look,
    /// It is not well.
    Bad,
}

impl Mark {
    /// Returns the mark as one character.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Quiet => "⚪",
            Self::Good => "🟢",
            Self::Look => "🟡",
            Self::Bad => "🔴",
        }
    }
}

/// Returns "1 object", "2 objects".
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Returns "52 s", "1 min 12 s".
pub(crate) fn seconds(seconds: f64) -> String {
    let whole = std::time::Duration::try_from_secs_f64(seconds.max(0.0).round()).unwrap_or_default().as_secs();
    match (whole / 60, whole % 60) {
        (0, _) if seconds < 9.95 && seconds.fract() > 0.05 => format!("{seconds:.1} s"),
        (0, rest) => format!("{rest} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, rest) => format!("{minutes} min {rest} s"),
    }
}

/// Returns what a class does, as a verb.
pub(crate) fn verb(class: &Class) -> &'static str {
    match class {
        Class::Same => "same",
        Class::Keep { .. } => "keep",
        Class::Release => "release",
        Class::Create => "create",
        Class::Change => "change",
        Class::Unverified { .. } => "unverified",
        Class::Replace { .. } => "replace",
        Class::Delete => "delete",
        Class::Blocked { .. } => "blocked",
    }
}

/// Returns what of a change no merged commit explains, as a sentence.
pub(crate) fn drift(change: &Change) -> Option<Phrase> {
    Some(Phrase::default().strong("Drift").words(": ").then(drift_itself(change)?))
}

/// Returns what of a change no merged commit explains, as what follows a colon.
pub(crate) fn drift_itself(change: &Change) -> Option<Phrase> {
    let drift = change.drift.as_ref()?;
    let danger = drift.danger.as_ref().map(|danger| Phrase::default().words("; ").then(Phrase::read(danger)));
    let why = Phrase::read(&drift.why).then(danger.unwrap_or_default());
    Some(why.words("."))
}

/// Returns the mark of a class.
pub(crate) fn mark(class: &Class) -> Mark {
    match class {
        Class::Same | Class::Keep { .. } => Mark::Quiet,
        Class::Create => Mark::Good,
        Class::Release | Class::Change | Class::Replace { .. } | Class::Unverified { .. } => Mark::Look,
        Class::Delete | Class::Blocked { .. } => Mark::Bad,
    }
}

/// Returns the place of a class in an order that puts the dangerous first.
pub(crate) fn danger(class: &Class) -> u8 {
    match class {
        Class::Delete => 0,
        Class::Blocked { .. } => 1,
        Class::Unverified { .. } => 2,
        Class::Replace { .. } => 3,
        Class::Change => 4,
        Class::Create => 5,
        Class::Release => 6,
        Class::Keep { .. } => 7,
        Class::Same => 8,
    }
}
