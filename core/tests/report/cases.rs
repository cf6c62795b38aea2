//! The cases, each a story's end.

use landfall_core::exit::Exit;
use landfall_core::lint::Severity;
use landfall_core::manifest::{ObjectId, Origin};
use landfall_core::plan::{Change, Class, Drift};
use landfall_core::ready::Cause;
use landfall_core::report::{
    Action, After, COMMENT_BYTES_MAX, Failure, Finding, Options, Problem, Report, Skipped, State, TargetReport,
};
use landfall_core::verify::Failed;
use serde_json::json;

use crate::build::{change, differing, hold, image, moment, report, same, sha, target};
use crate::check;

fn web() -> Change {
    let deployment = |image: &str, checkout: bool| {
        let mut env = vec![json!({"name": "LOG_LEVEL", "value": "info"})];
        if checkout {
            env.push(json!({"name": "CHECKOUT_V2", "value": "true"}));
        }
        let container = json!({"name": "web", "image": image, "env": env, "ports": [{"containerPort": 8080}]});
        json!({"spec": {"replicas": 6, "template": {"spec": {"containers": [container]}}}})
    };
    let web = change(Class::Change, "apps", "Deployment/web", Some("deploy/overlays/production/web.yaml:14"));
    let before = deployment("registry.example/shop/web:1.8.2", false);
    let after = deployment("registry.example/shop/web:1.9.0", true);
    differing(web, Some(&before), Some(&after))
}

fn credentials() -> Change {
    let secret = change(Class::Change, "", "Secret/web-credentials", Some("deploy/overlays/production/secret.yaml:1"));
    let before = json!({"kind": "Secret", "data": {"DATABASE_URL": "Y2FuYXJ5LTE=", "OLD": "Y2FuYXJ5LTI="}});
    let after = json!({"kind": "Secret", "data": {"DATABASE_URL": "Y2FuYXJ5LTM=", "STRIPE_KEY": "Y2FuYXJ5LTQ="}});
    differing(secret, Some(&before), Some(&after))
}

fn legacy() -> Change {
    let ingress = change(Class::Delete, "networking.k8s.io", "Ingress/legacy-shop", Some("deploy/base/ingress.yaml"));
    let before = json!({"spec": {"rules": [{"host": "old.shop.example"}]}});
    differing(ingress, Some(&before), None)
}

fn flags() -> Change {
    let flags = change(Class::Create, "", "ConfigMap/feature-flags", Some("deploy/base/flags.yaml:1"));
    differing(flags, None, Some(&json!({"data": {"checkout.yaml": "v2: true\nlimit: 10\n"}})))
}

fn production(cluster: &str, state: State) -> TargetReport {
    let changes = [legacy(), web(), credentials(), flags()].into_iter().chain(same(38)).collect();
    let mut target = target("production", cluster, changes, state);
    target.images = vec![image("web", "1.8.2", "1.9.0")];
    target
}

fn crash() -> Cause {
    let id = ObjectId {
        group: "apps".to_owned(),
        kind: "Deployment".to_owned(),
        namespace: Some("shop".to_owned()),
        name: "web".to_owned(),
    };
    Cause {
        id,
        pod: Some("web-7d9f-x2x".to_owned()),
        container: Some("web".to_owned()),
        code: "crash_loop",
        reason: "crashes at start".to_owned(),
        evidence: "exit code 1, 4 times in 48 s".to_owned(),
        field: "spec.template.spec.containers[web]".to_owned(),
        origin: Some(Origin { path: "deploy/overlays/production/web.yaml".to_owned(), line: Some(16) }),
        log: vec!["panic: CHECKOUT_V2 is set but STRIPE_KEY is empty".to_owned(), "    at src/config.rs:88".to_owned()],
        help: "read the log above, mend `Deployment/web` and merge".to_owned(),
    }
}

fn unknown_key() -> Problem {
    Problem {
        code: "rules::unknown_key".to_owned(),
        title: "`brnch` is not a key of an environment".to_owned(),
        details: "landfall.yaml:4:5\n  |\n4 |     brnch: main\n  |     ^^^^^ did you mean `branch`?".to_owned(),
        help: "write `branch`".to_owned(),
        exit: Exit::Usage,
    }
}

fn merging(targets: Vec<TargetReport>) -> Report {
    report(Action::Plan, "production", targets)
}

fn deploying(targets: Vec<TargetReport>) -> Report {
    report(Action::Deploy, "production", targets)
}

#[test]
fn a_plan_on_two_identical_clusters_is_shown_once() {
    let holds = vec![hold("approvals", "1 more approval of 2", "ask somebody of `acme/sre` to approve")];
    let planned = State::Planned { holds };
    check("plan", &merging(vec![production("prod-eu", planned.clone()), production("prod-us", planned)]));
}

