//! The test cluster keeps its own promises.

use std::path::Path;
use std::time::{Duration, Instant};

use http::StatusCode;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kube::api::{Api, ListParams, LogParams, Patch, PatchParams, PostParams};
use kube::{Client, ResourceExt};
use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::shared;
use serde_json::json;

/// How long the cluster may take on a machine that is busy compiling.
const WAIT_SECONDS_MAX: u64 = 60;

#[tokio::test]
async fn a_deployment_becomes_ready() {
    let cluster = shared().await;
    let namespace = cluster.namespace("ready").await;
    let deployer = cluster.client(&Identity::Deployer).await;
    let deployments = Api::<Deployment>::namespaced(deployer, &namespace.name);

    deployments.create(&PostParams::default(), &deployment("example/shop:1.0")).await.unwrap();

    wait_until(async || {
        let status = deployments.get("shop").await.unwrap().status.unwrap_or_default();
        status.available_replicas == Some(2)
    })
    .await;
}

#[tokio::test]
async fn an_image_that_does_not_exist_cannot_be_pulled() {
    let cluster = shared().await;
    let namespace = cluster.namespace("image").await;
    let admin = cluster.client(&Identity::Admin).await;
    deploy(&admin, &namespace.name, "example/shop:does-not-exist").await;

    wait_until(async || waiting(&admin, &namespace.name).await.is_some_and(|(reason, _)| reason == "ErrImagePull"))
        .await;
    let (_, message) = waiting(&admin, &namespace.name).await.unwrap();
    assert!(
        message.contains(r#"failed to pull and unpack image "example/shop:does-not-exist": not found"#),
        "{message}"
    );
    wait_until(async || waiting(&admin, &namespace.name).await.is_some_and(|(reason, _)| reason == "ImagePullBackOff"))
        .await;
}

#[tokio::test]
async fn a_crashing_image_leaves_its_exit_code_and_log() {
    let cluster = shared().await;
    let namespace = cluster.namespace("crash").await;
    let admin = cluster.client(&Identity::Admin).await;
    deploy(&admin, &namespace.name, "example/shop:crash-1").await;
    wait_until(async || waiting(&admin, &namespace.name).await.is_some_and(|(reason, _)| reason == "CrashLoopBackOff"))
        .await;

    let pod = some_pod(&admin, &namespace.name).await.unwrap();
    let status = pod.status.as_ref().unwrap().container_statuses.as_ref().unwrap()[0].clone();
    assert_eq!(status.restart_count, 4);
    assert_eq!(status.last_state.unwrap().terminated.unwrap().exit_code, 1);
    let pods = Api::<Pod>::namespaced(admin, &namespace.name);
    let previous = LogParams { previous: true, ..LogParams::default() };
    let log = pods.logs(&pod.name_any(), &previous).await.unwrap();
    assert_eq!(log, "starting\nfatal: DATABASE_URL is not set\n");
}

#[tokio::test]
async fn every_annotated_behaviour_is_reported() {
    let cluster = shared().await;
    let namespace = cluster.namespace("behaviour").await;
    let admin = cluster.client(&Identity::Admin).await;
    let pods = Api::<Pod>::namespaced(admin, &namespace.name);
    let reported = [
        ("oom", "OOMKilled"),
        ("config-error", "configmap \"missing\" not found"),
        ("never-ready", "containers with unready status: [main]"),
        ("job-fails", "\"phase\":\"Failed\""),
        ("slow", "\"phase\":\"Running\""),
    ];
    for (behaviour, _) in reported {
        pods.create(&PostParams::default(), &pod(behaviour)).await.unwrap();
    }
    for (behaviour, text) in reported {
        wait_until(async || {
            let status = pods.get(behaviour).await.unwrap().status.unwrap_or_default();
            serde_json::to_string(&status).unwrap().replace("\\\"", "\"").contains(text)
        })
        .await;
    }
}

#[tokio::test]
async fn a_job_completes_unless_it_shall_fail() {
    let cluster = shared().await;
    let namespace = cluster.namespace("job").await;
    let admin = cluster.client(&Identity::Admin).await;
    let jobs = Api::<Job>::namespaced(admin, &namespace.name);
    for (name, behaviour) in [("migrate", "ready"), ("broken", "job-fails")] {
        jobs.create(&PostParams::default(), &job(name, behaviour)).await.unwrap();
    }

    wait_until(async || {
        let status = jobs.get("migrate").await.unwrap().status.unwrap_or_default();
        status.completion_time.is_some()
    })
    .await;
    wait_until(async || {
        let status = jobs.get("broken").await.unwrap().status.unwrap_or_default();
        status.conditions.unwrap_or_default().iter().any(|it| it.type_ == "Failed")
    })
    .await;
}

#[tokio::test]
async fn the_planner_can_dry_run_but_not_write() {
    let cluster = shared().await;
    let namespace = cluster.namespace("plan").await;
    let planner = cluster.client(&Identity::Planner).await;
    let maps = Api::<ConfigMap>::namespaced(planner.clone(), &namespace.name);
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "settings" }, "data": { "a": "1" },
    });

    let dry = PatchParams::apply("landfall").dry_run();
    maps.patch("settings", &dry, &Patch::Apply(&map)).await.unwrap();
    let wet = PatchParams::apply("landfall");
    let refused = maps.patch("settings", &wet, &Patch::Apply(&map)).await.unwrap_err();
    assert!(refused.to_string().contains("this identity may only plan"), "{refused}");

    let secrets = Api::<Secret>::namespaced(planner, &namespace.name);
    let refused = secrets.list(&ListParams::default()).await.unwrap_err();
    assert!(matches!(refused, kube::Error::Api(status) if status.code == StatusCode::FORBIDDEN));
}

