//! What kwok plays: the configuration of a kubelet that starts nothing and reports everything.
//!
//! A pod behaves as its annotation `test.landfall.dev/behaviour` says: one of those below, or `slow`, which takes
//! 3 s or what `test.landfall.dev/delay` says. Without it, its image's tag says so (`does-not-exist`, or anything
//! with `crash`), and otherwise it is ready at once. A pod of a Job then completes.

use crate::state::State;

/// The behaviour of a pod, as the jq expression that every stage selects by.
const BEHAVIOUR: &str = concat!(
    r#".metadata.annotations["test.landfall.dev/behaviour"] // "#,
    r#"(if ([.spec.containers[].image | endswith(":does-not-exist")] | any) then "image-not-found" "#,
    r#"elif ([.spec.containers[].image | test(":[^/]*crash")] | any) then "crash" "#,
    r#"else "ready" end)"#,
);

/// One way to fail: from a behaviour to what the kubelet reports about each container.
struct Failure {
    name: &'static str,
    behaviour: &'static str,
    before: &'static str,
    delay_milliseconds: u32,
    phase: &'static str,
    restarts: u32,
    state: &'static str,
    last_state: &'static str,
}

/// A pod that is new: nothing about it was reported yet.
const NEW: &str = "key: '.status.containerStatuses.[].name', operator: DoesNotExist";
/// A pod whose image was asked for once.
const UNPULLED: &str = "key: '.status.containerStatuses.[].state.waiting.reason', operator: In, values: [ErrImagePull]";
const BACK_OFF: &str = r#"{ waiting: { reason: CrashLoopBackOff, message: {{ printf "back-off 1m20s restarting failed container=%s pod=%s_%s(%s)" .name $pod.metadata.name $pod.metadata.namespace $pod.metadata.uid | Quote }} } }"#;
const NEVER: &str = "{}";

const FAILURES: [Failure; 7] = [
    Failure {
        name: "crash",
        behaviour: "crash",
        before: NEW,
        delay_milliseconds: 0,
        phase: "Running",
        restarts: 4,
        state: BACK_OFF,
        last_state: "{ terminated: { exitCode: 1, reason: Error, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }",
    },
    Failure {
        name: "oom",
        behaviour: "oom",
        before: NEW,
        delay_milliseconds: 0,
        phase: "Running",
        restarts: 4,
        state: BACK_OFF,
        last_state: "{ terminated: { exitCode: 137, reason: OOMKilled, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }",
    },
    Failure {
        name: "image-not-found",
        behaviour: "image-not-found",
        before: NEW,
        delay_milliseconds: 0,
        phase: "Pending",
        restarts: 0,
        state: r#"{ waiting: { reason: ErrImagePull, message: {{ printf "failed to pull and unpack image \"%s\": not found" .image | Quote }} } }"#,
        last_state: NEVER,
    },
    Failure {
        name: "image-back-off",
        behaviour: "image-not-found",
        before: UNPULLED,
        delay_milliseconds: 2000,
        phase: "Pending",
        restarts: 0,
        state: r#"{ waiting: { reason: ImagePullBackOff, message: {{ printf "Back-off pulling image \"%s\": ErrImagePull: failed to pull and unpack image \"%s\": not found" .image .image | Quote }} } }"#,
        last_state: NEVER,
    },
    Failure {
        name: "config-error",
        behaviour: "config-error",
        before: NEW,
        delay_milliseconds: 0,
        phase: "Pending",
        restarts: 0,
        state: r#"{ waiting: { reason: CreateContainerConfigError, message: 'configmap "missing" not found' } }"#,
        last_state: NEVER,
    },
    Failure {
        name: "never-ready",
        behaviour: "never-ready",
        before: NEW,
        delay_milliseconds: 0,
        phase: "Running",
        restarts: 0,
        state: "{ running: { startedAt: {{ $now | Quote }} } }",
        last_state: NEVER,
    },
    Failure {
        name: "job-fails",
        behaviour: "job-fails",
        before: NEW,
        delay_milliseconds: 0,
        phase: "Failed",
        restarts: 0,
        state: "{ terminated: { exitCode: 1, reason: Error, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }",
        last_state: NEVER,
    },
];

/// Writes kwok's configuration into the state directory and returns its name there.
pub(crate) fn configure(state: &State) -> &'static str {
    let log = state.write("container.log", include_str!("../manifests/container.log"));
    let mut documents = vec![
        include_str!("../manifests/kwok.yaml").replace("@@LOG@@", &log.display().to_string()),
        include_str!("../manifests/node-stages.yaml").to_owned(),
        include_str!("../manifests/pod-stages.yaml").to_owned(),
    ];
    documents.extend(FAILURES.iter().map(stage));
    let configuration = documents.join("---\n").replace("@@BEHAVIOUR@@", BEHAVIOUR);
    state.write("kwok.yaml", &configuration);
    "kwok.yaml"
}

fn stage(failure: &Failure) -> String {
    include_str!("../manifests/failure-stage.yaml")
        .replace("@@NAME@@", failure.name)
        .replace("@@FAILURE@@", failure.behaviour)
        .replace("@@BEFORE@@", failure.before)
        .replace("@@DELAY@@", &failure.delay_milliseconds.to_string())
        .replace("@@PHASE@@", failure.phase)
        .replace("@@STARTED@@", &failure.state.contains("running:").to_string())
        .replace("@@RESTARTS@@", &failure.restarts.to_string())
        .replace("@@STATE@@", failure.state)
        .replace("@@LAST_STATE@@", failure.last_state)
}
