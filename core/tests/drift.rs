//! Which writes a merged commit explains, and which of the others a person has to look at first.

mod world;

use std::collections::BTreeMap;

use landfall_core::inventory::{Entry, Inventory, LABEL};
use landfall_core::manifest::{Compat, Manifest, ObjectId, SourceFile, read};
use landfall_core::plan::build::{Answer, Inputs, Observation, build};
use landfall_core::plan::{Allowance, Drift};
use serde_json::{Value, json};
use world::{A, target};

/// What Git had and has, and what the cluster has and would have, of one object; none where there is none.
#[derive(Default)]
struct Story<'a> {
    deployed: Option<&'a str>,
    attempted: Option<&'a str>,
    wanted: Option<&'a str>,
    live: Option<&'a str>,
    /// What the server would make of it; what Git wants where nothing is said.
    predicted: Option<&'a str>,
}

fn manifests(yaml: Option<&str>) -> Vec<Manifest> {
    let bytes = yaml.unwrap_or_default().as_bytes().to_vec();
    let mut set = read(&SourceFile { path: "a.yaml".to_owned(), bytes }, Compat::Strict).expect("valid YAML");
    for manifest in &mut set {
        manifest.object["metadata"]["labels"][LABEL] = Inventory::new(&target("eu"), None).id.into();
        manifest.object["metadata"]["namespace"] = "shop".into();
    }
    set
}

fn object(yaml: Option<&str>) -> Option<Value> {
    manifests(yaml).pop().map(|manifest| manifest.object)
}

fn drift(story: &Story<'_>) -> Option<Drift> {
    drift_of(story, &[])
}

fn drift_of(story: &Story<'_>, allowed: &[Allowance]) -> Option<Drift> {
    let target = target("eu");
    let (deployed, wanted) = (manifests(story.deployed), manifests(story.wanted));
    let attempts = story.attempted.map(|yaml| manifests(Some(yaml))).into_iter().collect::<Vec<_>>();
    let mut live = object(story.live);
    if let Some(live) = &mut live {
        live["metadata"]["uid"] = "1".into();
    }
    let named = object(story.wanted.or(story.live)).expect("the story is of an object");
    let id = ObjectId::of(&named).expect("it has a name");
    let mut inventory = Inventory::new(&target, None);
    inventory.deployed = story.deployed.map(|_| A.parse().expect("it is a commit"));
    inventory.entries.insert(id.clone(), Entry { uid: Some("1".to_owned()), ..Entry::default() });
    let answer = match object(story.predicted.or(story.wanted)) {
        Some(object) if story.wanted.is_some() => Answer::Predicted { object, warnings: Vec::new() },
        _ => Answer::NotWanted,
    };
    let plan = build(&Inputs {
        predecessors: &[],
        target: &target,
        commit: &A.parse().expect("it is a commit"),
        inventory: &inventory,
        desired: &wanted,
        live: &BTreeMap::from([(id, Observation { live, answer, takeover: None, inside: None })]),
        base: &deployed,
        attempts: &attempts,
        unexplained: None,
        retired: None,
        allowed,
        server: Some("v1.36.3".to_owned()),
    });
    plan.changes[0].drift.clone()
}

fn map(data: &str) -> String {
    format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}, data: {{{data}}}}}")
}

fn role(verbs: &str) -> String {
    format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {{name: a}}, \
         rules: [{{apiGroups: [''], resources: [pods], verbs: [{verbs}]}}]}}"
    )
}

fn pods(extra: &str, image: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, \
         spec: {{template: {{spec: {{containers: [{{name: web, image: {image}{extra}}}]}}}}}}}}"
    )
}

#[test]
fn what_a_merged_commit_changes_is_explained() {
    let (old, new) = (map("a: '1'"), map("a: '2', b: '3'"));
    let story = Story { deployed: Some(&old), wanted: Some(&new), live: Some(&old), ..Story::default() };
    assert_eq!(drift(&story), None);
    let removed = Story { deployed: Some(&old), live: Some(&old), ..Story::default() };
    assert_eq!(drift(&removed), None);
    let created = Story { wanted: Some(&new), ..Story::default() };
    assert_eq!(drift(&created), None);
}

#[test]
fn a_change_made_in_the_cluster_is_drift_beside_one_that_git_makes() {
    let (old, live, new) = (map("a: '1', b: '1'"), map("a: '1', b: '9'"), map("a: '2', b: '1'"));
    let story = Story { deployed: Some(&old), wanted: Some(&new), live: Some(&live), ..Story::default() };
    let found = drift(&story).unwrap();
    assert_eq!(found.places, ["data.b"]);
    assert_eq!(found.why, "no merged commit changes `data.b`: it goes back to what Git says");
    assert_eq!(found.danger, None);
}

