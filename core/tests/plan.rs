//! What becomes of an object that is in the cluster before our first deploy.

mod world;

use std::collections::BTreeMap;

use landfall_core::inventory::{Inventory, LABEL};
use landfall_core::manifest::{Compat, ObjectId, SourceFile, read};
use landfall_core::plan::Class;
use landfall_core::plan::build::{Answer, Inputs, Observation, build};
use serde_json::Value;
use world::{A, target};

/// Plans one object that the cluster has already, with what the cluster added to it.
fn class_of(yaml: &str, add: fn(&mut Value)) -> Class {
    let file = SourceFile { path: "a.yaml".to_owned(), bytes: yaml.as_bytes().to_vec() };
    let desired = read(&file, Compat::Strict).expect("the tests write valid YAML");
    let mut live = desired[0].object.clone();
    add(&mut live);
    let id = ObjectId::of(&live).expect("the tests write whole objects");
    let answer = Answer::Predicted { object: live.clone(), warnings: Vec::new() };
    let observed = BTreeMap::from([(id, Observation { live: Some(live), answer, takeover: None })]);
    let target = target("eu");
    let plan = build(&Inputs {
        target: &target,
        commit: &A.parse().expect("it is a commit"),
        inventory: &Inventory::new(&target, None),
        desired: &desired,
        live: &observed,
        base: None,
        server: None,
    });
    plan.changes[0].class.clone()
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
    let inventory =
        Inventory::new(&target, None).superset([(metrics.clone(), "v1".to_owned())], A.parse().unwrap(), None);
    let silent = Answer::Unverified { why: "it does not answer".to_owned() };
    for (answer, expected) in [(silent, Some("it does not answer")), (Answer::NotWanted, None)] {
        let live = BTreeMap::from([(metrics.clone(), Observation { live: None, answer, takeover: None })]);
        let commit = A.parse().unwrap();
        let inputs = Inputs {
            target: &target,
            commit: &commit,
            inventory: &inventory,
            desired: &[],
            live: &live,
            base: None,
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
