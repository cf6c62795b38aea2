//! What an object's annotations say of its place: ours, Argo CD's and Helm's. Does not look at other objects.
//!
//! Ours count before Argo CD's, and those before Helm's, as Argo CD has it too.

use serde_json::Value;

use super::problem::OrderProblem;
use super::{Occasion, Phase, Place};
use crate::manifest::ObjectId;

pub(super) const AFTER: &str = "landfall.dev/after";
const PHASE: &str = "landfall.dev/phase";
const ARGO_HOOK: &str = "argocd.argoproj.io/hook";
const ARGO_WAVE: &str = "argocd.argoproj.io/sync-wave";
const HELM_HOOK: &str = "helm.sh/hook";
const HELM_WEIGHT: &str = "helm.sh/hook-weight";
const POLICIES: [&str; 2] = ["argocd.argoproj.io/hook-delete-policy", "helm.sh/hook-delete-policy"];

const OWN_PHASES: [(&str, Phase); 3] = [("pre", Phase::Pre), ("main", Phase::Main), ("post", Phase::Post)];

/// Every event of a deploy, with the phase that it means. `Sync` is the deploy itself.
const OF_A_DEPLOY: [(&str, Phase); 8] = [
    ("PreSync", Phase::Pre),
    ("crd-install", Phase::Pre),
    ("pre-install", Phase::Pre),
    ("pre-upgrade", Phase::Pre),
    ("Sync", Phase::Main),
    ("PostSync", Phase::Post),
    ("post-install", Phase::Post),
    ("post-upgrade", Phase::Post),
];

/// Events of other occasions than a deploy.
const ELSEWHERE: [&str; 10] = [
    "Skip",
    "SyncFail",
    "PreDelete",
    "PostDelete",
    "test",
    "test-success",
    "pre-delete",
    "post-delete",
    "pre-rollback",
    "post-rollback",
];

/// Delete policies by which a finished hook goes at once.
const LEAVING: [&str; 4] = ["HookSucceeded", "HookFailed", "hook-succeeded", "hook-failed"];

/// What an object says of its place.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Where it wants to be; none where it does not say.
    pub(super) place: Option<Place>,
    /// What must be ready before it is sent: the names as they are written.
    pub(super) after: Vec<String>,
    /// What cannot be understood, with the annotation that it is in.
    pub(super) problems: Vec<(&'static str, OrderProblem)>,
}

/// Returns whether an object says anything of its place.
pub(super) fn is_marked(object: &Value) -> bool {
    [AFTER, PHASE, ARGO_HOOK, ARGO_WAVE, HELM_HOOK].iter().any(|key| text(object, key).is_some())
}

/// Reads an object's annotations.
pub(super) fn read(id: &ObjectId, object: &Value, occasion: Occasion) -> Marks {
    let mut marks = Marks { after: list(object, AFTER), ..Marks::default() };
    let phase = marks.own_phase(id, object).or_else(|| hook_phase(object, occasion));
    let wave = marks.wave(id, object);
    if phase.is_some() || wave.is_some() {
        marks.place = Some(Place { phase: phase.unwrap_or(Phase::Main), wave: wave.unwrap_or(0) });
    }
    marks
}

impl Marks {
    fn own_phase(&mut self, id: &ObjectId, object: &Value) -> Option<Phase> {
        let value = text(object, PHASE)?;
        let phase = OWN_PHASES.iter().find(|(name, _)| *name == value).map(|(_, phase)| *phase);
        if phase.is_none() {
            self.problems.push((PHASE, OrderProblem::Phase { object: id.clone(), value: value.to_owned() }));
        }
        phase
    }

    fn wave(&mut self, id: &ObjectId, object: &Value) -> Option<i64> {
        let is_helm_hook = text(object, ARGO_HOOK).is_none() && text(object, HELM_HOOK).is_some();
        let keys = if is_helm_hook { &[ARGO_WAVE, HELM_WEIGHT][..] } else { &[ARGO_WAVE][..] };
        let (key, value) = keys.iter().find_map(|key| Some((*key, text(object, key)?)))?;
        let wave = value.trim().parse().ok();
        if wave.is_none() {
            let (annotation, value) = (key.to_owned(), value.to_owned());
            self.problems.push((key, OrderProblem::Wave { object: id.clone(), annotation, value }));
        }
        wave
    }
}

/// Returns whether an object is a Job of Kubernetes.
pub fn is_job(object: &Value) -> bool {
    object["kind"] == "Job" && object["apiVersion"].as_str().is_some_and(|it| it.starts_with("batch/"))
}

/// Gives an object the last phase, or says why it has another one. A hook of no deploy becomes one of each.
pub fn run_last(object: &mut Value) -> Result<(), String> {
    let phase = match text(object, PHASE) {
        Some(phase) => OWN_PHASES.iter().find(|(name, _)| *name == phase).map(|(_, phase)| *phase),
        None => hook_phase(object, Occasion::Later),
    };
    if let Some(phase) = phase.filter(|phase| *phase != Phase::Post) {
        return Err(format!("it is of the {}", Place { phase, wave: 0 }));
    }
    if text(object, PHASE).is_none() {
        object["metadata"]["annotations"][PHASE] = "post".into();
    }
    Ok(())
}

/// Returns whether an object is a Job that runs once for each content: a hook, or one with a phase of its own.
pub fn runs_once(object: &Value) -> bool {
    let is_marked = text(object, PHASE).is_some() || events(object).iter().any(|event| phase_of(event).is_some());
    is_job(object) && is_marked
}

