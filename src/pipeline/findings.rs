//! What the lints find in a planned set and did not find in the one before it, as the report tells it.

use std::collections::BTreeSet;

use landfall_core::diff::redact::Redactor;
use landfall_core::lint::{self, Input};
use landfall_core::report::Finding;

use super::target::{Goal, Planned};
use crate::failure::rendered;

/// Most findings that come with their lines: finding them again in a large file takes time.
const EXCERPTS_MAX: usize = 200;

/// Returns what a plan adds, in the order of the files.
pub(super) fn added(goal: &Goal<'_>, planned: &Planned) -> Vec<Finding> {
    let (version, switches) = (planned.plan.server.as_deref(), &goal.environment.lint);
    let find = |manifests, before| lint::lint(&Input { manifests, before, version, switches });
    let (before, after) = (find(&planned.base, &[]), find(&planned.set.manifests, &planned.base));
    let known: BTreeSet<_> = before.iter().map(lint::Finding::key).collect();
    let new = after.iter().filter(|finding| !known.contains(&finding.key()));
    // A line may show what is a Secret's value elsewhere.
    let objects = planned.base.iter().chain(&planned.set.manifests).map(|manifest| &manifest.object);
    let redactor = Redactor::of_telling(objects);
    new.enumerate().map(|(at, finding)| told(at, finding, &redactor)).collect()
}

fn told(at: usize, finding: &lint::Finding, redactor: &Redactor) -> Finding {
    let details = if at < EXCERPTS_MAX { rendered(finding) } else { finding.to_string() };
    Finding {
        code: finding.code(),
        severity: finding.lint.severity,
        object: finding.object.to_string(),
        origin: finding.origin.clone(),
        title: redactor.text(&finding.title),
        details: redactor.text(&details),
        help: finding.lint.help.to_owned(),
    }
}
