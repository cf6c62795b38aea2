//! A panic is a bug, and still ends in a report. What it says is not shown: it may quote a secret.

use std::any::Any;
use std::cell::RefCell;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo};

use futures::FutureExt;

thread_local! {
    /// Where the last panic of this thread was, between its hook and whoever catches it.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A panic, caught.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("a bug in Landfall ended this at {place}")]
#[diagnostic(code(bug::panic), help("run it again: it goes on where this stopped; and report the bug with this line"))]
pub(crate) struct Bug {
    /// The file and line in Landfall's source.
    place: String,
}

/// From now on a panic tells where it was, and not what it said.
pub fn tell_places_only() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "panicked at {place}");
        PLACE.set(place);
    }));
}

/// Runs to the end, or to a panic.
pub(crate) async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Bug> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_: Box<dyn Any + Send>| Bug { place: PLACE.take() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_by_its_place_alone() {
        tell_places_only();
        let bug = caught(async { panic!("token: canary") }).await.err();
        drop(std::panic::take_hook());
        let text = bug.map(|bug| bug.to_string()).unwrap_or_default();
        assert!(text.contains(file!()) && !text.contains("canary"), "{text}");
    }
}
