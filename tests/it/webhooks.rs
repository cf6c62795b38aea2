//! Admission webhooks that take their time: a slow one is waited for, and one that is too slow is named.

use landfall_test_cluster::shared;
use landfall_world::Job;
use serde_json::json;

use crate::pitfalls::{kubectl, map};
use crate::world;

/// What answers, how long it may take, and what follows when it takes longer.
struct Webhook {
    kind: &'static str,
    timeout_seconds: u64,
    failure_policy: &'static str,
}

impl Webhook {
    /// Registers it for a namespace, or registers it anew, with the milliseconds after which it allows everything.
    async fn answer_after(&self, milliseconds: u64, namespace: &str) {
        static ADDRESS: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
        let cluster = shared().await;
        let address = ADDRESS.get_or_init(async || cluster.webhook()).await;
        let authority = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, cluster.certificate_authority());
        let webhook = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": self.kind,
            "metadata": {"name": format!("slow-{namespace}")},
            "webhooks": [{
                "name": "slow.webhook.example", "admissionReviewVersions": ["v1"], "sideEffects": "None",
                "failurePolicy": self.failure_policy, "timeoutSeconds": self.timeout_seconds,
                "clientConfig": {"url": format!("{address}/{milliseconds}"), "caBundle": authority},
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "objectSelector": {"matchExpressions": [{"key": "landfall.dev/inventory", "operator": "Exists"}]},
                "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]}],
            }],
        });
        kubectl(&["apply", "-f", "-"], &webhook.to_string()).await;
    }
}

/// Deploys while a webhook is slow, and once more where that fails and it has become quick.
async fn deployed(webhook: Webhook, milliseconds: u64) -> Vec<Job> {
    let (mut world, namespace) = world(&[("deploy/a.yaml", &map("a", "a: '1'"))]).await;
    world.set_token("");
    webhook.answer_after(milliseconds, &namespace).await;
    let mut jobs = vec![world.deploy().await.unwrap()];
    if jobs[0].code != 0 {
        webhook.answer_after(0, &namespace).await;
        jobs.push(world.deploy().await.unwrap());
    }
    kubectl(&["delete", webhook.kind, &format!("slow-{namespace}")], "").await;
    jobs
}

#[tokio::test]
async fn a_slow_webhook_is_waited_for() {
    for kind in ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] {
        let webhook = Webhook { kind, timeout_seconds: 10, failure_policy: "Fail" };
        let jobs = deployed(webhook, 1_500).await;
        assert_eq!(jobs[0].code, 0, "{kind}: {}", jobs[0].everything());
    }
}

#[tokio::test]
async fn a_webhook_that_is_too_slow_is_named_and_the_next_run_repairs() {
    let webhook = Webhook { kind: "ValidatingWebhookConfiguration", timeout_seconds: 1, failure_policy: "Fail" };
    let jobs = deployed(webhook, 3_000).await;
    let told = "failed calling webhook \"slow.webhook.example\"";
    assert!(jobs[0].stdout.contains(told), "{}", jobs[0].everything());
    assert_eq!(jobs.iter().map(|job| job.code).collect::<Vec<_>>(), [4, 0], "{}", jobs[0].everything());
}

#[tokio::test]
async fn a_webhook_that_is_too_slow_and_may_be_ignored_holds_nothing_up() {
    let webhook = Webhook { kind: "ValidatingWebhookConfiguration", timeout_seconds: 1, failure_policy: "Ignore" };
    let jobs = deployed(webhook, 3_000).await;
    assert_eq!(jobs[0].code, 0, "{}", jobs[0].everything());
}
