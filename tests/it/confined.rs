//! A commit that reaches for what is not in it: for the machine, for a submodule, for a name that no file can have.

#![expect(clippy::disallowed_types, reason = "commits are made that only `git` itself can make")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::process::Command;

use landfall_fakehost::Change::Write;
use landfall_world::{MAIN, REPOSITORY};
use tempfile::TempDir;

use crate::checkout::Checkout;
use crate::{config_map, world};

const KUSTOMIZATION: &str = "deploy/kustomization.yaml";
const A: &str = "deploy/a.yaml";

/// A folder of the machine with a kustomization, and the path of it from `deploy` in any copy in a temporary folder.
fn outside() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config"), "token: of-the-runner\n").unwrap();
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n\
        configMapGenerator: [{name: gen, behavior: merge, files: [config]}]\n";
    fs::write(folder.path().join("kustomization.yaml"), component).unwrap();
    let path = format!("../../../../../..{}", folder.path().display());
    (folder, path)
}

#[tokio::test]
async fn a_proposal_does_not_get_files_of_the_runner_into_the_comment() {
    let (world, _) = world(&[(A, &config_map("a", "1"))]).await;
    for climbs in [2, 3, 4, 5] {
        let (folder, _) = outside();
        let path = format!("{}{}", "../".repeat(climbs), folder.path().strip_prefix("/").unwrap().display());
        let text = format!(
            "resources: [a.yaml]\nconfigMapGenerator: [{{name: gen, literals: [x=y]}}]\nComponents: [{path}]\n"
        );
        let files = [(KUSTOMIZATION, Write(text.as_str()))];
        let proposal = world.propose(&format!("steal-{climbs}"), "x", &files).await.unwrap();
        let job = world.plan(proposal).await.unwrap();
        assert_eq!(job.code, 3, "{}", job.everything());
        let said = format!("deploy/kustomization.yaml:3 names {path}, which is not in the commit");
        assert!(job.stdout.contains(&said), "{}", job.stdout);
        assert!(!world.comments(proposal).await.unwrap().concat().contains("of-the-runner"));
    }
}

#[test]
fn no_list_of_a_kustomization_names_what_is_not_in_the_commit() {
    let (_folder, path) = outside();
    for text in [
        format!("resources: [\"{path}\"]\n"),
        format!("bases: [\"{path}\"]\n"),
        format!("generators: [\"{path}\"]\n"),
        format!("transformers:\n- >-\n  {path}\n"),
        "resources: [\"..\\x2f..\\x2f..\\x2fetc\"]\n".to_owned(),
        "resources: [/etc]\n".to_owned(),
        "configMapGenerator: [{name: a, files: [\"x=/etc/hostname\"]}]\n".to_owned(),
        "patches: [{path: ../../../patch.yaml}]\n".to_owned(),
    ] {
        Checkout::with(&[(KUSTOMIZATION, &text)]).refused(&[
            "deploy/kustomization.yaml",
            "is not in the commit",
            "opy it",
        ]);
    }
}

#[test]
fn no_list_of_a_kustomization_names_an_address() {
    for address in ["http://127.0.0.1:9/a.yaml", "github.com/acme/shop?ref=v1"] {
        let text = format!("resources: [\"{address}\"]\n");
        let said = format!("deploy/kustomization.yaml:1 names {address}, an address that the rules do not list");
        Checkout::with(&[(KUSTOMIZATION, &text)]).refused(&[&said, "opy it"]);
    }
}

#[test]
fn a_base_that_names_what_is_not_in_the_commit_is_refused_where_it_is_used() {
    let (_folder, path) = outside();
    let base = format!("resources: [\"{path}\"]\n");
    let checkout = Checkout::with(&[("base/kustomization.yml", &base), (A, &config_map("a", "1"))]);
    assert_eq!(checkout.render().0, 0);
    checkout.write(KUSTOMIZATION, "resources: [a.yaml, ../base]\n");
    checkout.commit();
    checkout.refused(&["base/kustomization.yml:1 names", "is not in the commit"]);
    checkout.write(KUSTOMIZATION, "resources: [a.yaml]\n");
    checkout.commit();
    assert_eq!(checkout.render().0, 0, "{}", checkout.render().1);
}

#[test]
fn a_kustomization_behind_a_link_is_judged_where_the_link_is() {
    let (_folder, path) = outside();
    let text = format!("components: [\"{path}\"]\n");
    let checkout = Checkout::with(&[("x/y/z/w/v/u/t/s/r/other.yaml", &text), (A, &config_map("a", "1"))]);
    symlink("../x/y/z/w/v/u/t/s/r/other.yaml", checkout.path().join(KUSTOMIZATION)).unwrap();
    checkout.commit();
    checkout.refused(&["deploy/kustomization.yaml:1 names", "is not in the commit"]);
}

#[test]
fn a_kustomization_that_two_readers_may_read_differently_is_refused() {
    let twice = "resources: [/etc]\nresources: [a.yaml]\n";
    Checkout::with(&[(KUSTOMIZATION, twice), (A, &config_map("a", "1"))])
        .refused(&["deploy/kustomization.yaml", "twice"]);
}

