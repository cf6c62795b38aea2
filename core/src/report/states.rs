//! How a target's part ended, as a mark and a few words. Does not give evidence: the surfaces do.

use super::phrase::{Phrase, capital};
use super::words::{self, Mark};
use super::{Action, After, State, after};
use crate::manifest::ObjectId;

/// Most objects that are named as not reached: it is one clause.
const NAMED_MAX: usize = 5;

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
        State::GaveWay { to } => {
            (Mark::Quiet, say("applied, and gave way to ".to_owned()).name(to.short()).words(", which is newer"))
        }
        State::Deployed { ready, deleted: 0, .. } => (Mark::Good, say(format!("{ready} ready"))),
        State::Deployed { ready, deleted, .. } => (Mark::Good, say(format!("{ready} ready, {deleted} deleted"))),
        State::ApplyFailed { failures, not_reached } => {
            let what = say(format!("{} refused", words::count(failures.len(), "object")));
            (Mark::Bad, what.then(left(not_reached)))
        }
        State::NotReady { still_serving, timed_out, not_reached, after, .. } => {
            let what = say(if *timed_out { "not ready in time" } else { "did not become ready" }.to_owned());
            let what = what.then(left(not_reached)).then(after::told(after));
            // After a step back it is other pods that serve.
            let is_old = matches!(after, After::RolledBack { .. } | After::Failed { .. });
            let still_serving = Some(still_serving).filter(|serving| !serving.is_empty() && !is_old);
            (Mark::Bad, still_serving.map_or(what.clone(), |serving| what.words(". ").strong(capital(serving))))
        }
        State::NotVerified { after, .. } => (Mark::Bad, say("not verified".to_owned()).then(after::told(after))),
        State::Failed { problem } => (Mark::Bad, Phrase::read(&problem.title)),
        State::NotStarted { why } => (Mark::Quiet, say("not started: ".to_owned()).then(Phrase::read(why))),
    }
}

/// Returns ", 2 not reached: `Deployment/web` and `Ingress/web`"; nothing where all was reached.
fn left(not_reached: &[ObjectId]) -> Phrase {
    if not_reached.is_empty() {
        return Phrase::default();
    }
    let mut names: Vec<Phrase> =
        not_reached.iter().take(NAMED_MAX).map(|id| Phrase::default().name(id.to_string())).collect();
    let more = not_reached.len().saturating_sub(NAMED_MAX);
    names.extend((more > 0).then(|| Phrase::default().words(format!("{more} more"))));
    Phrase::default().words(format!(", {} not reached: ", not_reached.len())).list(names)
}
