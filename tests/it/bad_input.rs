//! Every kind of bad input, and all that a person sees of it. Each case is a folder: the files of a commit, and what
//! `landfall check` says of it. `UPDATE=1` writes what is seen.
//!
//! Programs in a case's `bin/` stand in its renderers' place: a fault of the machine, not a part of the commit.

#![expect(clippy::disallowed_methods, reason = "UPDATE=1 rewrites what is expected")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::checkout::Checkout;

/// Longer than any limit that a renderer may run into, on a busy machine.
const TOLD_SECONDS_MAX: u64 = 60;
/// As many as wait for a limit of time at once.
const THREADS: usize = 4;

/// What no message may show: values that the cases call secret.
const SECRETS: [&str; 4] = ["hunter22", "HUNTER22", "s3cr3t-value", "of-the-template"];

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

type Case = (&'static str, fn(&Checkout));

/// What cannot be kept as files of this repository, or not well.
const MADE: [Case; 20] = [
    ("commit-of-260-mb", |it| {
        it.write("deploy/kustomization.yaml", "resources: [a.yaml]\n");
        (0..13).for_each(|at| it.write(format!("large/{at}"), vec![0; 20 << 20]));
    }),
    ("depth-10000", |it| {
        let [open, close] = ["[", "]"].map(|sign| sign.repeat(10_000));
        it.write("deploy/flow.yaml", format!("{MAP}data: {open}{close}\n"));
        it.write("deploy/json.json", format!("{{\"data\": {open}{close}}}\n"));
        it.write("deploy/block.yaml", format!("{}a\n", "- ".repeat(10_000)));
    }),
    ("documents-50000", |it| it.write("deploy/a.yaml", format!("{MAP}---\n").repeat(50_000))),
    ("file-of-50-mb", |it| it.write("deploy/a.yaml", format!("{MAP}data: {{a: {}}}\n", "x".repeat(50 << 20)))),
    ("link-in-a-circle", |it| {
        it.write("deploy/kustomization.yaml", "resources: [a.yaml]\n");
        link(it, "b.yaml", "deploy/a.yaml");
        link(it, "a.yaml", "deploy/b.yaml");
    }),
    ("link-out-of-the-tree", |it| link(it, "../../../etc/hostname", "deploy/a.yaml")),
    ("link-out-of-the-tree-for-helm", |it| {
        it.write("deploy/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
        link(it, "../../../etc/hostname", "deploy/templates/a.yaml");
    }),
    ("link-out-of-the-tree-for-kustomize", |it| {
        it.write("deploy/kustomization.yaml", "resources: [a.yaml]\n");
        link(it, "../../../etc/hostname", "deploy/a.yaml");
    }),
    ("link-to-nothing", |it| link(it, "../base/a.yaml", "deploy/a.yaml")),
    ("link-to-proc", |it| link(it, "/proc/self/environ", "deploy/a.yaml")),
    ("name-not-utf8", |it| {
        use std::os::unix::ffi::OsStrExt as _;
        it.write(std::ffi::OsStr::from_bytes(b"deploy/b\xff.yaml"), MAP);
    }),
    ("no-rules", |it| fs::remove_file(it.path().join("landfall.yaml")).unwrap()),
    ("rules-misnamed", |it| fs::remove_file(it.path().join("landfall.yaml")).unwrap()),
    ("source-is-a-link", |it| {
        it.write("manifests/a.yaml", MAP);
        link(it, "manifests", "deploy");
    }),
    ("submodule", |it| submodule(it, "deploy/vendor")),
    ("submodule-for-kustomize", |it| {
        it.write("deploy/kustomization.yaml", "resources:\n- ../vendor/base\n");
        submodule(it, "vendor");
    }),
    ("submodule-for-values", |it| submodule(it, "env")),
    ("submodule-is-the-source", |it| submodule(it, "deploy")),
    ("tera-too-deep", |it| {
        let [opened, closed] = ["{% if app %}", "{% endif %}"].map(|tag| tag.repeat(50_000));
        let [open, close] = ["(", ")"].map(|sign| sign.repeat(20_000));
        it.write("deploy/a.yaml.tera", opened + &closed);
        it.write("deploy/b.yaml.tera", format!("a: {{{{ {open}1{close} }}}}\n"));
    }),
    ("thousand-mistakes", |it| it.write("deploy/a.yaml", "apiVersion: v1\nkind: A\n---\n".repeat(1_000))),
];

fn link(it: &Checkout, to: &str, at: &str) {
    let at = it.path().join(at);
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    symlink(to, at).unwrap();
}

fn submodule(it: &Checkout, at: &str) {
    it.write(format!("{at}/base/a.yaml"), MAP);
    it.git(&["init", "-q", at]);
    it.git(&["-C", at, "add", "-A"]);
    it.git(&["-C", at, "commit", "-q", "-m", "vendored"]);
}

#[test]
fn bad_input_is_told_with_its_place_its_text_and_the_next_step() {
    let cases = cases();
    let left = Mutex::new(cases.iter());
    let different = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(case) = { left.lock().unwrap().next() } {
                    different.lock().unwrap().extend(difference(case));
                }
            });
        }
    });
    let different = different.into_inner().unwrap();
    assert!(different.is_empty(), "of {} cases these differ:\n{}", cases.len(), different.join("\n"));
}

