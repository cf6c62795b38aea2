//! One rule takes over what a tool kept for an app: the first deploy removes what Git has dropped, objects too, and
//! leaves alone what is somebody else's.

use landfall_fakehost::Change::Write;
use landfall_test_cluster::shared;
use landfall_world::{MAIN, REPOSITORY, World};

use crate::adopt::{ARGO, FLUX, LIVE, install, marked, marks_of, unchanged};
use crate::pitfalls::{kubectl, ruled};
use crate::{config_map, world};

/// What Git has of the app: one key, one variable, one port and one object less than is live.
fn kept() -> String {
    LIVE.replace(", dropped: '1'", "")
        .replace(", {name: old, port: 81}", "")
        .replace(", {name: DROPPED, value: '1'}", "")
        .replace("image: example.com/web:1", "image: example.com/web:2")
}

/// A repository that has nothing of the app yet, and the rule that says who keeps it.
async fn ruled_world(rule: &str) -> (World, String) {
    let (world, namespace) = world(&[("deploy/first.yaml", &config_map("first", "1"))]).await;
    let rules = ruled(&namespace, &format!("adopt: ['{}']", rule.replace("NAMESPACE", &namespace)));
    world.host.push_files(REPOSITORY, MAIN, &[("landfall.yaml", Write(&rules))], "adopt").await.unwrap();
    (world, namespace)
}

/// Puts the app's objects, and one more, into the cluster.
async fn put(namespace: &str, command: &[&str], (part, marks): (&str, &str)) {
    let of_extra = marks_of(marks, "/ConfigMap", "extra");
    let extra = config_map("extra", "1").replace("{name: extra}", &format!("{{name: extra, {part}: {{{of_extra}}}}}"));
    let arguments = [command, &["-n", namespace, "-f", "-"]].concat();
    kubectl(&arguments, &format!("{}---\n{extra}", marked(part, marks)).replace("HERE", namespace)).await;
}

/// A proposal shows what goes; after its merge it is gone, and what others have is still there.
async fn takes_over(world: &World, namespace: &str) {
    let neighbours = ["apply", "-n", namespace, "-f", "-"];
    kubectl(&neighbours, &format!("{}---\n{}", config_map("neighbour", "1"), other_release(namespace))).await;
    let kept = kept();
    let proposal = world.propose("take-over", "take over", &[("deploy/app.yaml", Write(&kept))]).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    for part in ["ConfigMap/extra", "made it, and Git does not have it", "- dropped: \"1\"", "DROPPED", "name: old"] {
        assert!(plan.summary.contains(part), "{part}: {}", plan.summary);
    }
    assert!(!plan.summary.contains("neighbour"), "{}", plan.summary);
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    let kinds = "configmaps,services,deployments";
    let live = shared().await.kubectl(&["get", kinds, "-n", namespace, "-o", "json", "--show-managed-fields"]);
    let live = String::from_utf8(live.stdout).unwrap();
    for word in ["dropped", "DROPPED", "\"old\"", "web:1", "\"extra\""] {
        assert!(!live.contains(word), "{word}: {live}");
    }
    for word in ["KEPT", "web:2", "\"neighbour\"", "\"other\""] {
        assert!(live.contains(word), "{word}: {live}");
    }
    unchanged(world).await;
}

/// An object of another release in the same namespace.
fn other_release(namespace: &str) -> String {
    let marks = format!("meta.helm.sh/release-name: other, meta.helm.sh/release-namespace: {namespace}");
    let labels = "labels: {app.kubernetes.io/managed-by: Helm}";
    config_map("other", "1").replace("{name: other}", &format!("{{name: other, {labels}, annotations: {{{marks}}}}}"))
}

#[tokio::test]
async fn what_kubectl_applied_with_a_label_is_the_app_s() {
    let (world, namespace) = ruled_world("kubectl/app=shop").await;
    put(&namespace, &["apply"], ("labels", "app: shop")).await;
    takes_over(&world, &namespace).await;
}

#[tokio::test]
async fn a_release_of_helm_is_the_app_s() {
    let (world, namespace) = ruled_world("helm/rel").await;
    install(&namespace).await;
    takes_over(&world, &namespace).await;
}

#[tokio::test]
async fn an_application_of_argo_cd_is_the_app_s() {
    let (world, namespace) = ruled_world("argo-cd/shop").await;
    put(&namespace, &["apply", "--server-side", "--field-manager=argocd-controller"], ("annotations", ARGO)).await;
    // A person copied an object, its annotations too: Argo CD knows that as none of its own.
    let copied = marks_of(ARGO, "/ConfigMap", "settings").replace("HERE", &namespace);
    let copy = config_map("copy", "1").replace("{name: copy}", &format!("{{name: copy, annotations: {{{copied}}}}}"));
    kubectl(&["create", "-n", &namespace, "-f", "-"], &copy).await;
    takes_over(&world, &namespace).await;
    kubectl(&["get", "configmap", "copy", "-n", &namespace], "").await;
}

#[tokio::test]
async fn a_kustomization_of_flux_is_the_app_s() {
    let (world, namespace) = ruled_world("flux/Kustomization/flux-system/shop").await;
    put(&namespace, &["apply", "--server-side", "--field-manager=kustomize-controller"], ("labels", FLUX)).await;
    takes_over(&world, &namespace).await;
}

#[tokio::test]
async fn what_nobody_was_shown_is_not_deleted() {
    let (world, namespace) = world(&[("deploy/first.yaml", &config_map("first", "1"))]).await;
    assert_eq!(world.deploy().await.unwrap().code, 0);
    put(&namespace, &["apply"], ("labels", "app: shop")).await;
    let rules = ruled(&namespace, "adopt: [kubectl/app=shop]");
    let proposal = world.propose("adopt", "adopt", &[("landfall.yaml", Write(&rules))]).await.unwrap();
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    kubectl(&["get", "configmap", "extra", "-n", &namespace], "").await;
}

#[tokio::test]
async fn a_secret_that_a_predecessor_left_stays_until_it_is_named() {
    let (world, namespace) = ruled_world("kubectl/app=shop").await;
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: key, labels: {app: shop}}\nstringData: {key: opensesame}\n";
    kubectl(&["apply", "-n", &namespace, "-f", "-"], secret).await;
    let deployed = world.deploy().await.unwrap();
    assert_eq!(deployed.code, 0, "{}", deployed.everything());
    assert!(deployed.everything().contains("add `Secret/key` to `allow_delete`"), "{}", deployed.everything());
    let keys = "adopt: [kubectl/app=shop], allow_delete: [Secret/key]";
    let rules = ruled(&namespace, keys);
    world.host.push_files(REPOSITORY, MAIN, &[("landfall.yaml", Write(&rules))], "drop it").await.unwrap();
    let deployed = world.deploy().await.unwrap();
    assert!(deployed.stderr.contains("1 deleted"), "{}", deployed.everything());
}
