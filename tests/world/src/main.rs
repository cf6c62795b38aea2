//! `make demo`: the main job, from the pull request to the record, on a real control plane and a local git host.
//!
//! Usage: `demo LANDFALL EXAMPLE PICTURES`: the binary, the application's folder, where the pictures go.

mod storefront;

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use landfall_fakehost::Change;
use landfall_test_cluster::cloud::Cloud;
use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::identity::Identity;
use landfall_world::{Job, World};
use storefront::Storefront;

const OVERLAY: &str = "deploy/overlays/production/kustomization.yaml";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let mut next = || arguments.next().ok_or("usage: demo LANDFALL EXAMPLE PICTURES");
    let (binary, example, pictures) = (next()?, next()?, next()?);
    fs::create_dir_all(&pictures)?;
    // Git takes a relative folder from where the host's repository is.
    let example = fs::canonicalize(example)?;

    title("A control plane: etcd, kube-apiserver, controller manager, scheduler, kwok")?;
    let cluster = ControlPlane::start().await;
    let _cloud = Cloud::join(&cluster).await;
    furnish(&cluster);
    let storefront = match storefront::impossible()?.as_str() {
        "" => {
            title("A node with real containers, for the pods of web")?;
            Some(Storefront::open(&cluster).await?)
        }
        why => {
            say(&format!("kwok plays the pods of web too, because {why}"))?;
            None
        }
    };
    title("A git host with the repository acme/shop, whose branch main is protected")?;
    let mut world = World::with_folder(&binary, &example).await?;
    world.set("LANDFALL_PLAN_KUBECONFIG", &cluster.kubeconfig(&Identity::Planner).display().to_string());
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &cluster.kubeconfig(&Identity::ClusterDeployer).display().to_string());

    title("The branch is deployed for the first time")?;
    show_in_short(&world.deploy().await?)?;
    show_pages(storefront.as_ref(), &cluster).await?;

    let overlay = fs::read_to_string(example.join(OVERLAY))?;
    let newer = overlay.replacen("newTag: 1.8.2", "newTag: 1.9.0", 1);
    let mut story = Story { world: &world, pictures: &pictures, pages: Vec::new() };
    story.tell("release", "web 1.9.0", &newer).await?;
    show_pages(storefront.as_ref(), &cluster).await?;
    let broken = newer.replacen("newTag: 1.9.0", "newTag: does-not-exist", 1);
    story.tell("typo", "web with an image that does not exist", &broken).await?;
    show_pages(storefront.as_ref(), &cluster).await?;

    title("Done")?;
    say("The comments as the host shows them, for a browser:")?;
    story.pages.iter().try_for_each(|page| say(&format!("  {}", page.display())))
}

/// A proposal from its first plan to its record.
struct Story<'a> {
    world: &'a World,
    pictures: &'a Path,
    /// What was drawn so far.
    pages: Vec<PathBuf>,
}

impl Story<'_> {
    async fn tell(&mut self, branch: &str, name: &str, overlay: &str) -> Result<(), Box<dyn Error>> {
        title(&format!("A pull request: {name}. `landfall ci` plans it"))?;
        let proposal = self.world.propose(branch, name, &[(OVERLAY, Change::Write(overlay))]).await?;
        show(&self.world.plan(proposal).await?)?;
        self.picture(proposal, &format!("{branch}-1-plan"), "What the reviewer sees").await?;
        title("It is merged. `landfall ci` deploys it")?;
        show(&self.world.merge(proposal).await?)?;
        self.picture(proposal, &format!("{branch}-2-record"), "What the same comment says now").await
    }

    async fn picture(&mut self, proposal: u64, file: &str, heading: &str) -> Result<(), Box<dyn Error>> {
        let comment = self.world.comments(proposal).await?.join("\n\n---\n\n");
        title(heading)?;
        say(&comment)?;
        fs::write(self.pictures.join(format!("{file}.md")), &comment)?;
        let page = self.pictures.join(format!("{file}.html"));
        fs::write(&page, landfall_look::page(file, &comment))?;
        self.pages.push(page);
        Ok(())
    }
}

/// The namespaces of the shop: a cluster has them before an application comes.
fn furnish(cluster: &ControlPlane) {
    for namespace in ["shop", "shop-staging"] {
        let output = cluster.kubectl(&["create", "namespace", namespace]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Asks the real pods of the storefront, where there are some.
async fn show_pages(storefront: Option<&Storefront>, cluster: &ControlPlane) -> Result<(), Box<dyn Error>> {
    let Some(storefront) = storefront else { return Ok(()) };
    let pages = storefront.pages(cluster).await?;
    say(&format!("the pods of web answer: {}", pages.join(", ")))
}

fn show(job: &Job) -> Result<(), Box<dyn Error>> {
    say(&format!("{}{}exit code {}", job.stderr, job.stdout, job.code))
}

/// Without the diffs: of a first deploy they are every line of every manifest.
fn show_in_short(job: &Job) -> Result<(), Box<dyn Error>> {
    let verdict = job.stdout.lines().next().unwrap_or_default();
    say(&format!("{}{verdict}\nexit code {}", job.stderr, job.code))
}

fn title(text: &str) -> Result<(), Box<dyn Error>> {
    say(&format!("\n\x1b[1m== {text}\x1b[0m"))
}

fn say(text: &str) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
