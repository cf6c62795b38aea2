//! What is made anew because it cannot change in place.
//!
//! Jobs that say when they run (`order::runs_once`) and that have ended, as what they are: a hook runs once for each
//! content. Everything else only where Git or a person allows it, for meanwhile it is not there.

use serde_json::Value;

use super::Class;
use crate::order;

/// Returns what becomes of a Job that the server would not change in place; none of any other object.
pub(super) fn changed(object: &Value, live: &Value) -> Option<Class> {
    if !order::runs_once(object) {
        return None;
    }
    if has_ended(live) {
        return Some(anew("what it runs changed: the finished Job is deleted, and made anew"));
    }
    let why = "it still runs, and what it runs cannot change meanwhile".to_owned();
    Some(Class::Blocked { why, help: "deploy again when it has ended, or delete it".to_owned() })
}

/// Returns what becomes of a Job that failed: it has not done what it is for, so it runs again.
pub(super) fn failed(object: &Value, live: &Value) -> Option<Class> {
    let again = order::runs_once(object) && holds(live, "Failed");
    again.then(|| anew("it failed: the failed Job is deleted, and made anew"))
}

/// Returns what becomes of a Job by Git alone, where it is not known whether it has ended.
pub(super) fn by_git(before: &Value, after: &Value) -> Option<Class> {
    let is_changed = before["spec"]["template"] != after["spec"]["template"];
    (is_changed && order::runs_once(after))
        .then(|| anew("what it runs changed: a finished Job is deleted, and made anew"))
}

/// Returns what becomes of any other object that cannot be changed in place.
pub(super) fn by_leave(why: &str, allowed: bool) -> Class {
    Class::Replace { why: format!("{why}: it is deleted, and made anew"), allowed }
}

fn anew(why: &str) -> Class {
    Class::Replace { why: why.to_owned(), allowed: true }
}

fn has_ended(job: &Value) -> bool {
    holds(job, "Complete") || holds(job, "Failed")
}

fn holds(job: &Value, condition: &str) -> bool {
    let conditions = job["status"]["conditions"].as_array().into_iter().flatten();
    conditions.into_iter().any(|it| it["type"] == condition && it["status"] == "True")
}