#[test]
fn a_plan_that_changes_nothing_is_one_sentence() {
    let mut report =
        merging(vec![target("production", "prod-eu", same(41).collect(), State::Planned { holds: Vec::new() })]);
    report.skipped =
        vec![Skipped { environment: "staging".to_owned(), why: "it follows the branch `staging`".to_owned() }];
    check("quiet", &report);
}

#[test]
fn a_branch_of_no_environment_deploys_nothing() {
    let mut report = report(Action::Plan, "main", Vec::new());
    report.skipped = ["production", "staging"]
        .map(|name| Skipped { environment: name.to_owned(), why: format!("it follows the branch `{name}`") })
        .to_vec();
    check("no-environment", &report);
}

#[test]
fn an_environment_that_follows_another_branch_is_named_in_the_title() {
    let mut report = report(Action::Deploy, "main", Vec::new());
    report.skipped =
        vec![Skipped { environment: "staging".to_owned(), why: "it follows the branch `staging`".to_owned() }];
    check("environment-elsewhere", &report);
}

#[test]
fn a_deployment_leaves_its_record() {
    let deployed = State::Deployed {
        ready: 41,
        deleted: 1,
        warnings: vec!["`Service/metrics` selects no pod: its selector matches none".to_owned()],
    };
    let mut targets = vec![production("prod-eu", deployed.clone()), production("prod-us", deployed)];
    targets[0].url = Some("https://shop.example".to_owned());
    targets[0].seconds = Some(72.0);
    targets[1].seconds = Some(58.0);
    let mut report = deploying(targets);
    report.subject.actor = Some("ana".to_owned());
    check("deployed", &report);
}

#[test]
fn a_failure_starts_with_its_cause() {
    let failed = State::NotReady {
        causes: vec![crash()],
        timed_out: false,
        still_serving: "still runs c0ffee1 with 6 of 6 old pods; nothing is down".to_owned(),
        not_reached: Vec::new(),
        after: After::Kept,
    };
    let mut eu = production("prod-eu", failed);
    eu.seconds = Some(52.0);
    eu.timeline = vec![
        moment(0.0, "planned again: nothing else moved"),
        moment(2.0, "applied `Deployment/web`"),
        moment(9.0, "`web-7d9f` started, exited 1"),
        moment(52.0, "stopped waiting: 4 crashes of the new revision, 0 of the old"),
    ];
    let us = production("prod-us", State::NotStarted { why: "waits for `prod-eu`".to_owned() });
    check("failed", &deploying(vec![eu, us]));
}

fn not_ready(after: After) -> State {
    let still_serving = "still runs c0ffee1 with 6 of 6 old pods".to_owned();
    State::NotReady { causes: vec![crash()], timed_out: false, still_serving, not_reached: Vec::new(), after }
}

#[test]
fn a_rollback_says_what_runs_now() {
    let mut target = production("prod-eu", not_ready(After::RolledBack { to: sha("c0ffee1") }));
    target.notes = vec!["`Job/migrate` stays: what it did is not undone".to_owned()];
    check("rolled-back", &deploying(vec![target]));
}

#[test]
fn a_rollback_that_fails_says_so_first() {
    let why = "`Deployment/web` has no image".to_owned();
    let failed = not_ready(After::Failed { to: sha("c0ffee1"), why });
    check("rollback-failed", &deploying(vec![production("prod-eu", failed)]));
}

#[test]
fn a_rollback_that_is_not_possible_says_why() {
    let why = "nothing was deployed before it".to_owned();
    check("rollback-not-possible", &deploying(vec![production("prod-eu", not_ready(After::NotPossible { why }))]));
}

#[test]
fn a_verification_that_fails_shows_the_answer() {
    let failed = Failed {
        code: "http",
        what: "`https://shop.example/healthz`".to_owned(),
        why: "it answered 503, not 200 to 299".to_owned(),
        answer: vec!["{\"database\": \"down\"}".to_owned()],
    };
    let state = State::NotVerified { failed, after: After::Kept };
    check("not-verified", &deploying(vec![production("prod-eu", state)]));
}

#[test]
fn a_refused_write_shows_the_servers_answer() {
    let id = web().id;
    let message = "admission webhook \"policy.example\" denied the request: image has no signature".to_owned();
    let left = |name: &str| change(Class::Create, "", name, None).id;
    let not_reached = vec![left("Ingress/web"), left("Job/smoke")];
    let state = State::ApplyFailed { failures: vec![Failure { id, message }], not_reached };
    check("apply-failed", &deploying(vec![production("prod-eu", state)]));
}

