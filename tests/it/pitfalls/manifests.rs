//! What is written, and what the server makes of it: rows 9 to 22, 30 and 31.

use landfall_fakehost::Change::{Delete, Write};
use landfall_test_cluster::shared;
use landfall_world::World;
use serde_json::{Value, json};

use super::{deployed, kubectl, live, map, proposed, pushed};
use crate::world;

const A: &str = "deploy/a.yaml";

/// A Deployment of one container that has these keys more.
fn deployment(container: &str, spec: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec:\n  replicas: 0\n  selector: {{matchLabels: {{a: a}}}}\n  \
         template:\n    metadata: {{labels: {{a: a}}}}\n    spec: {{{spec}containers: [{{name: main, image: 'e.example/a:1'{container}}}]}}\n"
    )
}

fn service(ports: &str) -> String {
    format!("apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{selector: {{a: a}}, ports: [{ports}]}}\n")
}

async fn first(manifest: &str) -> (World, String) {
    let (world, namespace) = world(&[(A, manifest)]).await;
    deployed(&world).await;
    (world, namespace)
}

/// How often the deployer asked for something of an object.
async fn asked(namespace: &str, name: &str, dry_run: bool) -> usize {
    let audit = shared().await.audit();
    let of_it = audit.iter().filter(|it| it.namespace == namespace && it.name == name && it.verb == "patch");
    of_it.filter(|it| it.user == "landfall-deployer" && it.dry_run == dry_run).count()
}

#[tokio::test]
async fn pitfall_09_stringdata_rename() {
    let secret =
        |field: &str, data: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\n{field}: {{{data}}}\n");
    let (world, namespace) = first(&secret("data", "user: dQ==, pw: cA==")).await;
    let renamed = secret("stringData", "user1: u, pw: p");
    let job = pushed(&world, &[(A, Write(&renamed))]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    assert_eq!(live(&namespace, "secret/a").await["data"], json!({"user1": "dQ==", "pw": "cA=="}));
}

#[tokio::test]
async fn pitfall_10_duplicate_env() {
    let twice = deployment(", env: [{name: FOO, value: '1'}, {name: FOO, value: '2'}]", "");
    let (world, namespace) = world(&[(A, &twice)]).await;
    let proposal = proposed(&world, &[("deploy/b.yaml", &map("b", "b: '1'"))]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert!(plan.stdout.contains("deploy/a.yaml:") && plan.stdout.contains("FOO"), "{}", plan.everything());
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 4, "{}", job.everything());
    assert!(job.stdout.contains(r#"duplicate entries for key [name="FOO"]"#), "{}", job.everything());
    assert_eq!((asked(&namespace, "a", true).await, asked(&namespace, "a", false).await), (1, 0), "it is not repeated");
}

#[tokio::test]
async fn pitfall_11_default_protocol() {
    let (world, namespace) = first(&service("{name: a, port: 80, protocol: TCP}")).await;
    let job = pushed(&world, &[(A, Write(&service("{name: b, port: 80}")))]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    let ports = &live(&namespace, "service/a").await["spec"]["ports"];
    assert_eq!((ports.as_array().unwrap().len(), &ports[0]["name"]), (1, &json!("b")));
}

#[tokio::test]
async fn pitfall_12_same_port_two_protocols() {
    let dns = "{name: udp, port: 53, protocol: UDP}, {name: tcp, port: 53, protocol: TCP}";
    let (world, namespace) = first(&service(dns)).await;
    let again = deployed(&world).await;
    assert!(again.stderr.contains("0 new, 0 changed, 0 deleted, 1 the same"), "{}", again.everything());
    assert_eq!(live(&namespace, "service/a").await["spec"]["ports"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn pitfall_13_noop() {
    let (world, namespace) = first(&map("a", "a: '1'")).await;
    let version = live(&namespace, "configmap/a").await["metadata"]["resourceVersion"].clone();
    let (tried, written) = (asked(&namespace, "a", true).await, asked(&namespace, "a", false).await);
    deployed(&world).await;
    assert_eq!(live(&namespace, "configmap/a").await["metadata"]["resourceVersion"], version);
    assert_eq!((asked(&namespace, "a", true).await, asked(&namespace, "a", false).await), (tried + 1, written));
}

#[tokio::test]
async fn pitfall_14_unknown_field() {
    let wrong = deployment("", "").replace("replicas: 0", "replcias: 0");
    let (world, namespace) = world(&[(A, &wrong), ("deploy/b.yaml", &map("b", "b: '1'"))]).await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 4, "{}", job.everything());
    assert!(job.stdout.contains(".spec.replcias: field not declared in schema"), "{}", job.everything());
    assert_eq!((asked(&namespace, "a", true).await, asked(&namespace, "b", false).await), (1, 0), "nothing is written");
}

#[tokio::test]
async fn pitfall_15_wrong_type() {
    let (world, namespace) = world(&[("deploy/b.yaml", &map("b", "b: '1'"))]).await;
    let wrong = deployment(", env: [{name: PORT, value: 8080}]", "");
    let proposal = proposed(&world, &[(A, &wrong)]).await;
    let plan = world.plan(proposal).await.unwrap();
    for said in ["deploy/a.yaml:", "quotes", "8080"] {
        assert!(plan.stdout.contains(said), "{said}: {}", plan.everything());
    }
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 4, "{}", merged.everything());
    assert_eq!((asked(&namespace, "a", true).await, asked(&namespace, "b", false).await), (1, 0), "nothing is written");
}

#[tokio::test]
async fn pitfall_16_list_kinds() {
    let nested = json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}},
        {"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "b"}}
        ]},
        {"apiVersion": "v1", "kind": "List", "items": []},
    ]});
    let (world, namespace) =
        world(&[("deploy/a.json", &nested.to_string()), ("deploy/b.yaml", "apiVersion: v1\nkind: List\nitems: []\n")])
            .await;
    let job = deployed(&world).await;
    assert!(job.stderr.contains("2 new, 0 changed"), "{}", job.everything());
    live(&namespace, "configmap/a").await;
    live(&namespace, "secret/b").await;
}

