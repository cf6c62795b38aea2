//! What is known of an object that the cluster does not show. A Job may be gone because it is done:
//! `ttlSecondsAfterFinished` lets the server remove it, and only its events are left.

use super::finding::{Fatal, Finding, failed};
use super::subject::Subject;
use super::{Code, Verdict, ready_with, waiting};

/// Why the Job controller gives up (`batch/v1`, reasons of `JobFailed`).
const GAVE_UP: &[&str] = &["BackoffLimitExceeded", "DeadlineExceeded", "FailedIndexes", "PodFailurePolicy"];

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    if subject.id.group != "batch" || subject.id.kind != "Job" {
        return unseen();
    }
    if let Some(message) = subject.event(subject.uid(), GAVE_UP) {
        let finding = Finding::new(Code::JobFailed, Fatal::Now, "failed, and its `ttlSecondsAfterFinished` removed it")
            .evidence(message)
            .help("raise `ttlSecondsAfterFinished` so that its pods and their logs stay, and deploy again");
        return failed(subject, finding);
    }
    match subject.event(subject.uid(), &["Completed"]) {
        Some(_) => ready_with("done, and removed by its `ttlSecondsAfterFinished`"),
        None => unseen(),
    }
}

fn unseen() -> Verdict {
    waiting("the API server to show it")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Related, Verdict, judge_missing, overdue_missing};
    use crate::manifest::ObjectId;

    fn verdict(reason: &str) -> Verdict {
        let event = json!({"involvedObject": {"uid": "u1"}, "reason": reason, "message": "the controller's words"});
        let related = Related { events: &[event], ..Related::default() };
        judge_missing(&job(), "u1", &related)
    }

    fn job() -> ObjectId {
        let text = |text: &str| text.to_owned();
        ObjectId { group: text("batch"), kind: text("Job"), namespace: Some(text("shop")), name: text("migrate") }
    }

    #[test]
    fn a_job_that_its_own_time_to_live_removed_is_judged_by_its_events() {
        assert!(matches!(verdict("Completed"), Verdict::Ready { .. }));
        assert!(matches!(verdict("BackoffLimitExceeded"), Verdict::Failed { .. }));
        assert!(matches!(verdict("SuccessfulCreate"), Verdict::Waiting { .. }));
    }

    #[test]
    fn what_is_never_shown_is_named_when_time_is_up() {
        let cause = overdue_missing(&job(), "u1", &Related::default()).unwrap();
        assert_eq!((cause.id, cause.code), (job(), "timed_out"));
        assert_eq!(cause.evidence, "still waits: the API server to show it");
    }
}
