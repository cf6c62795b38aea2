//! Runs the main job on somebody else's manifests, and prints one table row per run.
//!
//! Usage: `real LANDFALL FOLDER SOURCE`: the binary, a checkout's folder, and the path of its manifests in it.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::identity::Identity;
use landfall_world::{Job, World};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: real LANDFALL FOLDER SOURCE");
    let (binary, folder, source) = (PathBuf::from(next()?), next()?, next()?);
    let cluster = ControlPlane::start().await;
    let namespace = cluster.namespace("real").await.name;
    fs::write(Path::new(&folder).join("landfall.yaml"), rules(&namespace, &source))?;
    let mut world = World::with_folder(&binary, Path::new(&folder)).await?;
    world.set("LANDFALL_PLAN_KUBECONFIG", &cluster.kubeconfig(&Identity::Planner).display().to_string());
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &cluster.kubeconfig(&Identity::ClusterDeployer).display().to_string());
    let first = world.deploy().await?;
    let second = world.deploy().await?;
    let mut out = std::io::stdout();
    writeln!(out, "| run | exit | what |\n|:--|--:|:--|")?;
    for (name, job) in [("first deploy", &first), ("deploy again", &second)] {
        writeln!(out, "| {name} | {} | {} |", job.code, line(job))?;
    }
    if first.code != 0 {
        writeln!(out, "\n{}\n{}", first.stderr, first.stdout)?;
    }
    Ok(())
}

fn rules(namespace: &str, source: &str) -> String {
    format!(
        "app: real\nclusters:\n  test: {{kubeconfig: {{plan: LANDFALL_PLAN_KUBECONFIG, deploy: LANDFALL_DEPLOY_KUBECONFIG}}}}\n\
         environments:\n  production:\n    branch: main\n    source: {source}\n    wait: {{timeout: 30s}}\n    \
         target: {{cluster: test, namespace: {namespace}}}\n"
    )
}

/// Returns the run's verdict, and what it planned.
fn line(job: &Job) -> String {
    let planned = job.stderr.lines().find(|line| line.contains("planned:")).unwrap_or_default();
    let planned = planned.split("planned:").nth(1).unwrap_or_default();
    format!("{};{planned}", job.stdout.lines().next().unwrap_or_default())
}
