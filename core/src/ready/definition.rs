//! Whether a custom resource definition is served. Source: `apiextensions/v1` types. Serving may still lag behind it.

use super::finding::{Fatal, Finding, failed};
use super::subject::{Condition, Subject};
use super::{Code, Verdict, ready, waiting};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    if let Some(condition) = subject.condition("NamesAccepted").filter(Condition::is_false) {
        let taken = Finding::new(Code::NamesTaken, Fatal::Now, "has names that another definition uses")
            .evidence(condition.message())
            .help("rename its plural, singular, kind or short names, or remove the other definition");
        return failed(subject, taken);
    }
    if subject.condition("Established").as_ref().is_some_and(Condition::is_true) {
        return ready();
    }
    waiting("the server to serve its kind")
}
