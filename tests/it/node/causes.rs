//! Why a container does not run, from a real kubelet to the first line of the report.
//!
//! Each case is a folder: the objects that are deployed, and the whole report; some have objects that were deployed
//! `before`, or that the cluster is `given` by somebody else. `UPDATE=1` writes what is seen.

#![expect(clippy::disallowed_methods, reason = "UPDATE=1 rewrites what is expected")]

use std::fs;
use std::path::Path;

use super::shop::Shop;
use super::{Yard, small_yard, yard};

/// A value of a Secret, which a container writes to its log.
const SECRET: &str = "correct-horse-battery";

/// Deploys the objects of a case, after those before them if it has some, and compares the report.
async fn tells(case: &str, timeout: &str) {
    ends(yard().await, case, timeout, 6).await;
}

/// The same, of a deploy in this yard that ends with this code.
async fn ends(yard: &'static Yard, case: &str, timeout: &str, code: i32) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/node/causes").join(case);
    let objects = fs::read_to_string(folder.join("objects.yaml")).unwrap();
    let before = fs::read_to_string(folder.join("before.yaml"));
    let shop = Shop::open_in(yard, before.as_ref().unwrap_or(&objects), &format!("timeout: {timeout}")).await;
    if let Ok(given) = fs::read_to_string(folder.join("given.yaml")) {
        shop.given(&given).await;
    }
    let first = shop.world.deploy().await.unwrap();
    let job = if before.is_ok() { shop.merge(&objects).await } else { first };
    // When it was known, and what was said while it was not.
    println!("{case}:\n{}", job.stderr);
    assert_eq!(job.code, code, "{}", job.everything());
    let report = shop.report(&job);
    assert!(!report.contains(SECRET), "{report}");
    let expected = folder.join("expected.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(expected, report).unwrap();
        return;
    }
    assert_eq!(report, fs::read_to_string(expected).unwrap_or_default(), "{case}");
}

#[tokio::test]
async fn a_crash_loop_is_told_with_its_exit_code_and_its_last_lines() {
    tells("crash_loop", "60s").await;
}

#[tokio::test]
async fn a_container_that_needs_too_much_memory_is_told_with_its_limit() {
    tells("out_of_memory", "60s").await;
}

#[tokio::test]
async fn an_image_that_is_not_there_is_told_in_the_registrys_words() {
    tells("image_not_found", "60s").await;
}

#[tokio::test]
async fn an_image_without_the_nodes_platform_is_told() {
    tells("other_platform", "60s").await;
}

#[tokio::test]
async fn a_program_of_another_machine_is_told() {
    tells("exec_format", "60s").await;
}

#[tokio::test]
async fn a_command_that_is_not_there_is_told() {
    tells("command_not_found", "60s").await;
}

#[tokio::test]
async fn a_readiness_probe_is_told_with_what_it_asks_and_how_it_is_answered() {
    tells("readiness_probe", "20s").await;
}

#[tokio::test]
async fn a_liveness_probe_that_restarts_a_container_is_told() {
    tells("liveness_probe", "90s").await;
}

#[tokio::test]
async fn a_startup_probe_that_restarts_a_container_is_told() {
    tells("startup_probe", "60s").await;
}

#[tokio::test]
async fn an_init_container_that_fails_is_told_with_its_log() {
    tells("init_container", "60s").await;
}

#[tokio::test]
async fn a_key_that_a_config_map_lacks_is_told() {
    tells("key_of_a_config_map", "60s").await;
}

#[tokio::test]
async fn a_key_that_a_secret_lacks_is_told() {
    tells("key_of_a_secret", "60s").await;
}

#[tokio::test]
async fn a_claim_without_a_volume_is_told() {
    tells("claim_unbound", "60s").await;
}

#[tokio::test]
async fn a_pod_that_asks_for_more_than_a_node_has_is_told() {
    tells("unschedulable", "20s").await;
}

#[tokio::test]
async fn a_job_that_used_up_its_retries_is_told_with_its_log() {
    tells("job_backoff_limit", "60s").await;
}

#[tokio::test]
async fn a_job_that_took_too_long_is_told() {
    tells("job_deadline", "60s").await;
}

#[tokio::test]
async fn what_still_serves_is_told_when_a_new_version_does_not_run() {
    tells("old_version_serves", "60s").await;
}

#[tokio::test]
async fn a_pod_that_a_stateful_set_never_replaces_is_told() {
    tells("stuck_pod", "75s").await;
}

#[tokio::test]
async fn pods_that_a_webhook_refuses_are_told_in_its_words() {
    tells("webhook_denies_pods", "60s").await;
}

