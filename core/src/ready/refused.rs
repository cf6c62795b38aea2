//! Why the server refuses the pods of a workload. The reason stands in a condition or in `FailedCreate` events.

use serde_json::Value;

use super::Code;
use super::finding::{Fatal, Finding};
use super::subject::{Condition, Subject, text};

/// How long pods may be refused: quota is freed and accounts appear while a set is being applied.
const CREATE_GRACE_SECONDS: u64 = 20;

/// What the server says, in the order of asking, with what it means and what to do. `@` is who refuses.
const KNOWN: &[(&str, Code, &str, &str)] = &[
    (
        "exceeded quota",
        Code::QuotaExceeded,
        "has no room left in a quota",
        "raise the ResourceQuota, or request less in this namespace",
    ),
    (
        "failed quota",
        Code::QuotaExceeded,
        "does not state what its namespace's quota counts",
        "set the requests and limits that the message names",
    ),
    (
        "usage per ",
        Code::LimitRange,
        "is forbidden by its namespace's LimitRange",
        "request what the message asks for, or change the LimitRange",
    ),
    (
        "limit to request ratio per ",
        Code::LimitRange,
        "is forbidden by its namespace's LimitRange",
        "request what the message asks for, or change the LimitRange",
    ),
    (
        "violates PodSecurity",
        Code::PodSecurity,
        "is forbidden by its namespace's Pod Security level",
        "set the securityContext fields that the message names",
    ),
    (
        "unable to validate against any security context constraint",
        Code::PodSecurity,
        "is forbidden by the cluster's security context constraints",
        "set the securityContext fields that the message names, or grant its ServiceAccount a constraint",
    ),
    (
        "failed calling webhook",
        Code::WebhookUnreachable,
        "needs the admission webhook `@`, which does not answer",
        "mend the webhook's backend, then deploy again",
    ),
    (
        "denied the request",
        Code::AdmissionDenied,
        "has pods that the admission webhook `@` refuses",
        "change what the webhook objects to, or ask its owner",
    ),
    (
        "ValidatingAdmissionPolicy",
        Code::AdmissionDenied,
        "has pods that the admission policy `@` refuses",
        "change what the policy objects to, or ask its owner",
    ),
    (
        "error looking up service account",
        Code::ServiceAccountMissing,
        "uses a ServiceAccount that does not exist",
        "create the ServiceAccount, or correct `serviceAccountName`",
    ),
    (
        "no PriorityClass with name",
        Code::PriorityClassMissing,
        "uses a PriorityClass that does not exist",
        "create the PriorityClass, or correct `priorityClassName`",
    ),
];

/// Finds what the object's own `ReplicaFailure` condition says.
pub(super) fn by_condition(subject: &Subject<'_>) -> Option<Finding> {
    let condition = subject.condition("ReplicaFailure").filter(Condition::is_true)?;
    Some(finding(condition.message()))
}

/// Finds what the events about `owner`, the object that makes the pods, say.
pub(super) fn of(subject: &Subject<'_>, owner: &Value) -> Option<Finding> {
    subject.event(text(owner, "/metadata/uid")?, &["FailedCreate"]).map(finding)
}

fn finding(message: &str) -> Finding {
    let known = KNOWN.iter().find(|(words, ..)| message.contains(words));
    let (code, words, help) = known.map_or(
        (Code::CreateRefused, "cannot create its pods", "correct what the message names and deploy again"),
        |(_, code, reason, help)| (*code, *reason, *help),
    );
    let reason = words.replace('@', named(message));
    Finding::new(code, Fatal::AfterSeconds(CREATE_GRACE_SECONDS), reason)
        .pod_field(field(code, message))
        .evidence(message)
        .help(help)
}

/// Returns the webhook or policy that a message names: `webhook "a.example"`, `ValidatingAdmissionPolicy 'a'`.
fn named(message: &str) -> &str {
    let after = [("webhook \"", '"'), ("ValidatingAdmissionPolicy '", '\'')];
    let name = after.iter().find_map(|(start, end)| Some(message.split_once(start)?.1.split_once(*end)?.0));
    name.unwrap_or("unnamed")
}

/// Returns the field of the pods that is refused, as far as the message tells.
fn field(code: Code, message: &str) -> String {
    match code {
        Code::ServiceAccountMissing => "serviceAccountName".to_owned(),
        Code::PriorityClassMissing => "priorityClassName".to_owned(),
        Code::LimitRange => "containers".to_owned(),
        Code::PodSecurity => {
            let named = message.split_once("container \"").and_then(|(_, rest)| rest.split_once('"'));
            named
                .map_or_else(|| "securityContext".to_owned(), |(name, _)| format!("containers[{name}].securityContext"))
        }
        _ => String::new(),
    }
}
