//! The way back from a deploy that failed: who may go it, what holds it, and what it leaves as it is.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a case that cannot be made has failed")]

mod world;

use std::collections::BTreeMap;

use landfall_core::gate::{self, Evidence, Policy, open_back};
use landfall_core::inventory::{Entry, Inventory, LABEL};
use landfall_core::manifest::{Compat, Manifest, ObjectId, SourceFile, read};
use landfall_core::plan::build::{Answer, Inputs, Observation};
use landfall_core::plan::{Class, back};
use landfall_core::succession::Attempt;
use landfall_core::trust::{Permit, permit};
use serde_json::{Value, json};
use world::{A, B, environment, environment_with, plan, push, target};

const SOME: Evidence = Evidence { desired: 1, inventory: 1, absent_images: Vec::new() };

/// The permit to deploy A.
fn of_a() -> Permit {
    permit(&push("main", true), &target("eu"), &environment(), None).unwrap()
}

/// An inventory in which the first commit is deployed and the second was attempted since.
fn attempted(deployed: &str, attempted: &str) -> Inventory {
    let first = Inventory::new(&target("eu"), None).exact([], deployed.parse().unwrap());
    let attempt = Attempt { commit: attempted.parse().unwrap(), tag: None, run: None };
    first.superset([], attempt, None)
}

#[test]
fn a_permit_leads_back_only_to_what_was_deployed_before_its_own_commit() {
    let permit = of_a();
    assert_eq!(permit.way_back(&attempted(B, A)).unwrap().to(), &B.parse().unwrap());
    assert_eq!(permit.way_back(&attempted(A, A)), None, "there is nothing else to go back to");
    assert_eq!(permit.way_back(&attempted(A, B)), None, "another commit was attempted");
    assert_eq!(permit.way_back(&Inventory::new(&target("eu"), None)), None, "nothing was deployed");
    let mut other = attempted(B, A);
    other.environment = "staging".parse().unwrap();
    assert_eq!(permit.way_back(&other), None, "it is another target's record");
}

#[test]
fn only_the_plan_that_the_way_leads_to_is_opened() {
    let (permit, environment, inventory) = (of_a(), environment(), attempted(B, A));
    let way = permit.way_back(&inventory).unwrap();
    let policy = Policy { own: &environment, before: None };
    assert!(open_back(plan("eu", B, vec![Class::Change]), policy, &SOME, &way).is_ok());
    for (cluster, commit) in [("eu", A), ("us", B)] {
        let (_, holds) = open_back(plan(cluster, commit, vec![Class::Change]), policy, &SOME, &way).unwrap_err();
        assert_eq!(holds[0].gate, "permit", "{cluster} {commit}");
    }
    assert!(gate::open(plan("eu", B, vec![Class::Change]), policy, &SOME, &permit).is_err());
}

#[test]
fn what_the_failed_deploy_made_is_deleted_whatever_the_limit_is() {
    let (permit, inventory, environment) = (of_a(), attempted(B, A), environment_with("gates: {max_deletions: 0}"));
    let way = permit.way_back(&inventory).unwrap();
    let policy = Policy { own: &environment, before: None };
    assert!(open_back(plan("eu", B, vec![Class::Delete; 3]), policy, &SOME, &way).is_ok());
}

#[test]
fn what_cannot_go_back_holds_the_rollback_as_a_whole() {
    let (permit, inventory, environment) = (of_a(), attempted(B, A), environment());
    let way = permit.way_back(&inventory).unwrap();
    let policy = Policy { own: &environment, before: None };
    let blocked = Class::Blocked { why: "no".to_owned(), help: "Wait.".to_owned() };
    let replaced = Class::Replace { why: "it is immutable".to_owned(), allowed: false };
    for (class, gate) in [(blocked, "blocked"), (replaced, "replace")] {
        let (_, holds) = open_back(plan("eu", B, vec![class]), policy, &SOME, &way).unwrap_err();
        assert_eq!(holds[0].gate, gate);
    }
    let (_, holds) = open_back(plan("eu", B, Vec::new()), policy, &Evidence { desired: 0, ..SOME }, &way).unwrap_err();
    assert_eq!(holds[0].gate, "empty_render");
}