#[test]
fn every_made_case_has_its_folder() {
    let known: BTreeSet<String> = cases().iter().map(|case| name(case)).collect();
    let lost: Vec<&str> = MADE.iter().map(|(name, _)| *name).filter(|name| !known.contains(*name)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/bad_input");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> String {
    case.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Returns what differs from what is expected.
fn difference(case: &Path) -> Option<String> {
    let file = case.join("expected.txt");
    let seen = seen(case);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(file, seen).unwrap();
        return None;
    }
    (seen != fs::read_to_string(file).unwrap_or_default()).then(|| format!("{}:\n{seen}", name(case)))
}

/// What a person sees of a case, with a word for what differs from run to run.
fn seen(case: &Path) -> String {
    let checkout = Checkout::with(&[]);
    copy(case, &checkout);
    MADE.iter().filter(|(made, _)| *made == name(case)).for_each(|(_, make)| make(&checkout));
    let commit = checkout.commit();
    let bin = Some(case.join("bin")).filter(|bin| bin.is_dir());
    let started = Instant::now();
    let output = checkout.run_with(&["check"], bin.as_deref());
    assert!(started.elapsed() < Duration::from_secs(TOLD_SECONDS_MAX), "{}: {:?}", case.display(), started.elapsed());
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let said = said
        .replace(&checkout.path().display().to_string(), "@@REPOSITORY@@")
        .replace(&case.display().to_string(), "@@CASE@@")
        .replace(&commit, "@@COMMIT@@")
        .replace(&commit[..7], "@@COMMIT@@");
    for secret in SECRETS {
        assert!(!said.contains(secret), "{}: {said}", case.display());
    }
    let code = output.status.code().unwrap();
    let has_next_step = ["Next step: ", "help: "].iter().any(|sign| said.contains(sign));
    assert!(code == 0 || has_next_step, "{} has no next step: {said}", case.display());
    assert!(!said.contains("/tmp/"), "{} names a folder of the machine: {said}", case.display());
    format!("$ landfall check\n{said}exit code {code}\n")
}

fn copy(case: &Path, checkout: &Checkout) {
    let mut folders = vec![case.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let inside = path.strip_prefix(case).unwrap();
            if path.is_dir() && inside != Path::new("bin") {
                folders.push(path);
            } else if path.is_file() && inside != Path::new("expected.txt") {
                checkout.write(inside, fs::read(&path).unwrap());
            }
        }
    }
}
