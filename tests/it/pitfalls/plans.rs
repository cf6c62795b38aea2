//! What a plan says before anything is written: rows 23 to 29 and 32.

use landfall_fakehost::Change::Write;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Answer, Fault, Proxy, Rule};
use landfall_test_cluster::shared;
use landfall_world::{MAIN, REPOSITORY, World};
use serde_json::json;

use super::{deployed, kubectl, live, map, proposed, pushed};
use crate::world;

const A: &str = "deploy/a.yaml";

fn deployment(name: &str, app: &str, more: &str, replicas: usize) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}{more}}}\nspec:\n  replicas: {replicas}\n  \
         selector: {{matchLabels: {{app: {app}}}}}\n  template:\n    metadata: {{labels: {{app: {app}}}}}\n    \
         spec: {{containers: [{{name: main, image: 'e.example/a:1'}}]}}\n"
    )
}

fn definition(group: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: widgets.{group}}}\nspec:\n  group: {group}\n  \
         scope: Namespaced\n  names: {{kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}}\n  versions:\n  - name: v1\n    \
         served: true\n    storage: true\n    schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{size: {{type: integer}}}}}}}}}}}}\n"
    )
}

/// Lets every job go through a server that answers some requests itself, as long as what it returns lives.
async fn behind(world: &mut World, rule: Rule) -> Vec<Proxy> {
    let cluster = shared().await;
    let identities =
        [("LANDFALL_PLAN_KUBECONFIG", Identity::Planner), ("LANDFALL_DEPLOY_KUBECONFIG", Identity::Deployer)];
    let between = identities.map(|(variable, identity)| {
        let proxy = cluster.proxy(&identity);
        proxy.add(rule.clone());
        world.set(variable, &proxy.kubeconfig().display().to_string());
        proxy
    });
    between.into()
}

#[tokio::test]
async fn pitfall_23_new_namespace() {
    let (mut world, namespace) = world(&[(A, &map("a", "a: '1'"))]).await;
    let everywhere = shared().await.kubeconfig(&Identity::ClusterDeployer);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &everywhere.display().to_string());
    let new = format!("{namespace}-new");
    let target = format!("{{cluster: test, namespace: {new}, state: {{namespace: {namespace}}}}}");
    let rules = crate::rules(&namespace).replace(&format!("{{cluster: test, namespace: {namespace}}}"), &target);
    world.host.push_files(REPOSITORY, MAIN, &[("landfall.yaml", Write(&rules))], "move").await.unwrap();
    let brought = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {new}}}\n");
    let proposal = proposed(&world, &[("deploy/z.yaml", &brought)]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    for said in ["creates 1 object and sends unverified 1", "Its namespace comes with this change"] {
        assert!(plan.summary.contains(said), "{said}: {}", plan.summary);
    }
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    assert_eq!(live(&new, "configmap/a").await["data"], json!({"a": "1"}));
    live(&namespace, &format!("configmap/landfall-shop-production-{new}")).await;
    let again = deployed(&world).await;
    assert!(again.stderr.contains("0 new, 0 changed, 0 deleted, 2 the same"), "{}", again.everything());
}

#[tokio::test]
async fn pitfall_24_new_crd_and_cr() {
    let (world, namespace) = world(&[("deploy/b.yaml", &map("b", "b: '1'"))]).await;
    let group = format!("{namespace}.test.landfall.dev");
    let widget =
        |size: &str| format!("apiVersion: {group}/v1\nkind: Widget\nmetadata: {{name: a}}\nspec: {{size: {size}}}\n");
    let wrong = proposed(&world, &[("deploy/crd.yaml", &definition(&group)), (A, &widget("big"))]).await;
    let plan = world.plan(wrong).await.unwrap();
    for said in ["deploy/a.yaml:4", "size", "its definition comes with this change"] {
        assert!(plan.stdout.to_lowercase().contains(said), "{said}: {}", plan.everything());
    }
    let files = [("deploy/crd.yaml", definition(&group)), (A, widget("3"))];
    let job = pushed(&world, &files.each_ref().map(|(path, text)| (*path, Write(text.as_str())))).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    assert_eq!(live(&namespace, &format!("widgets.{group}/a")).await["spec"]["size"], 3);
    kubectl(&["delete", "crd", &format!("widgets.{group}")], "").await;
}

#[tokio::test]
async fn pitfall_25_immutable_selector() {
    let (world, namespace) = world(&[(A, &deployment("a", "old", "", 2))]).await;
    deployed(&world).await;
    let uid = live(&namespace, "deployment/a").await["metadata"]["uid"].clone();
    let proposal =
        proposed(&world, &[(A, &deployment("a", "new", "", 2)), ("deploy/b.yaml", &map("b", "b: '1'"))]).await;
    let plan = world.plan(proposal).await.unwrap();
    for said in ["replaces 1", "`spec.selector`", "stops 2 pods before new ones run", "landfall.dev/allow: replace"] {
        assert!(plan.summary.contains(said), "{said}: {}", plan.summary);
    }
    let held = world.merge(proposal).await.unwrap();
    assert_eq!(held.code, 4, "{}", held.everything());
    assert_eq!(live(&namespace, "deployment/a").await["metadata"]["uid"], uid);
    assert!(
        kubectl(&["get", "configmaps", "-n", &namespace, "-o", "name"], "")
            .await
            .lines()
            .all(|name| !name.ends_with("/b"))
    );

    let allowed = deployment("a", "new", ", annotations: {landfall.dev/allow: replace}", 2);
    let job = pushed(&world, &[(A, Write(&allowed))]).await;
    assert_eq!(job.code, 0, "{}", job.everything());
    let after = live(&namespace, "deployment/a").await;
    assert_ne!(after["metadata"]["uid"], uid);
    assert_eq!(after["spec"]["selector"]["matchLabels"], json!({"app": "new"}));
}