#[test]
fn a_held_deploy_says_who_must_act() {
    let holds = vec![
        hold("max_deletions", "deletes 7 objects, the rules allow 5", "raise `max_deletions`, or split the change"),
        hold("approvals", "1 more approval of 2", "ask somebody of `acme/sre` to approve"),
    ];
    check("held", &deploying(vec![production("prod-eu", State::Held { holds })]));
}

#[test]
fn an_older_commit_leaves_the_newer_alone() {
    check("superseded", &deploying(vec![production("prod-eu", State::Superseded { by: sha("ab12cd3") })]));
}

#[test]
fn a_run_that_gave_way_says_to_whom() {
    check("gave-way", &deploying(vec![production("prod-eu", State::GaveWay { to: sha("ab12cd3") })]));
}

#[test]
fn a_problem_in_the_rules_shows_its_line() {
    let mut report = merging(Vec::new());
    report.problems = vec![unknown_key()];
    check("rules", &report);
}

#[test]
fn several_problems_are_shown_at_once() {
    let mut report = merging(Vec::new());
    let cluster = Problem { title: "cluster `prod` is not defined".to_owned(), help: String::new(), ..unknown_key() };
    report.problems = vec![unknown_key(), cluster];
    check("rules-two", &report);
}

#[test]
fn a_secret_is_shown_by_its_keys() {
    let planned = State::Planned { holds: Vec::new() };
    let report = merging(vec![target("production", "prod-eu", vec![credentials()], planned)]);
    check("secret", &report);
    assert!(!landfall_core::report::json(&report).to_string().contains("Y2FuYXJ5"), "a value is in the JSON");
}

#[test]
fn what_the_server_refuses_stands_in_the_box() {
    let why = "`spec.selector` cannot be changed in place".to_owned();
    let blocked = Class::Blocked { why, help: "give it a new name, or delete it by hand first".to_owned() };
    let unverified = Class::Unverified { why: "its kind is defined by this change".to_owned() };
    let keep = Class::Keep { why: "a PersistentVolumeClaim is never deleted".to_owned() };
    let changes = vec![
        change(blocked, "apps", "Deployment/api", Some("deploy/api.yaml:3")),
        change(unverified, "shop.example", "Cart/main", Some("deploy/cart.yaml:1")),
        change(keep, "", "PersistentVolumeClaim/old", None),
    ];
    check("blocked", &merging(vec![target("production", "prod-eu", changes, State::Planned { holds: Vec::new() })]));
}

#[test]
fn what_is_made_anew_says_why() {
    let why = "what it runs changed: the finished Job is deleted, and made anew".to_owned();
    let changes = vec![
        change(Class::Create, "", "ConfigMap/a", Some("deploy/a.yaml:1")),
        change(Class::Replace { why, allowed: true }, "batch", "Job/migrate", Some("deploy/migrate.yaml:1")),
    ];
    check("replaced", &merging(vec![target("production", "prod-eu", changes, State::Planned { holds: Vec::new() })]));
}

#[test]
fn an_unreachable_cluster_is_a_problem_of_its_target() {
    let problem = Problem {
        code: "cluster::unreachable".to_owned(),
        title: "cannot reach `prod-eu`: connection refused".to_owned(),
        details: String::new(),
        help: "check that the runner may reach the API server".to_owned(),
        exit: Exit::Unreachable,
    };
    let mut eu = target("production", "prod-eu", Vec::new(), State::Failed { problem });
    eu.plan = None;
    let us = production("prod-us", State::Planned { holds: Vec::new() });
    check("unreachable", &merging(vec![eu, us]));
}

#[test]
fn a_check_says_that_the_rules_and_every_environment_are_sound() {
    check("check", &checking([("staging", planned()), ("production", planned())]));
}

#[test]
fn a_check_says_how_many_environments_do_not_render() {
    let problem = Problem { exit: Exit::Render, title: "`deploy/a.yaml` is no YAML".to_owned(), ..unknown_key() };
    check("check-failed", &checking([("staging", State::Failed { problem }), ("production", planned())]));
}

fn planned() -> State {
    State::Planned { holds: Vec::new() }
}

fn checking(environments: [(&str, State); 2]) -> Report {
    let targets =
        environments.map(|(name, state)| TargetReport { plan: None, ..target(name, "prod", Vec::new(), state) });
    let mut report = report(Action::Check, "main", targets.to_vec());
    (report.subject.proposal, report.subject.branch) = (None, None);
    report
}

#[test]
fn environments_on_one_cluster_are_not_several_clusters() {
    let deployed = State::Deployed { ready: 41, deleted: 0, warnings: Vec::new() };
    let targets = ["staging", "production"].map(|name| target(name, "prod", vec![flags()], deployed.clone()));
    check("one-cluster", &deploying(targets.to_vec()));
}

