//! Where Git has what a cause comes from, and whether this deploy changed it. Does not look for it: `ready` did.

use super::TargetReport;
use super::phrase::Phrase;
use crate::diff::{Hunk, Line};
use crate::manifest::Origin;
use crate::plan::{Change, Class};
use crate::ready::Cause;

/// Where every pod of a workload comes from: a reader knows it.
const TEMPLATE: &str = "spec.template.";

/// A place in Git, and what is said before it: "`spec.containers[web].image` was changed in".
pub(crate) struct Traced<'a> {
    pub(crate) lead: Phrase,
    pub(crate) origin: &'a Origin,
}

/// Returns where Git has the field of a cause, or else its object; none where it is not known.
pub(crate) fn traced<'a>(target: &'a TargetReport, cause: &'a Cause) -> Option<Traced<'a>> {
    let change = target.plan.as_ref().and_then(|plan| plan.changes.iter().find(|change| change.id == cause.id));
    let origin = cause.origin.as_ref().or_else(|| change?.origin.as_ref())?;
    let is_changed = change.is_some_and(|change| changes(change, &cause.field));
    let verb = if is_changed { "changed in" } else { "written in" };
    let field = cause.field.strip_prefix(TEMPLATE).unwrap_or(&cause.field);
    let lead = if field.is_empty() {
        Phrase::default().words(verb)
    } else {
        Phrase::default().name(field).words(format!(", {verb}"))
    };
    Some(Traced { lead, origin })
}

fn changes(change: &Change, field: &str) -> bool {
    !matches!(change.class, Class::Create) && change.diff.hunks.iter().any(|hunk| touches(hunk, field))
}

/// Whether a place that differs is the field, is in it, or has it among its lines.
fn touches(hunk: &Hunk, field: &str) -> bool {
    if hunk.path.starts_with(field) {
        return true;
    }
    let Some(key) = field.strip_prefix(hunk.path.as_str()).and_then(|rest| rest.rsplit(['.', '[']).next()) else {
        return false;
    };
    hunk.lines.iter().any(|line| match line {
        Line::Context(_) => false,
        Line::Added(text) | Line::Removed(text) | Line::Masked(text) => {
            text.trim_start_matches([' ', '-']).strip_prefix(key).is_some_and(|rest| rest.starts_with(':'))
        }
    })
}
