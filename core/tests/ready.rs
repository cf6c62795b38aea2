//! Cases of readiness: `cases/ready/<case>/input.json` is judged and compared with `expected.json`.
//!
//! `UPDATE=1` writes what is judged; read the difference before you commit it.

#![expect(clippy::disallowed_methods, reason = "UPDATE=1 rewrites the expected files")]

use std::fs;
use std::path::Path;

use landfall_core::manifest::ObjectId;
use landfall_core::ready::{
    Cause, Expression, Related, Rule, Verdict, is_probed, judge, overdue, read_log, serving, still_serving, wants_logs,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Input {
    object: Value,
    #[serde(default)]
    generation: i64,
    /// Seconds since the apply; none when the deadline has passed.
    age: Option<u64>,
    #[serde(default)]
    pods: Vec<Value>,
    #[serde(default)]
    replica_sets: Vec<Value>,
    #[serde(default)]
    events: Vec<Value>,
    #[serde(default)]
    definitions: Vec<Value>,
    #[serde(default)]
    endpoint_slices: Vec<Value>,
    #[serde(default)]
    rules: Vec<Value>,
}

fn judged(input: &Input) -> Value {
    let rules: Vec<Rule> = input.rules.iter().map(rule).collect();
    let related = Related {
        pods: &input.pods,
        replica_sets: &input.replica_sets,
        events: &input.events,
        definitions: &input.definitions,
        endpoint_slices: &input.endpoint_slices,
        rules: &rules,
    };
    let Some(age) = input.age else {
        let cause = overdue(&input.object, input.generation, &related);
        return json!({ "overdue": cause, "log": cause.as_ref().and_then(log) });
    };
    let verdict = judge(&input.object, input.generation, &related, age);
    let log = if let Verdict::Failed { cause } = &verdict { log(cause) } else { None };
    let serving = serving(&input.object, &input.replica_sets, &input.pods).into_iter().collect::<Vec<_>>();
    let serving = still_serving(&serving, None);
    json!({ "judged": verdict, "log": log, "still_serving": serving })
}

fn rule(rule: &Value) -> Rule {
    let text = |key: &str| rule[key].as_str().unwrap_or_default().to_owned();
    let expression = |key: &str| Some(Expression::compile(rule[key].as_str()?).expect("the case's rules are right"));
    Rule {
        group: text("group"),
        kind: text("kind"),
        when: expression("when").expect("a rule says when"),
        failed: expression("failed"),
    }
}

fn log(cause: &Cause) -> Option<String> {
    let request = wants_logs(cause)?;
    let run = if request.previous { "previous" } else { "current" };
    Some(format!("{} of {}/{}", run, request.pod, request.container))
}

fn check(case: &Path) -> Result<(), String> {
    let input = fs::read_to_string(case.join("input.json")).expect("every case has an input");
    let input: Input = serde_json::from_str(&input).map_err(|error| format!("{}: {error}", case.display()))?;
    let found = judged(&input);
    let expected = case.join("expected.json");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&expected, format!("{found:#}\n")).expect("the case's folder can be written");
    }
    let wanted = fs::read_to_string(&expected).unwrap_or_default();
    let wanted: Value = serde_json::from_str(&wanted).unwrap_or_default();
    if found == wanted { Ok(()) } else { Err(format!("{}\nwanted: {wanted:#}\nfound: {found:#}", case.display())) }
}

#[test]
fn every_case_is_judged_as_expected() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/ready");
    let mut cases: Vec<_> = fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 30, "only {} cases", cases.len());
    let failures: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_log_tells_of_a_program_of_another_machine() {
    let told = |line: &str| {
        let mut cause = crash();
        read_log(&mut cause, vec![line.to_owned()]);
        assert_eq!(cause.log, [line]);
        cause.code
    };
    assert_eq!(told("exec /bin/web: exec format error"), "image_platform");
    assert_eq!(told("exec /bin/web: no such file"), "crash_loop");
}

fn crash() -> Cause {
    let id = ObjectId { group: "apps".into(), kind: "Deployment".into(), namespace: None, name: "web".into() };
    let [reason, evidence, field, help] = [""; 4].map(str::to_owned);
    Cause {
        id,
        pod: None,
        container: None,
        code: "crash_loop",
        reason,
        evidence,
        field,
        origin: None,
        log: Vec::new(),
        help,
    }
}

#[test]
fn a_probe_has_to_ask_every_container_of_a_workload() {
    let deployment = |replicas: u64, containers: Value| {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"replicas": replicas, "template": {"spec": {"containers": containers}}},
        })
    };
    let asked = json!({"name": "app", "readinessProbe": {}});
    let started = json!({"name": "side", "startupProbe": {}});
    let unasked = json!({"name": "side", "livenessProbe": {}});
    assert!(is_probed(&deployment(1, json!([asked, started]))));
    assert!(!is_probed(&deployment(1, json!([asked, unasked]))));
    assert!(is_probed(&deployment(0, json!([unasked]))));
    let pod = |phase: &str| {
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
            "spec": {"containers": [{"name": "app"}]}, "status": {"phase": phase},
        })
    };
    assert!(!is_probed(&pod("Running")));
    assert!(is_probed(&pod("Succeeded")), "nothing more comes of it");
    assert!(is_probed(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}})));
}
