//! Credentials that are not accepted, and rights that are missing: what is said, and that nothing is left half done.

use landfall_fakehost::Change::{Delete, Write};
use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Answer, Fault, Rule};
use landfall_test_cluster::shared;
use landfall_world::{MAIN, REPOSITORY, World};
use serde_json::{Value, json};

use crate::{binary, config_map, rules, world};

const A: &str = "deploy/a.yaml";
const B: &str = "deploy/b.yaml";
/// What a deploy does to `ConfigMaps`.
const EVERY_VERB: [&str; 7] = ["get", "list", "watch", "create", "update", "patch", "delete"];

#[tokio::test]
async fn a_token_that_is_not_accepted_names_the_server_and_what_to_renew() {
    let (mut world, namespace) = world(&[(A, &config_map("a", "1"))]).await;
    let cluster = shared().await;
    let folder = tempfile::tempdir().unwrap();
    let expired = folder.path().join("expired");
    std::fs::write(&expired, with_token(&std::fs::read_to_string(cluster.kubeconfig(&Identity::Deployer)).unwrap()))
        .unwrap();
    for variable in ["LANDFALL_PLAN_KUBECONFIG", "LANDFALL_DEPLOY_KUBECONFIG"] {
        world.set(variable, &expired.display().to_string());
    }
    let changed = config_map("a", "2");
    let proposal = world.propose("change", "change a", &[(A, Write(&changed))]).await.unwrap();
    for job in [world.plan(proposal).await.unwrap(), world.merge(proposal).await.unwrap()] {
        assert_eq!(job.code, 8, "{}", job.everything());
        let told = format!("the API server {}/ does not accept the credentials", cluster.server());
        assert!(job.stdout.contains(&told), "{told}: {}", job.stdout);
        assert!(job.stdout.contains("Next step: The token or certificate has expired"), "{}", job.stdout);
    }
    assert_eq!(objects(&namespace).await, "", "nothing was written");
}

#[tokio::test]
async fn a_cluster_that_may_not_be_asked_what_it_serves_names_the_rule() {
    let cluster = ControlPlane::start().await;
    for binding in ["system:discovery", "system:public-info-viewer"] {
        assert!(cluster.kubectl(&["delete", "clusterrolebinding", binding]).status.success());
    }
    let namespace = cluster.namespace("story").await.name;
    let files = [("landfall.yaml", rules(&namespace)), (A, config_map("a", "1"))];
    let mut world =
        World::with_files(binary(), &files.each_ref().map(|(path, text)| (*path, text.as_str()))).await.unwrap();
    world.set_token("");
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &cluster.kubeconfig(&Identity::Deployer).display().to_string());
    for (path, role) in [("/version", "system:public-info-viewer"), ("/api", "system:discovery")] {
        let job = world.deploy().await.unwrap();
        assert_eq!(job.code, 8, "{}", job.everything());
        let rule = format!(r#"{{nonResourceURLs: ["{path}"], verbs: ["get"]}}"#);
        assert!(job.stdout.contains(&rule), "{rule}: {}", job.stdout);
        let bind = ["create", "clusterrolebinding", role, "--clusterrole", role, "--group", "system:authenticated"];
        assert!(cluster.kubectl(&bind).status.success());
    }
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
}

#[tokio::test]
async fn a_plan_that_may_not_read_names_the_rule_that_would_allow_it() {
    let (mut world, namespace) = world(&[(A, &config_map("a", "1"))]).await;
    set_identity(&mut world, "LANDFALL_PLAN_KUBECONFIG", "reads-nothing").await;
    let changed = config_map("a", "2");
    let proposal = world.propose("change", "change a", &[(A, Write(&changed))]).await.unwrap();
    let job = world.plan(proposal).await.unwrap();
    assert_eq!(job.code, 8, "{}", job.everything());
    let comment = &world.comments(proposal).await.unwrap()[0];
    let rule = format!(
        r#"a Role in the namespace {namespace} with this rule would allow it: {{apiGroups: [""], resources: ["configmaps"], verbs: ["get"]}}"#
    );
    for told in [&job.stdout, comment] {
        let told = told.replace('\\', "");
        assert!(told.to_lowercase().contains(&rule.to_lowercase()), "{rule}: {told}");
        assert!(told.contains(r#"cannot get resource "configmaps""#), "{told}");
    }
}

#[tokio::test]
async fn a_deletion_that_is_forbidden_is_told_kept_in_the_inventory_and_made_up_for() {
    let (mut world, namespace) = world(&[(A, &config_map("a", "1")), (B, &config_map("b", "1"))]).await;
    world.set_token("");
    set_identity(&mut world, "LANDFALL_DEPLOY_KUBECONFIG", "cannot-delete").await;
    grant(&namespace, "cannot-delete", &without("delete")).await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    let changed = config_map("a", "2");
    let files = [(A, Write(changed.as_str())), (B, Delete)];
    world.host.push_files(REPOSITORY, MAIN, &files, "change a, drop b").await.unwrap();
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 5, "{}", job.everything());
    let rule = r#"{apiGroups: [""], resources: ["configmaps"], verbs: ["delete"]}"#;
    for told in [r#"cannot delete resource "configmaps""#, &format!("a Role in the namespace {namespace}"), rule] {
        assert!(job.stdout.contains(told), "{told}: {}", job.stdout);
    }
    assert_eq!(objects(&namespace).await, "a=2 b=1");
    assert_eq!(holder(&namespace).await, "");
    assert_eq!(recorded(&namespace).await, ["a", "b"]);

    grant(&namespace, "cannot-delete", &EVERY_VERB).await;
    let next = world.deploy().await.unwrap();
    assert_eq!(next.code, 0, "{}", next.everything());
    assert_eq!(objects(&namespace).await, "a=2");
    assert_eq!(recorded(&namespace).await, ["a"]);
}

#[tokio::test]
async fn a_write_that_is_forbidden_gives_up_the_lock_and_writes_nothing() {
    let (mut world, namespace) = world(&[(A, &config_map("a", "1"))]).await;
    world.set_token("");
    set_identity(&mut world, "LANDFALL_DEPLOY_KUBECONFIG", "cannot-patch").await;
    grant(&namespace, "cannot-patch", &without("patch")).await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 4, "{}", job.everything());
    let rule = r#"{apiGroups: [""], resources: ["configmaps"], verbs: ["patch"]}"#;
    for told in [r#"cannot patch resource "configmaps""#, rule] {
        assert!(job.stdout.contains(told), "{told}: {}", job.stdout);
    }
    assert_eq!(objects(&namespace).await, "");
    assert_eq!(holder(&namespace).await, "");

    grant(&namespace, "cannot-patch", &EVERY_VERB).await;
    let next = world.deploy().await.unwrap();
    assert_eq!(next.code, 0, "{}", next.everything());
    assert_eq!(objects(&namespace).await, "a=1");
}