/// Returns the events of a hook that no deploy runs; none of any other object.
pub fn elsewhere(object: &Value) -> Option<Vec<String>> {
    let events = events(object);
    let is_skipped = events.iter().any(|event| event == "Skip");
    let all_elsewhere = !events.is_empty() && events.iter().all(|event| ELSEWHERE.contains(&event.as_str()));
    ((is_skipped || all_elsewhere) && text(object, PHASE).is_none()).then_some(events)
}

/// Returns the delete policies of a Job that are not followed: it stays, for that is how its content is known to have run.
pub fn policies_not_followed(object: &Value) -> Vec<String> {
    if !runs_once(object) {
        return Vec::new();
    }
    let policies = POLICIES.iter().flat_map(|key| list(object, key));
    policies.filter(|policy| LEAVING.contains(&policy.as_str())).collect()
}

/// Returns the events of a Job that belong to several phases, of which it runs in one.
pub fn several_phases(object: &Value) -> Option<Vec<String>> {
    let events = if runs_once(object) { events(object) } else { return None };
    // Helm's `post-install,pre-upgrade` is one phase on each occasion.
    let is_several = |occasion: Occasion| {
        let mut phases: Vec<Phase> = on(&events, occasion).into_iter().filter_map(phase_of).collect();
        phases.dedup();
        phases.len() > 1
    };
    let is_several = text(object, PHASE).is_none() && (is_several(Occasion::First) || is_several(Occasion::Later));
    is_several.then_some(events)
}

fn hook_phase(object: &Value, occasion: Occasion) -> Option<Phase> {
    on(&events(object), occasion).into_iter().filter_map(phase_of).min()
}

/// Returns the events of an occasion, or all of them where none is of it.
fn on(events: &[String], occasion: Occasion) -> Vec<&str> {
    let other = match occasion {
        Occasion::First => "-upgrade",
        Occasion::Later => "-install",
    };
    let of_it: Vec<&str> = events.iter().map(String::as_str).filter(|event| !event.ends_with(other)).collect();
    if of_it.iter().any(|event| phase_of(event).is_some()) {
        of_it
    } else {
        events.iter().map(String::as_str).collect()
    }
}

fn phase_of(event: &str) -> Option<Phase> {
    OF_A_DEPLOY.iter().find(|(name, _)| *name == event).map(|(_, phase)| *phase)
}

/// Returns when a hook runs; nothing for what is no hook. Helm does not mind capitals.
fn events(object: &Value) -> Vec<String> {
    match text(object, ARGO_HOOK) {
        Some(_) => list(object, ARGO_HOOK),
        None => list(object, HELM_HOOK).into_iter().map(|event| event.to_lowercase()).collect(),
    }
}

fn list(object: &Value, key: &str) -> Vec<String> {
    let parts = text(object, key).unwrap_or_default().split(',').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object["metadata"]["annotations"][key].as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{elsewhere, policies_not_followed, run_last, runs_once, several_phases};

    fn job(key: &str, value: &str) -> Value {
        let policy = "BeforeHookCreation,HookSucceeded";
        let annotations = json!({key: value, "argocd.argoproj.io/hook-delete-policy": policy});
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"annotations": annotations}})
    }

    #[test]
    fn a_hook_of_no_deploy_is_left_out_and_any_other_is_not() {
        let cases = [
            ("argocd.argoproj.io/hook", "SyncFail", true),
            ("argocd.argoproj.io/hook", "PreSync, SyncFail", false),
            ("argocd.argoproj.io/hook", "PreSync,Skip", true),
            ("helm.sh/hook", "test,Pre-Delete", true),
            ("helm.sh/hook", "pre-install,pre-delete", false),
            ("landfall.dev/phase", "pre", false),
            ("other", "test", false),
        ];
        for (key, value, is_left_out) in cases {
            assert_eq!(elsewhere(&job(key, value)).is_some(), is_left_out, "{key}: {value}");
        }
    }

    #[test]
    fn only_a_job_of_a_phase_runs_once_and_only_its_leaving_is_not_followed() {
        let hook = job("argocd.argoproj.io/hook", "PreSync");
        assert!(runs_once(&hook));
        assert_eq!(policies_not_followed(&hook), ["HookSucceeded"]);
        let plain = job("argocd.argoproj.io/sync-wave", "1");
        assert!(!runs_once(&plain));
        assert!(policies_not_followed(&plain).is_empty());
        let mut other = hook;
        other["kind"] = "ConfigMap".into();
        assert!(!runs_once(&other));
    }

    #[test]
    fn a_job_runs_last_unless_it_has_a_place_of_its_own() {
        for (key, value, refusal) in [
            ("other", "x", None),
            ("helm.sh/hook", "test", None),
            ("argocd.argoproj.io/hook", "PostSync", None),
            ("landfall.dev/phase", "post", None),
            ("landfall.dev/phase", "main", Some("it is of the phase main")),
            ("helm.sh/hook", "pre-upgrade", Some("it is of the phase pre")),
        ] {
            let mut job = job(key, value);
            assert_eq!(run_last(&mut job).err().as_deref(), refusal, "{value}");
            assert_eq!(
                refusal.is_none(),
                runs_once(&job)
                    && elsewhere(&job).is_none()
                    && job["metadata"]["annotations"]["landfall.dev/phase"] == "post",
                "{value}"
            );
        }
    }

    #[test]
    fn a_hook_has_several_phases_only_where_one_deploy_has_them() {
        for (key, value, is_several) in [
            ("argocd.argoproj.io/hook", "PreSync,PostSync", true),
            ("helm.sh/hook", "post-install,pre-upgrade", false),
            ("helm.sh/hook", "pre-install,post-install", true),
        ] {
            assert_eq!(several_phases(&job(key, value)).is_some(), is_several, "{value}");
        }
    }
}
