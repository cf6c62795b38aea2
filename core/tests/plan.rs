//! What becomes of an object that is in the cluster before our first deploy.

mod world;

use std::collections::BTreeMap;

use landfall_core::inventory::{Inventory, LABEL};
use landfall_core::manifest::{Compat, ObjectId, SourceFile, read};
use landfall_core::plan::Class;
use landfall_core::plan::build::{Answer, Inputs, Observation, build};
use landfall_core::succession::Attempt;
use serde_json::Value;
use world::{A, target};

/// Plans one object that the cluster has already, with what the cluster added to it.
fn class_of(yaml: &str, add: fn(&mut Value)) -> Class {
    class_by(yaml, add, None)
}

/// The same, by what the server says to an apply; none where it would change nothing.
fn class_by(yaml: &str, add: impl Fn(&mut Value), answer: Option<Answer>) -> Class {
    let file = SourceFile { path: "a.yaml".to_owned(), bytes: yaml.as_bytes().to_vec() };
    let desired = read(&file, Compat::Strict).expect("the tests write valid YAML");
    let mut live = desired[0].object.clone();
    add(&mut live);
    let id = ObjectId::of(&live).expect("the tests write whole objects");
    let same = || Answer::Predicted { object: live.clone(), warnings: Vec::new() };
    let answer = answer.unwrap_or_else(same);
    let observed = BTreeMap::from([(id, Observation { live: Some(live), answer, takeover: None, inside: None })]);
    let target = target("eu");
    let plan = build(&Inputs {
        target: &target,
        commit: &A.parse().expect("it is a commit"),
        inventory: &Inventory::new(&target, None),
        desired: &desired,
        live: &observed,
        base: &[],
        attempts: &[],
        unexplained: None,
        predecessors: &[],
        retired: None,
        allowed: &[],
        server: None,
    });
    plan.changes[0].class.clone()
}

#[test]
fn a_hook_is_made_anew_where_it_failed_or_what_it_runs_changed_after_it_ended() {
    let hook = "{apiVersion: batch/v1, kind: Job, metadata: {name: a, annotations: {landfall.dev/phase: pre}}}";
    let plain = "{apiVersion: batch/v1, kind: Job, metadata: {name: a}}";
    let immutable = || Answer::Immutable { why: "field is immutable".to_owned(), help: String::new() };
    let class = |yaml: &str, condition: &str, answer: Option<Answer>| {
        let conditions = serde_json::json!([{"type": condition, "status": "True"}]);
        let ours = |live: &mut Value| {
            live["metadata"]["labels"][LABEL] = own().into();
            live["status"]["conditions"] = conditions.clone();
        };
        class_by(yaml, ours, answer)
    };
    assert!(matches!(class(hook, "Complete", Some(immutable())), Class::Replace { .. }));
    assert!(matches!(class(hook, "Failed", Some(immutable())), Class::Replace { .. }));
    assert!(matches!(class(hook, "Failed", None), Class::Replace { .. }));
    assert_eq!(class(hook, "Complete", None), Class::Same);
    assert!(is_blocked(&class(hook, "Suspended", Some(immutable()))));
    assert!(is_blocked(&class(plain, "Complete", Some(immutable()))));
    let foreign = class_by(hook, |live| live["status"]["conditions"] = "[]".into(), Some(immutable()));
    assert!(is_blocked(&foreign), "an object that is not ours is never deleted: {foreign:?}");
    let adopted = hook.replace("annotations: {", "annotations: {landfall.dev/adopt: \"true\", ");
    let failed =
        |live: &mut Value| live["status"]["conditions"] = serde_json::json!([{"type": "Failed", "status": "True"}]);
    assert!(is_blocked(&class_by(&adopted, failed, Some(immutable()))));
    assert_eq!(class_by(&adopted, failed, None), Class::Change, "its label comes first");
}

/// The id of the target's inventory.
fn own() -> String {
    Inventory::new(&target("eu"), None).id
}

#[test]
fn what_left_git_and_cannot_be_looked_at_stays_recorded() {
    let target = target("eu");
    let metrics = ObjectId {
        group: "metrics.example".to_owned(),
        kind: "Meter".to_owned(),
        namespace: Some("shop".to_owned()),
        name: "m".to_owned(),
    };
    let attempt = Attempt { commit: A.parse().unwrap(), tag: None, run: None };
    let inventory = Inventory::new(&target, None).superset([(metrics.clone(), "v1".to_owned())], attempt, None);
    let silent = Answer::Unverified { why: "it does not answer".to_owned() };
    for (answer, expected) in [(silent, Some("it does not answer")), (Answer::NotWanted, None)] {
        let live =
            BTreeMap::from([(metrics.clone(), Observation { live: None, answer, takeover: None, inside: None })]);
        let commit = A.parse().unwrap();
        let inputs = Inputs {
            target: &target,
            commit: &commit,
            inventory: &inventory,
            desired: &[],
            live: &live,
            base: &[],
            attempts: &[],
            unexplained: None,
            predecessors: &[],
            retired: None,
            allowed: &[],
            server: None,
        };
        let kept = expected.map(|why| Class::Keep { why: why.to_owned() });
        assert_eq!(build(&inputs).changes.first().map(|change| change.class.clone()), kept);
    }
}

fn is_blocked(class: &Class) -> bool {
    matches!(class, Class::Blocked { .. })
}

#[test]
fn what_somebody_else_made_is_blocked() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop, namespace: shop}\n";
    assert!(is_blocked(&class_of(map, |_| {})));
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: elsewhere}\n";
    assert!(is_blocked(&class_of(namespace, |_| {})));
}

#[test]
fn the_targets_own_namespace_becomes_ours() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
    assert_eq!(class_of(namespace, |_| {}), Class::Change);
    assert_eq!(class_of(namespace, |live| live["metadata"]["labels"][LABEL] = own().into()), Class::Same);
}

#[test]
fn a_namespace_of_another_inventory_is_blocked() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
    assert!(is_blocked(&class_of(namespace, |live| live["metadata"]["labels"][LABEL] = "0123456789abcdef".into())));
}