#[tokio::test]
async fn a_webhook_that_does_not_answer_is_told() {
    tells("webhook_unreachable", "60s").await;
}

#[tokio::test]
async fn pods_that_a_policy_refuses_are_told_in_its_words() {
    tells("policy_denies_pods", "60s").await;
}

#[tokio::test]
async fn a_limit_range_is_told_with_what_it_allows() {
    tells("limit_range", "60s").await;
}

#[tokio::test]
async fn pods_that_are_less_secure_than_their_namespace_wants_are_told() {
    tells("pod_security", "60s").await;
}

#[tokio::test]
async fn a_full_quota_is_told() {
    tells("quota_exceeded", "60s").await;
}

#[tokio::test]
async fn a_service_account_that_is_not_there_is_told() {
    tells("service_account_missing", "60s").await;
}

#[tokio::test]
async fn a_priority_class_that_is_not_there_is_told() {
    tells("priority_class_missing", "60s").await;
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_told() {
    tells("secret_missing", "60s").await;
}

#[tokio::test]
async fn a_config_map_that_a_volume_lacks_is_told() {
    tells("config_map_of_a_volume_missing", "60s").await;
}

#[tokio::test]
async fn an_image_whose_name_is_none_is_told() {
    tells("image_name_invalid", "60s").await;
}

#[tokio::test]
async fn an_image_that_may_not_be_pulled_is_told() {
    tells("image_may_not_be_pulled", "60s").await;
}

#[tokio::test]
async fn a_registry_that_asks_for_a_login_is_told() {
    tells("image_denied", "60s").await;
}

#[tokio::test]
async fn a_registry_that_does_not_answer_is_told() {
    tells("image_unreachable", "90s").await;
}

#[tokio::test]
async fn an_image_of_root_is_told_where_root_is_forbidden() {
    tells("runs_as_root", "60s").await;
}

#[tokio::test]
async fn a_claim_that_is_not_there_is_told() {
    tells("claim_missing", "60s").await;
}

#[tokio::test]
async fn a_claim_of_a_class_that_is_not_there_is_told() {
    tells("claim_of_a_missing_class", "60s").await;
}

#[tokio::test]
async fn a_claim_whose_provisioner_does_not_run_is_told() {
    tells("claim_without_its_provisioner", "25s").await;
}

#[tokio::test]
async fn a_claim_that_waits_for_its_pod_is_told_when_its_provisioner_does_not_run() {
    tells("claim_of_a_pod_without_its_provisioner", "25s").await;
}

#[tokio::test]
async fn a_claim_that_no_volume_fits_is_told() {
    tells("claim_that_no_volume_fits", "25s").await;
}

#[tokio::test]
async fn a_pod_that_fills_its_volume_is_told() {
    tells("volume_too_full", "60s").await;
}

#[tokio::test]
async fn a_deployments_own_deadline_is_told_with_what_holds_it_up() {
    tells("own_deadline", "60s").await;
}

#[tokio::test]
async fn a_selector_that_no_node_has_is_told() {
    tells("no_node_is_selected", "20s").await;
}

#[tokio::test]
async fn what_a_stateful_set_still_serves_with_is_told() {
    tells("stateful_set_new_version", "60s").await;
}

#[tokio::test]
async fn an_object_that_a_webhook_refuses_is_told_before_anything_is_written() {
    ends(yard().await, "webhook_denies_object", "60s", 4).await;
}

#[tokio::test]
async fn a_pod_that_is_evicted_from_a_full_node_is_told() {
    ends(small_yard().await, "node_disk_full", "60s", 6).await;
}

#[tokio::test]
async fn an_autoscaler_without_metrics_is_told_of_a_deploy_that_succeeds() {
    ends(yard().await, "autoscaler_without_metrics", "60s", 0).await;
}

#[tokio::test]
async fn a_budget_that_lets_no_node_be_drained_is_told_of_a_deploy_that_succeeds() {
    ends(yard().await, "budget_blocks_drains", "60s", 0).await;
}

#[tokio::test]
async fn an_init_container_that_does_not_end_is_told_with_its_log() {
    tells("init_container_does_not_end", "20s").await;
}

#[tokio::test]
async fn a_pod_that_stands_alone_and_fails_is_told_with_its_log() {
    tells("pod_failed", "60s").await;
}

#[tokio::test]
async fn a_volume_that_is_not_on_the_node_is_told() {
    tells("volume_not_mounted", "25s").await;
}

#[tokio::test]
async fn what_was_not_reached_still_serves_when_a_migration_fails() {
    tells("migration_failed", "60s").await;
}