#[test]
fn what_a_failed_attempt_sent_is_explained() {
    let (old, tried) = (map("a: '1'"), map("a: '2'"));
    let back = Story {
        deployed: Some(&old),
        attempted: Some(&tried),
        wanted: Some(&old),
        live: Some(&tried),
        ..Story::default()
    };
    assert_eq!(drift(&back), None);
    assert!(drift(&Story { attempted: None, ..back }).is_some());
    let leftover = Story { deployed: None, attempted: Some(&tried), live: Some(&tried), ..Story::default() };
    assert_eq!(drift(&leftover), None);
}

#[test]
fn what_no_commit_removed_is_not_deleted_unseen() {
    let live = map("a: '1'");
    let found = drift(&Story { live: Some(&live), ..Story::default() }).unwrap();
    assert_eq!(found.danger.as_deref(), Some("it would be deleted"));
    let allowed = ["ConfigMap/a=delete".parse().unwrap()];
    assert_eq!(drift_of(&Story { live: Some(&live), ..Story::default() }, &allowed), None);
}

#[test]
fn what_was_deleted_in_the_cluster_is_made_again_and_rights_only_after_a_look() {
    let (plain, given) = (map("a: '1'"), role("delete, get"));
    let found = drift(&Story { deployed: Some(&plain), wanted: Some(&plain), ..Story::default() }).unwrap();
    assert_eq!((found.places, found.danger), (Vec::new(), None));
    let found = drift(&Story { deployed: Some(&given), wanted: Some(&given), ..Story::default() }).unwrap();
    assert_eq!(found.danger.as_deref(), Some("it gives `delete` on `pods`, and 1 more"));
}

#[test]
fn a_right_taken_away_in_the_cluster_does_not_come_back_unseen() {
    let (wide, narrow, all) = (role("delete, get"), role("get"), role("'*'"));
    let story = |live: &str| {
        drift(&Story { deployed: Some(&wide), wanted: Some(&wide), live: Some(live), ..Story::default() }).unwrap()
    };
    assert_eq!(story(&narrow).danger.as_deref(), Some("it gives `delete` on `pods`"));
    assert_eq!(story(&all).danger, None, "less than somebody gave is no more");
}

#[test]
fn a_power_of_pods_counts_unless_the_same_commit_asks_for_it() {
    let (safe, free) = (pods("", "web:1"), pods(", securityContext: {privileged: true}", "web:1"));
    let back = Story { deployed: Some(&free), wanted: Some(&free), live: Some(&safe), ..Story::default() };
    assert_eq!(drift(&back).unwrap().danger.as_deref(), Some("the container `web` runs privileged"));
    let at = |folder: &str, more: &str| pods(&format!(", workingDir: {folder}{more}"), "web:1");
    let (old, live, new) = (at("/a", ""), at("/b", ""), at("/a", ", securityContext: {privileged: true}"));
    let asked = Story { deployed: Some(&old), wanted: Some(&new), live: Some(&live), ..Story::default() };
    let found = drift(&asked).unwrap();
    assert_eq!((found.places, found.danger), (vec!["spec.template.spec.containers[web].workingDir".to_owned()], None));
}

#[test]
fn what_the_server_makes_of_an_explained_change_is_explained_too() {
    let (old, new) = (pods("", "web:1"), pods("", "web:2"));
    let predicted = pods(", imagePullPolicy: Always", "web:2");
    let story = Story {
        deployed: Some(&old),
        wanted: Some(&new),
        live: Some(&old),
        predicted: Some(&predicted),
        ..Story::default()
    };
    assert_eq!(drift(&story), None);
    let unasked = Story { wanted: Some(&old), predicted: Some(&predicted), ..story };
    assert!(drift(&unasked).is_some(), "the image moves, and Git does not move it");
}

#[test]
fn a_job_that_removes_itself_is_no_drift() {
    let job = "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {ttlSecondsAfterFinished: 5}}";
    assert_eq!(drift(&Story { deployed: Some(job), wanted: Some(job), ..Story::default() }), None);
}

#[test]
fn nothing_of_a_secrets_value_is_in_what_is_told() {
    let secret = |value: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"key": value}}).to_string()
    };
    let (old, live) = (secret("b2xkLXZhbHVl"), secret("bGl2ZS12YWx1ZQ=="));
    let found = drift(&Story { deployed: Some(&old), wanted: Some(&old), live: Some(&live), ..Story::default() });
    assert_eq!(found.unwrap().places, ["data.key"]);
}
