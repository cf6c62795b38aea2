//! Objects with a random past, written by many tools and people: what their adoption shows is what it does.

use std::fmt::Write as _;

use landfall_fakehost::Change;
use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::shared;
use serde_json::{Value, json};

use super::ruled;
use crate::adopt::{as_planned, differences};
use crate::chance::{Chance, number};
use crate::world;

/// Objects of one run; every other one has its keys as items of a list.
const OBJECTS: usize = 14;
/// Most writes before the adoption.
const WRITES_MAX: usize = 4;
const TOOLS: [&str; 6] = ["kubectl", "helm", "argocd-controller", "kustomize-controller", "other", "landfall:a/b/0"];

/// Returns some of the keys, each with a value.
fn pairs(chance: &mut Chance) -> Vec<(&'static str, usize)> {
    let keys = ["a", "b", "c", "d", "e"];
    let some: Vec<_> = keys.into_iter().filter(|_| chance.below(3) > 0).collect();
    some.into_iter().chain(["z"]).map(|key| (key, chance.below(3))).collect()
}

/// Writes an object with these pairs as its data, or as the environment of its container.
fn manifest(at: usize, pairs: &[(&str, usize)], metadata: &str) -> String {
    let name = format!("metadata: {{name: o{at}{metadata}}}");
    if at.is_multiple_of(2) {
        let data: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}: '{value}'")).collect();
        return format!("apiVersion: v1\nkind: ConfigMap\n{name}\ndata: {{{}}}\n", data.join(", "));
    }
    let env: Vec<String> = pairs.iter().map(|(key, value)| format!("{{name: {key}, value: '{value}'}}")).collect();
    format!(
        "apiVersion: apps/v1\nkind: Deployment\n{name}\nspec: {{replicas: 0, selector: {{matchLabels: {{app: o{at}}}}}, \
         template: {{metadata: {{labels: {{app: o{at}}}}}, spec: {{containers: [{{name: c, image: 'a:1', env: [{}]}}]}}}}}}\n",
        env.join(", ")
    )
}

fn kind(at: usize) -> &'static str {
    if at.is_multiple_of(2) { "configmap" } else { "deployment" }
}

/// Lets somebody write the object, and says who and what.
fn write(chance: &mut Chance, at: usize, namespace: &str, told: &mut String, cluster: &ControlPlane) {
    let (pairs, name) = (pairs(chance), format!("o{at}"));
    let (mut args, mut input) = (vec!["-n", namespace], String::new());
    let manager = format!("--field-manager={}", TOOLS[chance.below(TOOLS.len())]);
    let patch = match pairs.first() {
        Some((key, value)) if at.is_multiple_of(2) => json!({"data": {*key: value.to_string()}}),
        Some((key, value)) => {
            let env = json!([{"name": key, "value": value.to_string()}]);
            json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "env": env}]}}}})
        }
        None => Value::Null,
    };
    let patch = patch.to_string();
    let nobody = r#"[{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}]"#;
    // The first write makes the object.
    match if told.is_empty() { chance.below(2) } else { chance.below(5) } {
        0 => {
            args.extend(["apply", "-f", "-"]);
            input = manifest(at, &pairs, "");
        }
        1 | 2 => {
            args.extend(["apply", "--server-side", "--force-conflicts", &manager, "-f", "-"]);
            input = manifest(at, &pairs, "");
        }
        3 => args.extend(["patch", kind(at), &name, "--field-manager=kubectl-edit", "-p", &patch]),
        _ => args.extend(["patch", kind(at), &name, "--type=json", "-p", nobody]),
    }
    let output = cluster.kubectl_with_input(&args, &input);
    let _ = writeln!(told, "{args:?} {input}");
    assert!(output.status.success(), "{told}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_object_s_past_its_adoption_does_what_its_plan_shows() {
    let seed = number("LANDFALL_TEST_SEED").unwrap_or(std::process::id() as usize);
    println!("seed {seed}");
    let chance = &mut Chance::of(seed);
    let (world, namespace) = world(&[("deploy/first.yaml", &crate::config_map("first", "1"))]).await;
    let cluster = shared().await;
    let (mut git, mut pasts) = (String::new(), Vec::new());
    for at in 0..OBJECTS {
        let mut past = String::new();
        for _ in 0..=chance.below(WRITES_MAX) {
            write(chance, at, &namespace, &mut past, cluster);
        }
        let adopt = ["'true'", "whole"][chance.below(2)];
        let wanted = manifest(at, &pairs(chance), &format!(", annotations: {{landfall.dev/adopt: {adopt}}}"));
        pasts.push(format!("{past}{wanted}"));
        let _ = write!(git, "---\n{wanted}");
    }
    let env = "\"spec.template.spec.containers[*].env\"";
    let rules =
        ruled(&namespace, &format!("conflicts: [{{path: data, resolve: ours}}, {{path: {env}, resolve: ours}}]"));
    world.host.push_files("acme/shop", "main", &[("landfall.yaml", Change::Write(&rules))], "rules").await.unwrap();
    let proposal = world.propose("adopt", "adopt all", &[("deploy/all.yaml", Change::Write(&git))]).await.unwrap();
    let (before, planned) = (live(&namespace, cluster), differences(&world, proposal).await);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "seed {seed}: {} {}", pasts.join("\n"), merged.everything());
    let after = live(&namespace, cluster);
    println!("{}", pasts.join("\n"));
    as_planned(&planned, &before, &after);
    let again = world.deploy().await.unwrap();
    assert!(again.stderr.contains("0 new, 0 changed, 0 deleted"), "seed {seed}: {}", again.everything());
}

fn live(namespace: &str, cluster: &ControlPlane) -> Value {
    let names: Vec<String> = (0..OBJECTS).map(|at| format!("{}/o{at}", kind(at))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let args = [&["get", "-n", namespace, "-o", "json", "--show-managed-fields"], names.as_slice()].concat();
    serde_json::from_slice(&cluster.kubectl(&args).stdout).unwrap()
}
