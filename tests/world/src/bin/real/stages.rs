//! The main job, stage by stage: proposals are planned, merges are deployed.

use std::io::Write;
use std::path::Path;

use landfall_fakehost::Change;
use landfall_test_cluster::identity::Identity;
use landfall_world::{Job, MAIN, REPOSITORY, World};
use serde_json::Value;

use crate::Result;
use crate::checkout::Checkout;
use crate::clusters::Clusters;
use crate::removal::Removal;

/// A file that no source has: a proposal that changes it changes no object.
const ELSEWHERE: &str = "landfall-was-here.txt";
const JSON: [&str; 3] = ["ci", "--format", "json"];

/// A job, and what people saw of it.
pub(crate) struct Told {
    pub(crate) stage: &'static str,
    pub(crate) job: Job,
    pub(crate) comment: String,
}

pub(crate) struct Stages {
    world: World,
}

impl Stages {
    /// Makes the repository, with both identities of its pipeline.
    pub(crate) async fn begin(landfall: &Path, checkout: &Checkout, clusters: &Clusters) -> Result<Self> {
        let mut world = World::with_folder(landfall, checkout.root()).await?;
        for (variable, identity) in
            [("LANDFALL_PLAN_KUBECONFIG", Identity::Planner), ("LANDFALL_DEPLOY_KUBECONFIG", Identity::ClusterDeployer)]
        {
            world.set(variable, &clusters.landfall.kubeconfig(&identity).display().to_string());
        }
        Ok(Self { world })
    }

    /// Proposes, plans, merges and deploys everything.
    pub(crate) async fn first(&self) -> Result<[Told; 2]> {
        let proposal = self.world.propose("first", "the first deploy", &[(ELSEWHERE, Change::Write("1\n"))]).await?;
        Ok([self.plan("plan", proposal).await?, self.merge("deploy", proposal).await?])
    }

    /// Plans a proposal that changes no object.
    pub(crate) async fn unchanged(&self) -> Result<Told> {
        let proposal = self.world.propose("unchanged", "no object", &[(ELSEWHERE, Change::Write("2\n"))]).await?;
        self.plan("re-plan", proposal).await
    }

    /// Proposes a removal, plans it, merges and deploys it.
    pub(crate) async fn remove(&self, removal: &Removal) -> Result<[Told; 2]> {
        let mut changes = vec![(removal.file.as_str(), Change::Delete)];
        changes.extend(removal.edits.iter().map(|(path, text)| (path.as_str(), Change::Write(text))));
        let proposal = self.world.propose("removal", "remove a file", &changes).await?;
        Ok([self.plan("plan the removal", proposal).await?, self.merge("prune", proposal).await?])
    }

    /// Returns what `landfall render` prints for a cluster that serves this, or what it complains about.
    pub(crate) async fn render(&self, facts: &str) -> Result<std::result::Result<Vec<Value>, Job>> {
        let mut file = tempfile::NamedTempFile::new()?;
        file.write_all(facts.as_bytes())?;
        let facts = file.path().display().to_string();
        let tip = self.world.host.tip(REPOSITORY, MAIN).await?;
        let event = self.world.host.push_event(REPOSITORY, MAIN, &tip, &tip).await?;
        let job =
            self.world.command(&event, &["render", "-e", "production", "--format", "json", "--facts", &facts]).await?;
        Ok(serde_json::from_str(&job.stdout).ok().filter(|_| job.code == 0).ok_or(job))
    }

    async fn plan(&self, stage: &'static str, proposal: u64) -> Result<Told> {
        let event = self.world.host.pull_request_event(REPOSITORY, proposal, "opened").await?;
        self.tell(stage, proposal, &event, "false").await
    }

    async fn merge(&self, stage: &'static str, proposal: u64) -> Result<Told> {
        let event = self.world.merge_only(proposal).await?;
        self.tell(stage, proposal, &event, "true").await
    }

    async fn tell(&self, stage: &'static str, proposal: u64, event: &Value, protected: &str) -> Result<Told> {
        let job = self.world.command_with(event, &JSON, &[("GITHUB_REF_PROTECTED", protected)]).await?;
        writeln!(std::io::stderr(), "{stage}: exit code {}", job.code)?;
        let comment = self.world.comments(proposal).await?.join("\n\n");
        Ok(Told { stage, job, comment })
    }
}
