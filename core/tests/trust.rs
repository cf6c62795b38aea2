//! Who gets a permit, and what a permit opens.

mod world;

use landfall_core::gate::{Evidence, Policy, open};
use landfall_core::plan::Class;
use landfall_core::rules::Environment;
use landfall_core::trigger::Trigger;
use landfall_core::trust::{Kind, permit};
use world::{A, B, environment, plan, proposal, push, tag, target};

const SOME: Evidence = Evidence { desired: 3, inventory: 3, absent_images: Vec::new() };

fn policy(own: &Environment) -> Policy<'_> {
    Policy { own, before: None }
}

#[test]
fn a_push_to_the_protected_branch_gets_a_permit_for_its_target() {
    let permit = permit(&push("main", true), &target("eu"), &environment(), None).unwrap();
    assert_eq!(permit.target(), &target("eu"));
    assert_eq!(permit.kind(), Kind::Protected { commit: &A.parse().unwrap() });
}

#[test]
fn a_push_to_an_unprotected_branch_is_held() {
    let hold = permit(&push("main", false), &target("eu"), &environment(), None).unwrap_err();
    assert_eq!(hold.gate, "protected_branch");
    assert_eq!(hold.why, "the host does not say that the branch `main` is protected");
}

#[test]
fn a_push_to_another_branch_is_held() {
    let hold = permit(&push("feature", true), &target("eu"), &environment(), None).unwrap_err();
    assert_eq!(hold.why, "the branch `feature` is not what `production` follows: it follows the branch `main`");
}

#[test]
fn a_proposal_cannot_write_whatever_reason_it_gives() {
    for fork in [true, false] {
        let hold = permit(&proposal("main", fork), &target("eu"), &environment(), Some("please")).unwrap_err();
        assert_eq!(hold.gate, "proposal");
    }
}

#[test]
fn an_event_that_does_nothing_gets_no_permit() {
    let nothing = Trigger::Nothing { why: "the branch was deleted".to_owned() };
    let hold = permit(&nothing, &target("eu"), &environment(), Some("please")).unwrap_err();
    assert_eq!((hold.gate, hold.why.as_str()), ("event", "the branch was deleted"));
}

#[test]
fn a_reason_does_not_replace_protection() {
    assert!(permit(&push("main", false), &target("eu"), &environment(), Some("please")).is_err());
}

#[test]
fn a_tag_gets_no_permit_for_a_branch() {
    let hold = permit(&tag("main", true), &target("eu"), &environment(), None).unwrap_err();
    assert_eq!(hold.gate, "followed");
}

#[test]
fn a_shell_must_say_why() {
    for reason in [None, Some(""), Some("  ")] {
        let hold = permit(&Trigger::Shell, &target("eu"), &environment(), reason).unwrap_err();
        assert!(hold.help.contains("--reason"), "{reason:?}");
    }
    let permit = permit(&Trigger::Shell, &target("eu"), &environment(), Some(" the host is down ")).unwrap();
    assert_eq!(permit.kind(), Kind::BreakGlass { reason: "the host is down" });
}

#[test]
fn a_target_of_another_environment_gets_no_permit() {
    let mut target = target("eu");
    target.environment = "staging".parse().unwrap();
    assert!(permit(&push("main", true), &target, &environment(), None).is_err());
}

#[test]
fn a_plan_that_no_gate_holds_is_approved() {
    let permit = permit(&push("main", true), &target("eu"), &environment(), None).unwrap();
    let approved = open(plan("eu", A, Vec::new()), policy(&environment()), &SOME, &permit).unwrap();
    assert_eq!(approved.plan().target, target("eu"));
    assert_eq!(approved.into_parts(), (target("eu"), A.parse().unwrap(), Vec::new()));
}

#[test]
fn a_permit_opens_no_other_target() {
    let permit = permit(&push("main", true), &target("eu"), &environment(), None).unwrap();
    let (plan, holds) = open(plan("us", A, Vec::new()), policy(&environment()), &SOME, &permit).unwrap_err();
    assert_eq!(plan.target, target("us"));
    assert_eq!(holds[0].why, "the permit is for production on eu/shop, the plan for production on us/shop");
}

#[test]
fn a_permit_opens_no_commit_but_the_one_that_was_pushed() {
    let permit = permit(&push("main", true), &target("eu"), &environment(), None).unwrap();
    let (_, holds) = open(plan("eu", B, Vec::new()), policy(&environment()), &SOME, &permit).unwrap_err();
    assert_eq!(holds[0].gate, "permit");
}

#[test]
fn a_plan_that_a_gate_holds_is_not_approved() {
    let given = permit(&push("main", true), &target("eu"), &environment(), None).unwrap();
    let deletions = plan("eu", A, vec![Class::Delete; 99]);
    let (_, holds) = open(deletions, policy(&environment()), &SOME, &given).unwrap_err();
    assert_eq!(holds[0].gate, "max_deletions");
}