#[tokio::test]
async fn the_audit_log_tells_who_did_what() {
    let cluster = shared().await;
    let namespace = cluster.namespace("audit").await;
    let planner = cluster.client(&Identity::Planner).await;
    let maps = Api::<ConfigMap>::namespaced(planner, &namespace.name);
    let post = PostParams { dry_run: true, ..PostParams::default() };
    let mut map = ConfigMap::default();
    map.metadata.name = Some("audited".into());
    maps.create(&post, &map).await.unwrap();

    let audit = cluster.audit();
    let mut ours = audit.iter().filter(|it| it.namespace == namespace.name);
    let request = ours.find(|it| it.user == "landfall-planner").unwrap();
    assert_eq!((request.verb.as_str(), request.resource.as_str()), ("create", "configmaps"));
    assert!(request.dry_run);
    assert_eq!(request.code, 201);
    assert!(audit.iter().all(|it| !it.user.starts_with("system:kube-")));
}

#[tokio::test]
async fn kubectl_shows_the_version() {
    let output = shared().await.kubectl(&["version"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Server Version: v1."), "{text}");
}

#[tokio::test]
async fn nothing_is_left_running_after_a_drop() {
    let cluster = ControlPlane::start().await;
    let processes = cluster.processes();
    let directory = cluster.state_directory();
    assert_eq!(processes.len(), 6);
    assert!(processes.iter().all(|id| runs(*id)));

    drop(cluster);

    assert!(!processes.iter().any(|id| runs(*id)));
    assert!(!directory.exists());
}

fn runs(process: u32) -> bool {
    Path::new(&format!("/proc/{process}")).exists()
}

fn deployment(image: &str) -> Deployment {
    let labels = json!({ "app": "shop" });
    let object = json!({
        "metadata": { "name": "shop" },
        "spec": {
            "replicas": 2,
            "selector": { "matchLabels": labels },
            "template": {
                "metadata": { "labels": labels },
                "spec": { "containers": [{ "name": "main", "image": image }] },
            },
        },
    });
    serde_json::from_value(object).expect("the literal above is such an object")
}

fn pod(behaviour: &str) -> Pod {
    let object = json!({
        "metadata": { "name": behaviour, "annotations": {
            "test.landfall.dev/behaviour": behaviour,
            "test.landfall.dev/delay": "1s",
        } },
        "spec": { "containers": [{ "name": "main", "image": "example/shop:1.0" }] },
    });
    serde_json::from_value(object).expect("the literal above is such an object")
}

fn job(name: &str, behaviour: &str) -> Job {
    let object = json!({
        "metadata": { "name": name },
        "spec": { "backoffLimit": 0, "template": {
            "metadata": { "annotations": { "test.landfall.dev/behaviour": behaviour } },
            "spec": { "restartPolicy": "Never", "containers": [{ "name": "main", "image": "example/shop:1.0" }] },
        } },
    });
    serde_json::from_value(object).expect("the literal above is such an object")
}

async fn deploy(client: &Client, namespace: &str, image: &str) {
    let deployments = Api::<Deployment>::namespaced(client.clone(), namespace);
    deployments.create(&PostParams::default(), &deployment(image)).await.expect("the client may deploy");
}

async fn some_pod(client: &Client, namespace: &str) -> Option<Pod> {
    let pods = Api::<Pod>::namespaced(client.clone(), namespace);
    pods.list(&ListParams::default()).await.expect("the client may list").items.into_iter().next()
}

/// Returns why the first container waits: the reason and the message.
async fn waiting(client: &Client, namespace: &str) -> Option<(String, String)> {
    let status = some_pod(client, namespace).await?.status?;
    let waiting = status.container_statuses?.into_iter().next()?.state?.waiting?;
    Some((waiting.reason?, waiting.message.unwrap_or_default()))
}

async fn wait_until(holds: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(WAIT_SECONDS_MAX);
    while !holds().await {
        assert!(Instant::now() < deadline, "waited {WAIT_SECONDS_MAX} s");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
