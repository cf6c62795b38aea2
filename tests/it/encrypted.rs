//! Files that SOPS encrypted: a proposal compares them as they are, and a deploy alone decrypts them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use landfall_fakehost::Change::Write;
use landfall_test_cluster::shared;
use landfall_world::{Job, Keys, MAIN, REPOSITORY, World, renderers_on_path};
use serde_json::Value;

use crate::{config_map, world};

const CANARY: &str = "canary-5bd0-sops";
const SECRET: &str = "deploy/secret.yaml";
const ONLY_VALUES: [&str; 2] = ["--encrypted-regex", "^(data|stringData)$"];

#[tokio::test]
async fn an_encrypted_secret_is_compared_as_it_is_and_decrypted_where_it_is_written() {
    let keys = Keys::generate();
    let (mut world, namespace) = world(&[(SECRET, &secret(&keys, "key", CANARY))]).await;
    open(&mut world, &keys);
    let first = world.deploy().await.unwrap();
    assert_eq!(first.code, 0, "{}", first.everything());
    assert_eq!(live(&namespace, "key", "token").await, CANARY);
    assert_eq!(live(&namespace, "key", "port").await, "8080");
    assert!(object(&namespace, "key").await.unwrap().get("sops").is_none());

    let again = world.deploy().await.unwrap();
    assert!(again.stdout.contains("nothing changed"), "{}", again.everything());

    // Without the key, and without the program.
    world.set("SOPS_AGE_KEY", "");
    world.set("PATH", "/usr/bin:/bin");
    let rotated = secret(&keys, "key", "canary-c0de-next");
    let proposal = world.propose("rotate", "rotate", &[(SECRET, Write(&rotated))]).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    assert!(plan.stdout.contains("Secret/key") && plan.stdout.contains("token"), "{}", plan.everything());
    assert!(plan.stdout.contains("known at deploy"), "{}", plan.everything());

    open(&mut world, &keys);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    assert_eq!(live(&namespace, "key", "token").await, "canary-c0de-next");
    for job in [&first, &again, &plan, &merged] {
        assert!(!job.everything().contains("canary-"), "{}", job.everything());
    }
}

#[tokio::test]
async fn what_a_renderer_makes_of_encrypted_files_is_decrypted() {
    let keys = Keys::generate();
    let env = keys.encrypt("app.env", &format!("TOKEN={CANARY}\nMODE=fast\n"), &[]);
    let file = keys.encrypt("key.pem", "-----BEGIN-----\nabc\n", &[]);
    let kustomization = "resources: [secret.yaml]\nnamePrefix: x-\nsecretGenerator:\n- name: generated\n  \
        envs: [app.env]\n  files: [key.pem]\n";
    let (mut world, namespace) = world(&[
        ("deploy/kustomization.yaml", kustomization),
        (SECRET, &secret(&keys, "key", CANARY)),
        ("deploy/app.env", &env),
        ("deploy/key.pem", &file),
    ])
    .await;
    open(&mut world, &keys);
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert_eq!(live(&namespace, "x-key", "token").await, CANARY);
    let generated = generated(&namespace).await;
    let data = generated["data"].as_object().unwrap();
    assert_eq!(data.keys().collect::<Vec<_>>(), ["MODE", "TOKEN", "key.pem"]);
    assert_eq!(text(&generated, "TOKEN"), CANARY);
    assert_eq!(text(&generated, "MODE"), "fast");
    assert_eq!(text(&generated, "key.pem"), "-----BEGIN-----\nabc\n");
}