/// Returns a kubeconfig with a token that the server never gave.
fn with_token(kubeconfig: &str) -> String {
    let mut kubeconfig: Value = serde_json::from_str(kubeconfig).unwrap();
    kubeconfig["users"][0]["user"] = json!({"token": "expired"});
    kubeconfig.to_string()
}

async fn set_identity(world: &mut World, variable: &str, user: &str) {
    let identity = Identity::Other { user: user.to_owned(), group: "denied".to_owned() };
    let cluster = shared().await;
    world.set(variable, &cluster.kubeconfig(&identity).display().to_string());
}

fn without(verb: &str) -> Vec<&'static str> {
    EVERY_VERB.into_iter().filter(|it| *it != verb).collect()
}

/// Gives a user what a deploy needs in a namespace, with exactly these verbs on `ConfigMaps`.
async fn grant(namespace: &str, user: &str, verbs: &[&str]) {
    let rules = json!([
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs},
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "update"]},
        {"apiGroups": ["", "apps"], "resources": ["events", "pods", "replicasets"], "verbs": ["get", "list", "watch"]},
    ]);
    let metadata = json!({"name": user, "namespace": namespace});
    let objects = json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": rules},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": user},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
        },
    ]});
    let cluster = shared().await;
    let output = cluster.kubectl_with_input(&["apply", "-f", "-"], &objects.to_string());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Returns the deployed `ConfigMap`s as "name=value".
async fn objects(namespace: &str) -> String {
    let template = "{range .items[*]}{.metadata.name}={.data.key} {end}";
    get(namespace, &["configmaps", "-l", "landfall.dev/inventory"], template).await
}

async fn holder(namespace: &str) -> String {
    get(namespace, &["lease/landfall-shop-production"], "{.spec.holderIdentity}").await
}

/// Returns the names that the inventory has.
async fn recorded(namespace: &str) -> Vec<String> {
    let text = get(namespace, &["configmap/landfall-shop-production"], "{.data.inventory\\.json}").await;
    let inventory: Value = serde_json::from_str(&text).unwrap();
    let entries = inventory["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}

async fn get(namespace: &str, what: &[&str], template: &str) -> String {
    let jsonpath = format!("jsonpath={template}");
    let arguments = [&["get"], what, &["-n", namespace, "-o", &jsonpath]].concat();
    let output = shared().await.kubectl(&arguments);
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn credentials_that_ran_out_are_renewed_once() {
    let (mut world, _) = crate::world(&[("deploy/a.yaml", &crate::config_map("a", "1"))]).await;
    world.set_token("");
    let proxy = shared().await.proxy(&Identity::Deployer);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    let unknown = Answer { status: 401, retry_after_seconds: None, body: "Unauthorized".to_owned() };
    // The first read and the first write.
    proxy.add(Rule::always(Fault::Answer(unknown.clone())).method("GET").nth(1));
    proxy.add(Rule::always(Fault::Answer(unknown.clone())).method("POST").nth(1));
    let deployed = world.deploy().await.unwrap();
    assert_eq!(deployed.code, 0, "{}", deployed.everything());

    proxy.reset();
    proxy.add(Rule::always(Fault::Answer(unknown)));
    let refused = world.deploy().await.unwrap();
    assert_ne!(refused.code, 0);
    let asked: Vec<String> = proxy.requests().into_iter().map(|request| request.uri).collect();
    let twice = |uri: &String| asked.iter().filter(|other| *other == uri).count() == 2;
    assert!(asked.iter().all(twice), "{asked:?}: {}", refused.everything());
}
