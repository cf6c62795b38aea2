//! What the lint says of a scalar against what the real Kustomize makes of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking and says what it counted")]
#![expect(clippy::disallowed_types, reason = "the process is what the lint is judged by")]

use std::fs;
use std::path::Path;
use std::process::Command;

use landfall_core::manifest::{Compat, SourceFile, two_readings, values};

const BUILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/control-plane/build.sh");

const WORDS: &[&str] = &[
    "y",
    "Y",
    "yes",
    "Yes",
    "YES",
    "n",
    "N",
    "no",
    "No",
    "on",
    "On",
    "ON",
    "off",
    "OFF",
    "true",
    "True",
    "TRUE",
    "false",
    "yEs",
    "~",
    "null",
    "Null",
    "0",
    "0644",
    "0o17",
    "0x1F",
    "0b11",
    "1_000",
    "-0b11",
    "08",
    "1e3",
    "1.10",
    "1.0",
    ".5",
    "12:30",
    "2001-12-14",
    "2001-1-2",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43",
    "2001-99-99",
    "a",
    "<<",
];

#[test]
fn scalars_that_kustomize_changes_are_the_ones_that_are_named() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("two-readings");
    fs::create_dir_all(&folder).unwrap();
    let list = format!("- {}\n", WORDS.join("\n- "));
    let text = format!("apiVersion: t.io/v1\nkind: Thing\nmetadata: {{name: a}}\nv:\n{list}");
    fs::write(folder.join("thing.yaml"), &text).unwrap();
    fs::write(folder.join("kustomization.yaml"), "resources: [thing.yaml]\nnamePrefix: x-\n").unwrap();
    let output = Command::new(binary()).arg("build").arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let read = |bytes: Vec<u8>| values(&SourceFile::new("a.yaml", bytes), Compat::Kubectl).unwrap().remove(0);
    let (plain, built) = (read(text.clone().into_bytes()), read(output.stdout));
    let changed: Vec<&str> =
        WORDS.iter().enumerate().filter(|(at, _)| plain["v"][at] != built["v"][at]).map(|(_, word)| *word).collect();
    let named = two_readings(&SourceFile::new("thing.yaml", text.clone()));
    let named: Vec<&str> = named.into_iter().map(|found| &text[found.span]).collect();
    assert_eq!(named, changed);
}

fn binary() -> String {
    let output = Command::new(BUILD).arg("--print").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let path = printed.lines().find_map(|line| line.strip_prefix("KUSTOMIZE=")).unwrap().to_owned();
    if !Path::new(&path).exists() {
        assert!(Command::new(BUILD).arg("kustomize").status().unwrap().success());
    }
    path
}