#[tokio::test]
async fn encrypted_values_of_a_chart_are_decrypted_in_what_it_renders() {
    let keys = Keys::generate();
    let values = keys.encrypt("secrets.yaml", &format!("db: {{user: shop, password: {CANARY}}}\n"), &[]);
    let template = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: dsn\n  annotations:\n    \
        checksum: {{ .Values.db | toYaml | sha256sum }}\ndata:\n  dsn: {{ printf \"pg://%s:%s@db\" .Values.db.user \
        .Values.db.password | b64enc }}\n";
    let (mut world, namespace) = world(&[
        ("deploy/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("deploy/templates/a.yaml", template),
        ("deploy/secrets.yaml", &values),
    ])
    .await;
    let rules = crate::rules(&namespace).replace("source:", "render: {helm: {values: [deploy/secrets.yaml]}}, source:");
    world.host.push_files(REPOSITORY, MAIN, &[("landfall.yaml", Write(&rules))], "values").await.unwrap();
    open(&mut world, &keys);
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert_eq!(live(&namespace, "dsn", "dsn").await, format!("pg://shop:{CANARY}@db"));
    assert!(!job.everything().contains("canary-"), "{}", job.everything());
}

#[tokio::test]
async fn what_a_chart_writes_around_encrypted_values_is_right_and_what_it_breaks_is_refused() {
    let keys = Keys::generate();
    let values = keys.encrypt("secrets.yaml", "user: shop\npassword: \"a\\\"b c/d\"\n", &[]);
    let chart = |template: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: made}}\nstringData:\n  out: {template}\n")
    };
    let (mut world, namespace) = world(&[
        ("deploy/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("deploy/templates/a.yaml", &chart("{{ .Values.user | quote }}")),
        ("deploy/secrets.yaml", &values),
        ("docs/a.md", &format!("an example: {}", values.lines().next().unwrap())),
        ("old/secrets.yaml", &values.replace("user:", "usr:")),
    ])
    .await;
    let rules = crate::rules(&namespace).replace("source:", "render: {helm: {values: [deploy/secrets.yaml]}}, source:");
    world.host.push_files(REPOSITORY, MAIN, &[("landfall.yaml", Write(&rules))], "values").await.unwrap();
    open(&mut world, &keys);
    let cases = [
        ("{{ dict \"a\" .Values.password | toJson | quote }}", Ok(r#"{"a":"a\"b c/d"}"#)),
        ("{{ printf \"pg://%s@db\" (.Values.password | urlquery) | quote }}", Ok("pg://a%22b+c%2Fd@db")),
        ("{{ printf \"{%q:%q}\" \"auth\" (printf \"u:%s\" .Values.password | b64enc) | quote }}", Ok("auth")),
        ("{{ .Values.password | trunc 12 | quote }}", Err(())),
        ("{{ .Values.password | lower | quote }}", Err(())),
    ];
    for (template, expected) in cases {
        let text = chart(template);
        world.host.push_files(REPOSITORY, MAIN, &[("deploy/templates/a.yaml", Write(&text))], template).await.unwrap();
        let job = world.deploy().await.unwrap();
        match expected {
            Ok("auth") => {
                let said: Value = serde_json::from_str(&live(&namespace, "made", "out").await).unwrap();
                let inner = STANDARD.decode(said["auth"].as_str().unwrap()).unwrap();
                assert_eq!(inner, b"u:a\"b c/d", "{}", job.everything());
            }
            Ok(value) => assert_eq!(live(&namespace, "made", "out").await, value, "{}", job.everything()),
            Err(()) => {
                assert_eq!(job.code, 3, "{template}: {}", job.everything());
                assert!(
                    told(&job).contains("no encrypted file of the commit has the value of `out`"),
                    "{}",
                    job.stdout
                );
            }
        }
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_decrypted_says_why_and_nothing_is_written() {
    let (keys, others) = (Keys::generate(), Keys::generate());
    let good = secret(&keys, "key", CANARY);
    let (mut world, namespace) = world(&[(SECRET, &good), ("deploy/a.yaml", &config_map("a", "1"))]).await;
    let tampered = good.replace("name: key", "name: kez");
    let cases = [
        ("no key", good.as_str(), "", format!("no key of this job opens it; it is encrypted for {}", keys.recipient)),
        ("another key", &good, others.identity.as_str(), format!("it is encrypted for {}", keys.recipient)),
        ("changed", &tampered, &keys.identity, "it was changed without SOPS".to_owned()),
    ];
    for (name, file, key, said) in cases {
        world.host.push_files(REPOSITORY, MAIN, &[(SECRET, Write(file))], name).await.ok();
        open(&mut world, &keys);
        world.set("SOPS_AGE_KEY", key);
        let job = world.deploy().await.unwrap();
        assert_eq!(job.code, 3, "{name}: {}", job.everything());
        let told = told(&job);
        assert!(told.contains(&format!("{SECRET} cannot be decrypted: ")) && told.contains(&said), "{name}: {told}");
        assert!(object(&namespace, "key").await.is_none(), "{name}");
    }
    world.host.push_files(REPOSITORY, MAIN, &[(SECRET, Write(&good))], "good").await.unwrap();
    world.set("PATH", "/usr/bin:/bin");
    let job = world.deploy().await.unwrap();
    assert!(told(&job).contains("the program `sops` cannot be used: it is not on PATH"), "{}", job.everything());
}

#[tokio::test]
async fn what_the_cluster_would_show_to_everybody_is_not_decrypted_into_it() {
    let keys = Keys::generate();
    let open_map = keys.encrypt("a.yaml", &config_map("a", CANARY), &["--encrypted-regex", "^data$"]);
    let whole = keys.encrypt("a.yaml", &config_map("a", CANARY), &[]);
    let (mut world, _) = world(&[(SECRET, &secret(&keys, "key", CANARY))]).await;
    open(&mut world, &keys);
    for (branch, file, said) in
        [("map", open_map, "deploy/a.yaml:6:10: `/data/key`"), ("all", whole, "deploy/a.yaml:1:13: `/apiVersion`")]
    {
        let files = [("deploy/a.yaml", Write(file.as_str()))];
        let proposal = world.propose(branch, branch, &files).await.unwrap();
        let plan = world.plan(proposal).await.unwrap();
        assert_eq!(plan.code, 3, "{}", plan.everything());
        let said = format!("{said} is encrypted by SOPS, and only the values of a Secret can be");
        assert!(plan.stdout.contains(&said), "{}", plan.stdout);
    }
}

fn secret(keys: &Keys, name: &str, token: &str) -> String {
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\nstringData:\n  token: {token}\n  port: \"8080\"\n"
    );
    keys.encrypt("secret.yaml", &text, &ONLY_VALUES)
}

/// Gives the jobs what a deploying job has: the key, and the programs.
fn open(world: &mut World, keys: &Keys) {
    world.set("SOPS_AGE_KEY", &keys.identity);
    world.set("PATH", &renderers_on_path(&["kustomize", "helm", "sops"]));
}

/// Returns what a job says, on one line.
fn told(job: &Job) -> String {
    job.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn object(namespace: &str, name: &str) -> Option<Value> {
    let arguments = ["get", "secret", name, "-n", namespace, "-o", "json", "--ignore-not-found"];
    serde_json::from_slice(&shared().await.kubectl(&arguments).stdout).ok()
}

async fn live(namespace: &str, name: &str, key: &str) -> String {
    text(&object(namespace, name).await.unwrap(), key)
}

fn text(secret: &Value, key: &str) -> String {
    String::from_utf8(STANDARD.decode(secret["data"][key].as_str().unwrap()).unwrap()).unwrap()
}

async fn generated(namespace: &str) -> Value {
    let output = shared().await.kubectl(&["get", "secrets", "-n", namespace, "-o", "json"]);
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let is_generated = |secret: &&Value| secret["metadata"]["name"].as_str().unwrap().starts_with("x-generated-");
    list["items"].as_array().unwrap().iter().find(is_generated).unwrap().clone()
}
