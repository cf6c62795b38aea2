//! Each case under `cases/order` is a set, and the rounds in which it is sent, or everything that is wrong with its order.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use landfall_core::manifest::{Compat, Defaults, Manifest, ObjectId, ScopeTable, SourceFile, normalise, read};
use landfall_core::order::{self, Occasion, Order};
use shown::problems;

#[path = "world/shown.rs"]
mod shown;

#[test]
fn sets_are_put_in_order() {
    let cases = cases();
    assert!(!cases.is_empty());
    for case in cases {
        let expected = fs::read_to_string(case.join("expected.txt")).unwrap_or_default();
        assert_eq!(outcome(&case), expected, "{}", case.display());
    }
}

#[test]
fn the_order_does_not_depend_on_the_input() {
    let forwards = set(SET);
    let backwards: Vec<Manifest> = forwards.iter().rev().cloned().collect();
    assert_eq!(order::of(&forwards, Occasion::First).unwrap(), order::of(&backwards, Occasion::First).unwrap());
}

#[test]
fn nothing_gives_no_round() {
    assert!(order::of(&[], Occasion::First).unwrap().rounds.is_empty());
}

#[test]
fn what_needs_a_missing_object_is_stopped_and_what_does_not_is_not() {
    let order = order::of(&set(SET), Occasion::Later).unwrap();
    assert_eq!(stopped(&order, &["ConfigMap/settings"]), ["Deployment/web"]);
    assert_eq!(stopped(&order, &["Service/web"]), ["Ingress/web"]);
    assert_eq!(stopped(&order, &["Deployment/web"]), ["HorizontalPodAutoscaler/web"]);
    assert_eq!(stopped(&order, &["NetworkPolicy/deny"]), ["Deployment/other", "Deployment/web"]);
}

const SET: &str = "
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny}, spec: {podSelector: {}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}
---
{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: a, envFrom: [{configMapRef: {name: settings}}]}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: other}, spec: {template: {spec: {containers: [{name: a}]}}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}}
";

/// Returns what is stopped when these are missing, without what is stopped by that.
fn stopped(order: &Order, missing: &[&str]) -> Vec<String> {
    let all: Vec<&ObjectId> = order.rounds.iter().flat_map(|round| round.levels.iter().flatten()).collect();
    let missing: BTreeSet<ObjectId> =
        all.iter().filter(|id| missing.contains(&id.to_string().as_str())).map(|id| (*id).clone()).collect();
    assert_eq!(missing.len(), 1);
    let stopped: BTreeSet<String> =
        all.iter().filter(|id| order.is_stopped(id, &missing)).map(ToString::to_string).collect();
    stopped.into_iter().collect()
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/order");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn set(text: &str) -> Vec<Manifest> {
    let manifests = read(&SourceFile::new("input.yaml", text), Compat::Strict).unwrap();
    let kinds = ScopeTable::builtin().with_crds(&manifests);
    normalise(manifests, &kinds, &Defaults { namespace: "shop".to_owned() }).unwrap().manifests
}

/// Returns the order of a first deploy, and that of a later one where it is another.
fn outcome(case: &Path) -> String {
    let set = set(&fs::read_to_string(case.join("input.yaml")).unwrap());
    match (order::of(&set, Occasion::First), order::of(&set, Occasion::Later)) {
        (Ok(first), Ok(later)) if first == later => shown(&first),
        (Ok(first), Ok(later)) => format!("first deploy\n{}\nlater deploys\n{}", shown(&first), shown(&later)),
        (Err(errors), _) | (_, Err(errors)) => problems(errors.all()),
    }
}

fn shown(order: &Order) -> String {
    let mut text = String::new();
    for round in &order.rounds {
        write!(text, "{:?} {}", round.place.phase, round.place.wave).unwrap();
        let awaited: Vec<String> = round.awaits.iter().map(ToString::to_string).collect();
        writeln!(text, "{}", if awaited.is_empty() { String::new() } else { format!(", when {}", awaited.join(" ")) })
            .unwrap();
        for level in &round.levels {
            let level: Vec<String> = level.iter().map(ToString::to_string).collect();
            writeln!(text, "    {}", level.join(" ")).unwrap();
        }
    }
    text
}