#[test]
fn what_is_to_know_of_two_sets_is_told_once() {
    let note = "the Pod of deploy/templates/test.yaml:1 is left out: no deploy runs its hook `test`";
    let part = |cluster| TargetReport { notes: vec![note.to_owned()], ..production(cluster, planned()) };
    check("notes", &merging(vec![part("prod-eu"), part("prod-us")]));
}

#[test]
fn a_plan_without_a_cluster_says_so() {
    let mut part = production("prod-eu", planned());
    part.plan.as_mut().expect("a plan").server = None;
    let mut report = merging(vec![part]);
    (report.subject.proposal, report.subject.branch) = (None, None);
    report.degraded = vec!["compared with nothing: name a revision with `--base`".to_owned()];
    check("offline", &report);
}

#[test]
fn a_deploy_by_hand_is_undone_by_hand() {
    let mut report =
        deploying(vec![production("prod-eu", State::Deployed { ready: 41, deleted: 1, warnings: Vec::new() })]);
    (report.subject.proposal, report.subject.branch) = (None, None);
    check("by-hand", &report);
}

fn finding(code: &str, severity: Severity, object: &str, origin: &str, title: &str) -> Finding {
    let (path, line) = origin.split_once(':').map_or((origin, None), |(path, line)| (path, line.parse().ok()));
    Finding {
        code: code.to_owned(),
        severity,
        object: object.to_owned(),
        origin: Origin { path: path.to_owned(), line },
        title: title.to_owned(),
        details: format!("{code}\n\n  ⚠ {origin}: {object}: {title}\n  help: mend it"),
        help: "mend it, @ana".to_owned(),
    }
}

fn found() -> Vec<Finding> {
    let no_tag = "container `web` runs `web`: no tag";
    let no_secret = "its pods need the Secret `a|b`, which is not in this set";
    vec![
        finding("lint::image_tag", Severity::Warning, "Deployment/web", "deploy/base/web.yaml:12", no_tag),
        finding("lint::missing_reference", Severity::Notice, "Deployment/web", "deploy/base/web.yaml", no_secret),
    ]
}

#[test]
fn a_check_shows_what_the_lints_find() {
    let mut report = checking([("staging", planned()), ("production", planned())]);
    report.targets[0].findings = found();
    report.targets[1].findings = found()[..1].to_vec();
    check("check-findings", &report);
}

#[test]
fn a_plan_shows_what_the_lints_find_in_a_fold() {
    let mut target = production("prod-eu", planned());
    target.findings = found();
    let report = merging(vec![target]);
    check("plan-findings", &report);
    let annotations = landfall_core::report::conclusion(&report).annotations;
    let places: Vec<(&str, u32)> = annotations.iter().map(|one| (one.path.as_str(), one.line)).collect();
    assert_eq!(places, [("deploy/base/web.yaml", 12)]);
}

#[test]
fn findings_that_have_no_room_are_counted() {
    let mut target = production("prod-eu", planned());
    target.findings = found().into_iter().cycle().take(2_000).collect();
    for (at, finding) in target.findings.iter_mut().enumerate() {
        finding.object = format!("Deployment/web-{at}");
    }
    let report = merging(vec![target]);
    let comment = landfall_core::report::markdown(&report, &Options::default());
    assert!(comment.len() <= COMMENT_BYTES_MAX);
    assert!(comment.contains("more findings; `landfall check` shows them all"), "{comment}");
    assert!(comment.contains("1.9.0"), "the changes have no room left: {comment}");
}

/// A value that somebody changed in the cluster, beside a binding that somebody deleted.
#[test]
fn drift_is_told_and_what_it_would_widen_is_held() {
    let mut web = web();
    web.drift = Some(Drift {
        why:
            "no merged commit changes `spec.template.spec.containers[web].env[LOG_LEVEL].value`: it goes back to what \
              Git says"
                .to_owned(),
        places: vec!["spec.template.spec.containers[web].env[LOG_LEVEL].value".to_owned()],
        danger: None,
    });
    let mut binding = change(Class::Create, "rbac.authorization.k8s.io", "RoleBinding/ops", Some("deploy/ops.yaml:1"));
    binding.drift = Some(Drift {
        why: "somebody deleted it in the cluster, and Git still has it: it is made again".to_owned(),
        places: Vec::new(),
        danger: Some("it gives the role `view` to the User `mallory`".to_owned()),
    });
    let why =
        "1 change follows from no merged commit: `RoleBinding/ops` (it gives the role `view` to the User `mallory`)";
    let help = "Merge what the cluster has into Git, or deploy by hand, with `--reason`.";
    let holds = vec![hold("explained", why, help)];
    check("drift", &merging(vec![target("production", "prod-eu", vec![web, binding], State::Planned { holds })]));
}
