//! What a person at a shell is told, in a repository of their own and without a cluster.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

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

/// What a person reads, and how the command ended.
struct Answer {
    code: i32,
    text: String,
    talk: String,
}

/// Runs the binary as a person would, without any of their variables but PATH.
fn landfall(repository: &TempDir, arguments: &[&str]) -> Answer {
    landfall_with(repository.path(), arguments, &[])
}

fn landfall_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Answer {
    let mut command = Command::new(binary());
    command.args(arguments).current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = command.envs(variables.iter().copied()).stdin(Stdio::null()).output().unwrap();
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

fn git(repository: &TempDir, arguments: &[&str]) -> Output {
    let output = Command::new("git").args(arguments).current_dir(repository.path()).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
