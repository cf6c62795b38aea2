//! Tells each change of state once, and what is still waited for. Decides nothing.

use std::collections::BTreeMap;

use landfall_core::manifest::ObjectId;
use landfall_core::ready::Verdict;

use super::Wait;

/// What was said of each object last.
#[derive(Default)]
pub(super) struct Told(BTreeMap<ObjectId, String>);

impl Told {
    pub(super) fn tell(&mut self, wait: &Wait<'_>, verdicts: &BTreeMap<ObjectId, Verdict>) {
        for (id, verdict) in verdicts {
            let text = text(verdict);
            if self.0.get(id) == Some(&text) {
                continue;
            }
            let safe = wait.redactor.text(&text);
            let was_waited_for = self.0.insert(id.clone(), text).is_some();
            match verdict {
                // What runs from the first look on is not news.
                Verdict::Ready { .. } if !was_waited_for => {}
                Verdict::Ready { .. } | Verdict::Failed { .. } => wait.progress.moment(format!("{id} {safe}")),
                Verdict::Waiting { .. } => wait.progress.line(&format!("{id} waits: {safe}")),
            }
        }
        wait.progress.now(&wait.redactor.text(&summary(verdicts)));
    }
}

fn text(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Ready { note, warning } if note.is_empty() && warning.is_empty() => "ready".to_owned(),
        Verdict::Ready { note, warning } => format!("ready, {note}{warning}"),
        Verdict::Waiting { on } => on.clone(),
        Verdict::Failed { cause } => cause.reason.clone(),
    }
}

/// Returns how many objects are ready, and the first that is not.
fn summary(verdicts: &BTreeMap<ObjectId, Verdict>) -> String {
    let ready = verdicts.values().filter(|verdict| matches!(verdict, Verdict::Ready { .. })).count();
    let first = verdicts.iter().find_map(|(id, verdict)| match verdict {
        Verdict::Waiting { on } => Some(format!("; {id} waits: {on}")),
        Verdict::Ready { .. } | Verdict::Failed { .. } => None,
    });
    format!("{ready} of {} ready{}", verdicts.len(), first.unwrap_or_default())
}
