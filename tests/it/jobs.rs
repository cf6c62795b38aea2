//! Jobs that are gone when they are done.

use crate::world;

/// A Job that the server removes as soon as it has ended.
fn job(behaviour: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: migrate}}\nspec:\n  ttlSecondsAfterFinished: 0\n  \
         backoffLimit: 0\n  template:\n    metadata: {{annotations: {{test.landfall.dev/behaviour: {behaviour}}}}}\n    \
         spec: {{restartPolicy: Never, containers: [{{name: main, image: example/shop:1.0}}]}}\n"
    )
}

#[tokio::test]
async fn a_job_that_is_removed_when_it_is_done_is_ready() {
    let (world, _) = world(&[("deploy/job.yaml", &job("ready"))]).await;
    let deployed = world.deploy().await.unwrap();
    assert_eq!(deployed.code, 0, "{}", deployed.everything());
}

#[tokio::test]
async fn a_job_that_is_removed_when_it_failed_has_failed() {
    let (world, _) = world(&[("deploy/job.yaml", &job("job-fails"))]).await;
    let deployed = world.deploy().await.unwrap();
    assert_eq!(deployed.code, 6, "{}", deployed.everything());
    assert!(deployed.stdout.contains("Job/migrate"), "{}", deployed.everything());
    assert!(!deployed.stdout.contains("in time"), "{}", deployed.everything());
}
