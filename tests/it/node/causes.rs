//! Why a container does not run, from a real kubelet to the first line of the report.
//!
//! Each case is a folder: the objects that are deployed, and the whole report. `UPDATE=1` writes what is seen.

#![expect(clippy::disallowed_methods, reason = "UPDATE=1 rewrites what is expected")]

use std::fs;
use std::path::Path;

use super::shop::Shop;

/// A value of a Secret, which a container writes to its log.
const SECRET: &str = "correct-horse-battery";

/// Deploys the objects of a case, after those before them if it has some, and compares the report.
async fn tells(case: &str, timeout: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/node/causes").join(case);
    let objects = fs::read_to_string(folder.join("objects.yaml")).unwrap();
    let before = fs::read_to_string(folder.join("before.yaml"));
    let shop = Shop::open(before.as_ref().unwrap_or(&objects), &format!("timeout: {timeout}")).await;
    let first = shop.world.deploy().await.unwrap();
    let job = if before.is_ok() { shop.merge(&objects).await } else { first };
    // When it was known, and what was said while it was not.
    println!("{case}:\n{}", job.stderr);
    assert_eq!(job.code, 6, "{}", job.everything());
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
    tells("claim_unbound", "20s").await;
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