#[tokio::test]
async fn pitfall_17_scope_normalise() {
    let (world, namespace) = world(&[(A, &map("a", "a: '1'"))]).await;
    let class = |namespace: &str| {
        format!(
            "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {{name: p-{namespace}, namespace: {namespace}}}\nvalue: 1\n"
        )
    };
    let proposal = proposed(&world, &[("deploy/p.yaml", &class(&namespace))]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert!(
        plan.summary.contains(&format!("Namespace `{namespace}` ignored: this kind lives in no namespace")),
        "{}",
        plan.summary
    );
    deployed(&world).await;
    assert_eq!(live(&namespace, "configmap/a").await["data"], json!({"a": "1"}), "it got the environment's namespace");
}

#[tokio::test]
async fn pitfall_18_generate_name() {
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: a-}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}\n";
    let (world, _) = world(&[(A, job)]).await;
    let refused = world.deploy().await.unwrap();
    assert_eq!(refused.code, 3, "{}", refused.everything());
    assert!(
        refused.stdout.contains("generateName") && refused.stdout.contains("deploy/a.yaml:3"),
        "{}",
        refused.everything()
    );
}

#[tokio::test]
async fn pitfall_19_exported_yaml() {
    let (world, namespace) = world(&[]).await;
    kubectl(&["create", "-n", &namespace, "-f", "-"], &service("{port: 80}")).await;
    let whole = kubectl(&["get", "service", "a", "-n", &namespace, "-o", "yaml", "--show-managed-fields"], "").await;
    kubectl(&["delete", "service", "a", "-n", &namespace], "").await;
    let exported = whole.replace("creationTimestamp: \"", "creationTimestamp: null # \"");
    let job = pushed(&world, &[(A, Write(&exported))]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    for field in ["uid", "resourceVersion", "status", "managedFields"] {
        assert!(job.stdout.contains(field), "{field}: {}", job.everything());
    }
    live(&namespace, "service/a").await;
}

#[tokio::test]
async fn pitfall_20_atomic_tolerations() {
    let tolerations = |keys: &[&str]| {
        let each: Vec<String> = keys.iter().map(|key| format!("{{key: {key}, operator: Exists}}")).collect();
        deployment("", &format!("tolerations: [{}], ", each.join(", ")))
    };
    let (world, namespace) = first(&tolerations(&["a", "b"])).await;
    let proposal = proposed(&world, &[(A, &tolerations(&["b", "c"]))]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert!(plan.summary.contains("- key: a") && plan.summary.contains("- key: c"), "{}", plan.summary);
    assert_eq!(world.merge(proposal).await.unwrap().code, 0);
    let live = live(&namespace, "deployment/a").await;
    let keys: Vec<&str> = live["spec"]["template"]["spec"]["tolerations"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["key"].as_str())
        .collect();
    assert_eq!(keys, ["b", "c"]);
}

#[tokio::test]
async fn pitfall_21_octal_mode() {
    let (_, namespace) =
        first(&deployment("", "volumes: [{name: v, configMap: {name: x, defaultMode: 0644}}], ")).await;
    let live = live(&namespace, "deployment/a").await;
    assert_eq!(live["spec"]["template"]["spec"]["volumes"][0]["configMap"]["defaultMode"], 420);
}

#[tokio::test]
async fn pitfall_22_null_annotation() {
    let null = map("a", "a: '1'").replace("{name: a}", "{name: a, annotations: {gone: null, kept: '1'}}");
    let (_, namespace) = first(&null).await;
    let live = live(&namespace, "configmap/a").await;
    assert_eq!(live["metadata"]["annotations"], json!({"kept": "1"}));
}

#[tokio::test]
async fn pitfall_30_secret_masking() {
    let values = ["old-canary-7", "b2xkLWNhbmFyeS03", "new-canary-8", "bmV3LWNhbmFyeS04"];
    let secret = |value: &str, more: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a{more}}}\ndata: {{key: {value}}}\n")
    };
    let (world, namespace) = world(&[("deploy/b.yaml", &map("b", "b: '1'"))]).await;
    kubectl(&["apply", "-n", &namespace, "-f", "-"], &secret(values[1], "")).await;
    let adopted = secret(values[3], ", annotations: {landfall.dev/adopt: 'true'}");
    let proposal = proposed(&world, &[(A, &adopted)]).await;
    let plan = world.plan(proposal).await.unwrap();
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    let comments = world.comments(proposal).await.unwrap().join("\n");
    for told in [plan.everything(), merged.everything(), comments] {
        assert!(values.iter().all(|value| !told.contains(value)), "{told}");
    }
    let live = live(&namespace, "secret/a").await;
    assert_eq!(live["data"]["key"], values[3]);
    assert!(!live.to_string().contains(values[1]), "the old value is gone with the annotation that had it");
}

#[tokio::test]
async fn pitfall_31_noise() {
    let (world, namespace) = first(&deployment("", "").replace("replicas: 0", "replicas: 1")).await;
    let before: Value = live(&namespace, "deployment/a").await;
    assert!(before["status"]["observedGeneration"].is_number() && before["metadata"]["managedFields"].is_array());
    let again = deployed(&world).await;
    assert!(again.stderr.contains("0 new, 0 changed, 0 deleted, 1 the same"), "{}", again.everything());
    let job = pushed(&world, &[(A, Delete), ("deploy/c.yaml", Write(&map("c", "c: '1'")))]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
}
