//! What each gate holds, and with which words.

mod world;

use landfall_core::gate::{AbsentImage, Evidence, Hold, Policy, judge};
use landfall_core::plan::{Class, Plan};
use landfall_core::rules::Environment;
use world::{A, environment, environment_with, plan};

const SOME: Evidence = evidence(3, 3);

const fn evidence(desired: usize, inventory: usize) -> Evidence {
    Evidence { desired, inventory, absent_images: Vec::new() }
}

fn holds(classes: Vec<Class>, own: &Environment, before: Option<&Environment>, evidence: &Evidence) -> Vec<Hold> {
    judge(&plan("eu", A, classes), Policy { own, before }, evidence)
}

fn only(holds: &[Hold]) -> (&'static str, &str) {
    assert_eq!(holds.len(), 1, "{holds:?}");
    (holds[0].gate, &holds[0].why)
}

fn blocked(why: &str) -> Class {
    Class::Blocked { why: why.to_owned(), help: "Ask its owner.".to_owned() }
}

#[test]
fn an_ordinary_plan_is_not_held() {
    let environment = environment();
    assert_eq!(holds(vec![Class::Create, Class::Delete], &environment, Some(&environment), &SOME), []);
    assert_eq!(holds(vec![Class::Create], &environment, None, &evidence(1, 0)), []);
}

#[test]
fn a_blocked_object_holds_everything() {
    let holds = holds(vec![Class::Create, blocked("owned by ops")], &environment(), None, &SOME);
    assert_eq!(only(&holds), ("blocked", "1 object is blocked: ConfigMap/c1 (owned by ops)"));
    assert_eq!(holds[0].help, "Ask its owner.");
}

#[test]
fn many_blocked_objects_are_counted() {
    let holds = holds(vec![blocked("no"); 5], &environment(), None, &SOME);
    let why = "5 objects are blocked: ConfigMap/c0 (no), ConfigMap/c1 (no), ConfigMap/c2 (no) and 2 more";
    assert_eq!(only(&holds), ("blocked", why));
}

#[test]
fn deletions_up_to_the_limit_pass() {
    let environment = environment_with("gates: {max_deletions: 2}");
    assert_eq!(holds(vec![Class::Delete; 2], &environment, None, &SOME), []);
    let holds = holds(vec![Class::Delete; 3], &environment, None, &SOME);
    assert_eq!(only(&holds), ("max_deletions", "deletes 3 objects, the rules allow 2"));
}

#[test]
fn a_change_cannot_raise_its_own_limit() {
    let (before, own) = (environment_with("gates: {max_deletions: 0}"), environment_with("gates: {max_deletions: 9}"));
    let holds = holds(vec![Class::Delete], &own, Some(&before), &SOME);
    assert_eq!(only(&holds), ("max_deletions", "deletes 1 object, the rules before this push allow 0"));
}

#[test]
fn a_lowered_limit_counts_at_once() {
    let (before, own) = (environment_with("gates: {max_deletions: 9}"), environment_with("gates: {max_deletions: 0}"));
    assert_eq!(only(&holds(vec![Class::Delete], &own, Some(&before), &SOME)).0, "max_deletions");
}

#[test]
fn an_empty_render_is_held() {
    let environment = environment();
    let first = holds(Vec::new(), &environment, None, &evidence(0, 0));
    assert_eq!(only(&first), ("empty_render", "`deploy` renders no object at all"));
    let later = holds(vec![Class::Delete], &environment, None, &evidence(0, 1));
    assert_eq!(only(&later), ("empty_render", "`deploy` renders no object, and 1 is deployed"));
}

#[test]
fn an_empty_render_passes_when_both_rules_mean_it() {
    let (before, own) = (environment(), environment_with("gates: {allow_empty: true}"));
    let empty = evidence(0, 2);
    assert_eq!(holds(Vec::new(), &own, Some(&own), &empty), []);
    assert_eq!(only(&holds(Vec::new(), &own, Some(&before), &empty)).0, "empty_render");
    assert_eq!(only(&holds(Vec::new(), &before, Some(&own), &empty)).0, "empty_render");
}

#[test]
fn an_observed_environment_is_never_written() {
    let (observe, deploy) = (environment_with("mode: observe"), environment());
    let own = holds(vec![Class::Same], &observe, Some(&deploy), &SOME);
    assert_eq!(only(&own), ("observe", "the rules say `mode: observe`"));
    let before = holds(vec![Class::Same], &deploy, Some(&observe), &SOME);
    assert_eq!(only(&before), ("observe", "the rules before this push say `mode: observe`"));
}

#[test]
fn nothing_is_written_while_an_image_is_missing() {
    let absent =
        |name: &str| AbsentImage { reference: name.to_owned(), why: "its registry does not have it".to_owned() };
    let evidence = Evidence { absent_images: vec![absent("web:1"), absent("api:1")], ..SOME };
    let holds = holds(vec![Class::Create], &environment(), None, &evidence);
    let why = "`web:1` cannot be pulled: its registry does not have it, and 1 more image is missing";
    assert_eq!(only(&holds), ("images", why));
}

#[test]
fn a_plan_that_nothing_explains_is_held_unless_both_rules_allow_it() {
    let (strict, free) = (environment(), environment_with("gates: {explained: false}"));
    let mut plan = plan("eu", A, vec![Class::Create]);
    plan.deployed = Some(A.parse().expect("it is a commit"));
    plan.unexplained = Some("it is gone".to_owned());
    let held = |plan: &Plan, own, before| judge(plan, Policy { own, before: Some(before) }, &SOME);
    let why = format!("nothing says what changed since `{}`, which is deployed: it is gone", &A[..7]);
    assert_eq!(only(&held(&plan, &strict, &strict)), ("explained", why.as_str()));
    assert_eq!(held(&plan, &free, &strict)[0].help, "Push again: `explained: false` counts from the next push on.");
    assert_eq!(held(&plan, &free, &free), []);
    plan.changes.clear();
    assert_eq!(held(&plan, &strict, &strict), [], "what changes nothing needs no explanation");
}
