//! A rule of landfall.yaml that says when the objects of a kind are ready. It counts more than what is known of the kind;
//! but the failures of Kubernetes' own kinds are still found while it waits.

use serde::Serialize;

use super::custom::{believed, dated_or_later};
use super::expression::{Answer, Expression};
use super::finding::{Finding, settle};
use super::subject::Subject;
use super::{Code, Verdict, waiting};
use crate::manifest::ObjectId;
use crate::order::is_custom;

/// When the objects of a kind are ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The API group; empty for Kubernetes' core.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// It is ready when this holds.
    pub when: Expression,
    /// It will not become ready when this holds.
    pub failed: Option<Expression>,
}

/// Returns the first rule for an object.
pub(super) fn of<'a>(subject: &Subject<'a>) -> Option<&'a Rule> {
    let ObjectId { group, kind, .. } = &subject.id;
    subject.related.rules.iter().find(|rule| rule.group == *group && rule.kind == *kind)
}

/// Judges by a rule. `known` is what would be said without it.
pub(super) fn judge(subject: &Subject<'_>, rule: &Rule, known: impl FnOnce() -> Verdict) -> Verdict {
    let on = match rule.when.ask(subject.object) {
        Answer::Yes => return believed(subject),
        Answer::No => format!("the rule `{}`", rule.when),
        Answer::Unknown(why) => format!("the rule `{}`: {why}", rule.when),
    };
    if let Some(failed) = rule.failed.as_ref().filter(|failed| failed.ask(subject.object) == Answer::Yes) {
        let finding =
            Finding::new(Code::RuleFailed, dated_or_later(subject), "has failed, says a rule of landfall.yaml")
                .evidence(format!("`{failed}` holds"))
                .help("look at the object's status, mend the cause and deploy again");
        return settle(subject, on, vec![finding]);
    }
    match known() {
        Verdict::Failed { cause } if !is_custom(&subject.id) => Verdict::Failed { cause },
        Verdict::Failed { .. } | Verdict::Ready { .. } | Verdict::Waiting { .. } => waiting(on),
    }
}