#[test]
fn a_link_of_the_commit_is_not_written_through() {
    let machine = tempfile::tempdir().unwrap();
    let target = machine.path().join("made");
    let checkout = Checkout::with(&[(KUSTOMIZATION, "resources: [a.yaml]\n"), (A, &config_map("a", "1"))]);
    for name in [".landfall-origins", "wrapper"] {
        symlink(&target, checkout.path().join(name)).unwrap();
    }
    checkout.commit();
    checkout.refused(&["points out of the repository"]);
    assert!(!target.exists());
    for name in [".landfall-origins", "wrapper"] {
        fs::remove_file(checkout.path().join(name)).unwrap();
        symlink("deploy", checkout.path().join(name)).unwrap();
    }
    checkout.commit();
    let (code, text) = checkout.render();
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_file_whose_name_is_not_text_is_named_and_never_dropped() {
    let checkout = Checkout::with(&[(A, &config_map("a", "1"))]);
    for (name, object) in [(b"other/b\xff.yaml", "b"), (b"other/b\xfe.yaml", "c")] {
        checkout.write(OsStr::from_bytes(name), config_map(object, "1"));
    }
    checkout.commit();
    assert_eq!(checkout.render().0, 0, "it is no matter of the source: {}", checkout.render().1);
    checkout.git(&["mv", "other", "deploy/other"]);
    checkout.commit();
    checkout.refused(&["deploy/other/b", "not UTF-8"]);
}

#[test]
fn names_that_only_a_hand_made_tree_can_have_are_refused() {
    let checkout = Checkout::with(&[(A, &config_map("a", "1")), (KUSTOMIZATION, "resources: [a.yaml]\n")]);
    let blob = checkout.git(&["rev-parse", &format!("HEAD:{A}")]);
    let file = |name: &str| format!("100644 blob {blob}\t{name}\n");
    let tree = |entries: &str| {
        let listing = checkout.path().join(".git/listing");
        fs::write(&listing, entries).unwrap();
        let input = fs::File::open(listing).unwrap();
        let made = Command::new("git").arg("mktree").current_dir(checkout.path()).stdin(input).output().unwrap();
        assert!(made.status.success());
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    };
    let landfall = checkout.git(&["rev-parse", "HEAD:landfall.yaml"]);
    let inner = tree(&file("b.yaml"));
    let no_name = "has a name that no file of a checkout can have";
    for (entries, said) in [
        (format!("040000 tree {inner}\t..\n"), ["deploy/../b.yaml", no_name]),
        (format!("040000 tree {inner}\t.git\n"), ["deploy/.git/b.yaml", no_name]),
        (
            format!("120000 blob {blob}\tx\n040000 tree {inner}\tx\n"),
            ["deploy/x/b.yaml", "lies below what is no folder"],
        ),
        (file("b.yaml") + &file("b.yaml"), ["deploy/b.yaml", "is in the tree twice"]),
    ] {
        let deploy = tree(&(file("a.yaml") + &entries));
        let root = tree(&format!("100644 blob {landfall}\tlandfall.yaml\n040000 tree {deploy}\tdeploy\n"));
        let commit = checkout.git(&["commit-tree", "-m", "odd", &root]);
        checkout.git(&["update-ref", "HEAD", &commit]);
        checkout.refused(&said);
    }
}

#[test]
fn a_submodule_beside_the_source_is_no_matter() {
    let elsewhere = Checkout::with(&[(A, &config_map("a", "1"))]);
    let commit = elsewhere.git(&["rev-parse", "HEAD"]);
    elsewhere.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},docs/vendor")]);
    elsewhere.commit_index();
    assert_eq!(elsewhere.render().0, 0);
}

#[test]
fn what_kustomize_says_has_no_value_of_a_secret() {
    let patch = "kind: Secret\napiVersion: v1\nmetadata: {name: s}\nstringData: {a: hunter22}\n";
    let patch = patch.replace('\n', "\n    ");
    for text in [
        "secretGenerator: [{name: s, literals: [hunter22]}]\n".to_owned(),
        "secretGenerator: [{name: s, literals: [\"=hunter22\"]}]\n".to_owned(),
        "secretGenerator: [{name: s, envs: [secret.env]}]\n".to_owned(),
        format!("resources: [a.yaml]\npatches:\n- patch: |-\n    {patch}\n"),
    ] {
        let checkout = Checkout::with(&[(KUSTOMIZATION, &text), (A, &config_map("a", "1"))]);
        checkout.write("deploy/secret.env", b"PASSWORD=hunter22 \xff\n");
        checkout.commit();
        let (code, said) = checkout.render();
        assert_eq!(code, 3, "{text}: {said}");
        assert!(said.contains("kustomize cannot build deploy") && !said.contains("hunter22"), "{said}");
    }
}

#[tokio::test]
async fn an_attribute_of_the_work_tree_does_not_hide_a_conflict() {
    let (world, _) = world(&[(A, &config_map("a", "1")), (".gitattributes", "* merge=union\n")]).await;
    let [two, three] = ["2", "3"].map(|value| config_map("a", value));
    let proposal = world.propose("change", "change", &[(A, Write(two.as_str()))]).await.unwrap();
    let event = world.host.pull_request_event(REPOSITORY, proposal, "opened").await.unwrap();
    world.host.push_files(REPOSITORY, MAIN, &[(A, Write(three.as_str()))], "other").await.unwrap();
    let job = world.run(&event, "false").await.unwrap();
    assert_eq!(job.code, 2, "{}", job.everything());
    assert!(job.stdout.contains("conflicts with its target branch in deploy/a.yaml"), "{}", job.stdout);
}

#[test]
fn a_kustomization_with_secrets_that_cannot_be_read_is_not_shown() {
    let text = "secretGenerator:\n- name: s\n  literals: [password=hunter22\n";
    let checkout = Checkout::with(&[(KUSTOMIZATION, text)]);
    checkout.refused(&[KUSTOMIZATION]);
    assert!(!checkout.render().1.contains("hunter22"), "{}", checkout.render().1);
}