#[tokio::test]
async fn pitfall_25_immutable_selector_by_a_persons_word() {
    let (world, namespace) = world(&[(A, &deployment("a", "old", "", 0))]).await;
    deployed(&world).await;
    let job = pushed(&world, &[(A, Write(&deployment("a", "new", "", 0)))]).await;
    assert_eq!(job.code, 4, "{}", job.everything());
    let event = world.push_event().await.unwrap();
    let asked = ["deploy", "--reason", "new labels", "--allow", "Deployment/a=replace"];
    let job = world.command(&event, &asked).await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert_eq!(live(&namespace, "deployment/a").await["spec"]["selector"]["matchLabels"], json!({"app": "new"}));
}

#[tokio::test]
async fn pitfall_26_job_template_change() {
    let job = |image: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a, annotations: {{landfall.dev/phase: pre}}}}\nspec:\n  \
             template: {{spec: {{restartPolicy: Never, containers: [{{name: a, image: '{image}'}}]}}}}\n"
        )
    };
    let (world, namespace) = world(&[(A, &job("e.example/a:1"))]).await;
    deployed(&world).await;
    let uid = live(&namespace, "job/a").await["metadata"]["uid"].clone();
    let again = pushed(&world, &[(A, Write(&job("e.example/a:2")))]).await;
    assert_eq!(again.code, 0, "{}", again.everything());
    let after = live(&namespace, "job/a").await;
    assert_ne!(after["metadata"]["uid"], uid);
    assert_eq!(after["status"]["succeeded"], 1);
}

#[tokio::test]
async fn pitfall_27_webhook_side_effects() {
    let (mut world, _) = world(&[(A, &map("a", "a: '1'"))]).await;
    let body = "admission webhook \"w.example\" does not support dry run";
    let no = Answer { status: 400, retry_after_seconds: None, body: body.to_owned() };
    let _between = behind(&mut world, Rule::always(Fault::Answer(no)).containing("configmaps/a?")).await;
    let proposal = proposed(&world, &[("deploy/b.yaml", &map("b", "b: '1'"))]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    assert!(plan.summary.contains("could not be checked") && plan.summary.contains("w.example"), "{}", plan.summary);
}

#[tokio::test]
async fn pitfall_28_webhook_down() {
    let (mut world, namespace) = world(&[(A, &map("a", "a: '1'"))]).await;
    let down = "Internal error occurred: failed calling webhook \"w.example\": connection refused";
    let answer = Answer { status: 500, retry_after_seconds: None, body: down.to_owned() };
    let _between = behind(&mut world, Rule::always(Fault::Answer(answer)).containing("configmaps/a?").first(2)).await;
    deployed(&world).await;
    live(&namespace, "configmap/a").await;
}

#[tokio::test]
async fn pitfall_28_webhook_down_for_ever() {
    let (world, namespace) = world(&[(A, &map("a", "a: '1'"))]).await;
    let webhook = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": format!("down-{namespace}")},
        "webhooks": [{
            "name": "down.webhook.example", "admissionReviewVersions": ["v1"], "sideEffects": "None",
            "failurePolicy": "Fail", "timeoutSeconds": 1, "clientConfig": {"url": "https://127.0.0.1:1/"},
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "objectSelector": {"matchExpressions": [{"key": "landfall.dev/inventory", "operator": "Exists"}]},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]}],
        }],
    });
    kubectl(&["create", "-f", "-"], &webhook.to_string()).await;
    let job = world.deploy().await.unwrap();
    kubectl(&["delete", "validatingwebhookconfiguration", &format!("down-{namespace}")], "").await;
    assert_ne!(job.code, 0, "{}", job.everything());
    assert!(job.stdout.contains("down.webhook.example"), "{}", job.everything());
}

#[tokio::test]
async fn pitfall_29_quota_sum() {
    let (world, namespace) = world(&[(A, &deployment("a", "a", "", 1))]).await;
    deployed(&world).await;
    kubectl(&["create", "quota", "few", "--hard=pods=3", "-n", &namespace], "").await;
    kubectl(&["wait", "quota/few", "--for=jsonpath={.status.used.pods}=1", "-n", &namespace, "--timeout=30s"], "")
        .await;
    let files = [("deploy/b.yaml", deployment("b", "b", "", 2)), ("deploy/c.yaml", deployment("c", "c", "", 2))];
    let proposal = proposed(&world, &files.each_ref().map(|(path, text)| (*path, text.as_str()))).await;
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    let told = "quota `few` allows 3 of `pods`, and with this there would be 5";
    assert!(plan.summary.contains(told), "{}", plan.summary);
}

#[tokio::test]
async fn pitfall_32_plan_403() {
    let (mut world, namespace) = world(&[(A, &map("a", "a: '1'"))]).await;
    deployed(&world).await;
    let reader = Identity::Other { user: format!("reader-{namespace}"), group: "readers".to_owned() };
    let user = format!("--user={}", reader.user());
    kubectl(&["create", "rolebinding", "reader", "--clusterrole=view", &user, "-n", &namespace], "").await;
    world.set("LANDFALL_PLAN_KUBECONFIG", &shared().await.kubeconfig(&reader).display().to_string());
    let proposal = proposed(&world, &[(A, &map("a", "a: '2'"))]).await;
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    for said in ["could not be checked", "cannot patch resource", "+ a: \"2\""] {
        assert!(plan.summary.contains(said), "{said}: {}", plan.summary);
    }
}