#[test]
fn a_commit_that_was_rolled_back_is_held_and_no_other_is() {
    let inventory = attempted(B, A).going_back([], "it crashes").unwrap();
    let hold = gate::rolled_back(&inventory, &A.parse().unwrap()).unwrap();
    assert_eq!((hold.gate, hold.why.as_str()), ("rolled_back", "`aaaaaaa` was rolled back: it crashes"));
    assert!(!hold.opens_by_itself);
    assert_eq!(gate::rolled_back(&inventory, &B.parse().unwrap()), None);
    assert_eq!(gate::rolled_back(&attempted(B, A), &A.parse().unwrap()), None);
}

/// Plans the way back of one object: wanted by the deployed commit, live after the attempt, as the server answers.
fn class_back(wanted: Option<&str>, attempt: &str, answer: Answer) -> Class {
    let manifests = |yaml: &str| -> Vec<Manifest> {
        let file = SourceFile { path: "a.yaml".to_owned(), bytes: yaml.as_bytes().to_vec() };
        read(&file, Compat::Strict).unwrap()
    };
    let target = target("eu");
    let (desired, attempt) = (wanted.map(manifests).unwrap_or_default(), manifests(attempt));
    let mut live: Value = attempt[0].object.clone();
    let id = ObjectId::of(&live).unwrap();
    let mut inventory = attempted(B, A);
    live["metadata"]["labels"][LABEL] = inventory.id.clone().into();
    live["metadata"]["uid"] = json!("1");
    inventory.entries.insert(id.clone(), Entry { uid: Some("1".to_owned()), ..Entry::default() });
    let observed = BTreeMap::from([(id, Observation { live: Some(live), answer, takeover: None, inside: None })]);
    let plan = back::build(&Inputs {
        predecessors: &[],
        target: &target,
        commit: &B.parse().unwrap(),
        inventory: &inventory,
        desired: &desired,
        live: &observed,
        base: &desired,
        attempts: &[attempt],
        unexplained: None,
        retired: None,
        allowed: &[],
        server: Some("v1".to_owned()),
    });
    assert!(plan.changes.iter().all(|change| change.drift.is_none()), "the attempt explains it: {plan:?}");
    assert!(plan.changes.iter().all(|change| change.body.is_none() || !matches!(change.class, Class::Keep { .. })));
    plan.changes[0].class.clone()
}

fn why(class: &Class) -> &str {
    match class {
        Class::Keep { why } => why,
        other => panic!("it does not stay: {other:?}"),
    }
}

#[test]
fn a_rollback_neither_runs_nor_undoes_a_job_of_a_phase() {
    let job = |image: &str| {
        format!(
            "{{apiVersion: batch/v1, kind: Job, metadata: {{name: migrate, annotations: {{landfall.dev/phase: pre}}}}, \
             spec: {{template: {{spec: {{image: {image}}}}}}}}}"
        )
    };
    let immutable = Answer::Immutable { why: "field is immutable".to_owned(), help: String::new() };
    let changed = class_back(Some(&job("one")), &job("two"), immutable);
    assert_eq!(why(&changed), "a rollback runs no Job again");
    let new = class_back(None, &job("two"), Answer::NotWanted);
    assert_eq!(why(&new), "what it did is not undone, and the next deploy is not to do it again");
}

#[test]
fn what_the_failed_deploy_made_goes_and_what_holds_data_stays() {
    let map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: new}}";
    assert_eq!(class_back(None, map, Answer::NotWanted), Class::Delete);
    let claim = |size: &str| {
        format!(
            "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: data}}, \
             spec: {{resources: {{requests: {{storage: {size}}}}}}}}}"
        )
    };
    assert!(
        why(&class_back(None, &claim("1Gi"), Answer::NotWanted)).starts_with("deleting it would lose what is in it")
    );
    let refused = Answer::Refused { why: "it cannot shrink".to_owned(), help: String::new() };
    let shrunk = class_back(Some(&claim("1Gi")), &claim("2Gi"), refused);
    assert_eq!(why(&shrunk), "it cannot go back: it cannot shrink");
}

#[test]
fn anything_else_that_cannot_go_back_is_not_left_out() {
    let set = |size: &str| {
        format!("{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: db}}, spec: {{serviceName: {size}}}}}")
    };
    let immutable = Answer::Immutable { why: "field is immutable".to_owned(), help: String::new() };
    let class = class_back(Some(&set("one")), &set("two"), immutable);
    assert!(matches!(class, Class::Replace { allowed: false, .. }), "{class:?}");
}
