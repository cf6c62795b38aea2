//! What a person at a shell is told, in a repository of their own and without a cluster.

#![expect(clippy::disallowed_types, reason = "a person starts git and the binary")]

use std::fs;
use std::process::{Command, Stdio};

use landfall_world::renderers_on_path;
use tempfile::TempDir;

use crate::{binary, config_map};

const RULES: &str = "\
app: shop
clusters: {test: {kubeconfig: {plan: SHOP_PLAN, deploy: SHOP_DEPLOY}}}
environments:
  staging: {branch: staging, source: deploy, target: {cluster: test, namespace: shop-staging}}
  production: {branch: main, source: deploy, target: {cluster: test, namespace: shop}}
";

#[test]
fn a_check_says_what_is_sound_and_what_does_not_render() {
    let repository = repository();
    let sound = landfall(&repository, &["check"]);
    assert_eq!(sound.code, 0, "{}", sound.text);
    assert!(sound.text.starts_with("🟢 The rules and 2 environments are sound\n"), "{}", sound.text);

    write(&repository, "landfall.yaml", &RULES.replacen("source: deploy", "source: nowhere", 1));
    commit(&repository);
    let broken = landfall(&repository, &["check"]);
    assert_ne!(broken.code, 0, "{}", broken.text);
    assert!(broken.text.starts_with("🔴 1 of 2 environments does not render\n"), "{}", broken.text);
}

#[test]
fn a_deploy_to_an_environment_that_is_not_in_the_rules_is_refused() {
    let repository = repository();
    for command in [&["plan", "-e", "typo"][..], &["check", "-e", "typo"], &["deploy", "-e", "typo", "--reason", "x"]] {
        let answer = landfall(&repository, command);
        assert_eq!(answer.code, 2, "{}", answer.text);
        for said in ["no environment `typo`", "staging, production"] {
            assert!(answer.text.contains(said), "{said}: {}", answer.text);
        }
    }
}

#[test]
fn a_deploy_to_one_of_several_environments_has_to_name_it() {
    let answer = landfall(&repository(), &["deploy", "--reason", "x"]);
    assert_eq!(answer.code, 2, "{}", answer.text);
    for said in ["several environments", "staging, production", "--environment"] {
        assert!(answer.text.contains(said), "{said}: {}", answer.text);
    }
}

#[test]
fn a_folder_that_is_no_repository_with_a_commit_is_named_for_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let missing = landfall(&folder, &["check", "--repo", "nope"]);
    let none = landfall(&folder, &["check"]);
    git(&folder, &["init", "--quiet"]);
    let empty = landfall(&folder, &["check"]);
    let cases = [
        (missing, "the folder nope does not exist"),
        (none, "is not a Git repository"),
        (empty, "the repository has no commit yet"),
    ];
    for (answer, said) in cases {
        assert_eq!(answer.code, 2, "{said}: {}", answer.text);
        assert!(answer.text.contains(said) && !answer.text.contains("fetch-depth"), "{said}: {}", answer.text);
    }
}

#[test]
fn a_base_that_is_no_revision_is_named() {
    let answer = landfall(&repository(), &["plan", "--offline", "--base", "nope"]);
    assert_eq!(answer.code, 2, "{}", answer.text);
    assert!(answer.text.contains("no revision `nope`") && !answer.text.contains("fetch-depth"), "{}", answer.text);
}

#[test]
fn a_plan_without_a_cluster_says_what_it_was_compared_with() {
    let repository = repository();
    let offline = landfall(&repository, &["plan", "--offline"]);
    assert_eq!(offline.code, 0, "{}", offline.text);
    for said in ["Compared without a cluster: what runs there may differ.", "Compared with nothing", "`--base`"] {
        assert!(offline.text.contains(said), "{said}: {}", offline.text);
    }
    let based = landfall(&repository, &["plan", "--offline", "--base", "HEAD"]);
    assert!(!based.text.contains("Compared with nothing"), "{}", based.text);
}

#[test]
fn a_plan_without_a_kubeconfig_names_the_variable_of_the_plan() {
    let answer = landfall(&repository(), &["plan", "-e", "production"]);
    assert_eq!(answer.code, 2, "{}", answer.text);
    for said in ["SHOP_PLAN", "`landfall plan --offline`"] {
        assert!(answer.text.contains(said), "{said}: {}", answer.text);
    }
    assert!(!answer.text.contains("SHOP_DEPLOY"), "{}", answer.text);
}

#[test]
fn changes_that_are_not_committed_are_said_to_be_passed_over() {
    let repository = repository();
    let clean = landfall(&repository, &["check"]);
    write(&repository, "deploy/a.yaml", &config_map("a", "2"));
    write(&repository, "deploy/new.yaml", "not tracked");
    let checked = landfall(&repository, &["check"]);
    let planned = landfall(&repository, &["plan", "--offline"]);
    let rendered = landfall(&repository, &["render"]);
    let said = "1 file differs from `";
    assert!(!clean.text.contains(said), "{}", clean.text);
    for text in [&checked.text, &planned.text, &rendered.talk] {
        assert!(text.contains(said) && text.contains("is not looked at"), "{text}");
    }
}

#[test]
fn rules_with_another_ending_are_found() {
    let repository = repository();
    git(&repository, &["mv", "landfall.yaml", "landfall.yml"]);
    commit(&repository);
    let answer = landfall(&repository, &["check"]);
    assert_eq!(answer.code, 2, "{}", answer.text);
    assert!(answer.text.contains("no landfall.yaml, but landfall.yml"), "{}", answer.text);
}

#[test]
fn a_kind_that_is_not_known_without_a_cluster_names_the_way_to_tell_it() {
    let repository = repository();
    write(&repository, "deploy/a.yaml", "apiVersion: shop.example/v1\nkind: Cart\nmetadata: {name: a}\n");
    commit(&repository);
    let answer = landfall(&repository, &["render"]);
    assert_eq!(answer.code, 3, "{}", answer.text);
    assert!(answer.text.contains("--facts"), "{}", answer.text);
}

/// What a person reads, and how the command ended.
struct Answer {
    code: i32,
    text: String,
    talk: String,
}

/// Runs the binary as a person would, without any of their variables but PATH.
fn landfall(repository: &TempDir, arguments: &[&str]) -> Answer {
    let mut command = Command::new(binary());
    command.args(arguments).current_dir(repository.path()).env_clear().env("PATH", renderers_on_path(&["kustomize"]));
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Answer { code: output.status.code().unwrap_or(-1), text: text(output.stdout), talk: text(output.stderr) }
}

/// A repository with one commit: two environments, from one folder.
fn repository() -> TempDir {
    let repository = tempfile::tempdir().unwrap();
    git(&repository, &["init", "--quiet"]);
    write(&repository, "landfall.yaml", RULES);
    write(&repository, "deploy/a.yaml", &config_map("a", "1"));
    commit(&repository);
    repository
}

fn write(repository: &TempDir, file: &str, text: &str) {
    let path = repository.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn commit(repository: &TempDir) {
    git(repository, &["add", "."]);
    git(repository, &["-c", "user.name=ana", "-c", "user.email=ana@shop.example", "commit", "--quiet", "-m", "shop"]);
}

fn git(repository: &TempDir, arguments: &[&str]) {
    let output = Command::new("git").args(arguments).current_dir(repository.path()).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
