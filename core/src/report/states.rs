//! How a target's part ended, as a mark and a few words. Does not give evidence: the surfaces do.

use super::phrase::{Phrase, capital};
use super::words::{self, Mark};
use super::{Action, State};

/// Returns a state as a mark and a few words.
pub(crate) fn told(action: Action, state: &State) -> (Mark, Phrase) {
    let say = |text: String| Phrase::default().words(text);
    match state {
        State::Planned { holds } if holds.is_empty() && action == Action::Check => {
            (Mark::Good, say("renders".to_owned()))
        }
        State::Planned { holds } if holds.is_empty() => (Mark::Quiet, say("only planned".to_owned())),
        State::Planned { holds } | State::Held { holds } => {
            let gates = holds.iter().map(|hold| Phrase::default().name(hold.gate)).collect();
            (Mark::Look, say("held by ".to_owned()).list(gates))
        }
        State::Superseded { by } => (Mark::Quiet, say("left alone: ".to_owned()).name(by.short()).words(" is newer")),
        State::Deployed { ready, deleted: 0 } => (Mark::Good, say(format!("{ready} ready"))),
        State::Deployed { ready, deleted } => (Mark::Good, say(format!("{ready} ready, {deleted} deleted"))),
        State::ApplyFailed { failures, not_reached } => {
            let rest = if *not_reached > 0 { format!(", {not_reached} not reached") } else { String::new() };
            (Mark::Bad, say(format!("{} refused{rest}", words::count(failures.len(), "object"))))
        }
        State::NotReady { still_serving, timed_out, .. } => {
            let what = say(if *timed_out { "not ready in time" } else { "does not run" }.to_owned());
            (Mark::Bad, if still_serving.is_empty() { what } else { what.words(". ").strong(capital(still_serving)) })
        }
        State::Failed { problem } => (Mark::Bad, Phrase::read(&problem.title)),
        State::NotStarted { why } => (Mark::Quiet, say("not started: ".to_owned()).then(Phrase::read(why))),
    }
}
