//! Which environments an event is about.

mod world;

use landfall_core::rules::{self, Rules, select};
use landfall_core::trigger::Trigger;
use world::{proposal, push, tag};

fn rules() -> Rules {
    let environment = |name: &str, follows: &str| {
        format!("  {name}: {{{follows}, source: deploy, target: {{cluster: eu, namespace: {name}}}}}\n")
    };
    let environments = [
        environment("staging", "branch: main"),
        environment("preview", "branch: release/*, order: latest_push"),
        environment("demo", "branch: /ma.+/, order: latest_push"),
        environment("production", "tag: v*, order: semver"),
    ];
    let head = "app: shop\nclusters: {eu: {kubeconfig: {deploy: EU}}}\nenvironments:\n";
    rules::parse("landfall.yaml", &format!("{head}{}", environments.concat())).expect("these rules are valid")
}

fn check(trigger: &Trigger, expected: &[&str]) {
    let rules = rules();
    let selection = select(&rules, trigger);
    let names: Vec<&str> = selection.chosen.iter().map(|environment| environment.name.as_str()).collect();
    assert_eq!(names, expected);
    assert_eq!(selection.chosen.len() + selection.skipped.len(), rules.environments.len());
}

#[test]
fn a_push_is_about_every_environment_of_its_branch() {
    check(&push("main", false), &["staging", "demo"]);
    check(&push("release/1.2", true), &["preview"]);
    check(&push("v1", true), &[]);
}

#[test]
fn a_proposal_is_about_the_branch_that_it_would_be_merged_into() {
    check(&proposal("main", true), &["staging", "demo"]);
    check(&proposal("feature", false), &[]);
}

#[test]
fn a_tag_is_about_the_environments_that_follow_tags() {
    check(&tag("v1.2", false), &["production"]);
    check(&tag("main", false), &[]);
}

#[test]
fn a_shell_is_about_all_of_them() {
    check(&Trigger::Shell, &["staging", "preview", "demo", "production"]);
}

#[test]
fn what_is_passed_over_says_why() {
    let rules = rules();
    let why: Vec<String> =
        select(&rules, &push("other", true)).skipped.into_iter().map(|skipped| skipped.why).collect();
    let expected = [
        "it follows the branch `main`",
        "it follows branches like `release/*`",
        "it follows branches like `/ma.+/`",
        "it follows tags like `v*`",
    ];
    assert_eq!(why, expected);
    let nothing = Trigger::Nothing { why: "the branch was deleted".to_owned() };
    assert_eq!(select(&rules, &nothing).skipped[0].why, "the branch was deleted");
}
