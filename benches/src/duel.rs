//! Landfall and kubectl in turns, each with a namespace and a repository of its own that hold the same objects.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use landfall_test_cluster::audit::AuditedRequest;
use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::identity::Identity;
use serde_json::Value;
use tempfile::TempDir;

use crate::figures::Figures;
use crate::link::Link;
use crate::process::{Program, Run, run};
use crate::repository::{KUBECONFIG_VARIABLE, Repository};
use crate::requests::Requests;
use crate::stage::Stage;
use crate::tell;

/// Both tools are this user, whose requests the audit log counts.
const IDENTITY: Identity = Identity::Deployer;

/// Two tools, one cluster and the link between them.
pub(crate) struct Duel<'a> {
    cluster: &'a ControlPlane,
    landfall: &'a Path,
    link: Link,
    requests: Requests,
    /// The kubeconfig, and kubectl's home.
    home: TempDir,
}

/// What the rounds of one stage said of one tool.
#[derive(Default)]
pub(crate) struct Score {
    /// Until everything is planned, or applied.
    pub(crate) work: Figures,
    /// Until everything applied runs; the same for a plan.
    pub(crate) whole: Figures,
    /// Where the requests until then can be told from the later ones.
    pub(crate) work_requests: Option<usize>,
    pub(crate) whole_requests: usize,
}

/// Both tools in one stage.
#[derive(Default)]
pub(crate) struct Scores {
    pub(crate) landfall: Score,
    pub(crate) kubectl: Score,
}

/// One measurement of one tool.
struct Sample {
    work: Duration,
    whole: Duration,
    work_requests: Option<usize>,
    whole_requests: usize,
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} s of {:.2} s", self.work.as_secs_f64(), self.whole.as_secs_f64())
    }
}

impl Score {
    fn add(&mut self, sample: &Sample) {
        self.work.add(sample.work);
        self.whole.add(sample.whole);
        self.work_requests = sample.work_requests;
        self.whole_requests = sample.whole_requests;
    }
}

impl<'a> Duel<'a> {
    /// Opens the link, and lets kubectl fill the cache that a person's shell has.
    pub(crate) async fn prepare(cluster: &'a ControlPlane, landfall: &'a Path, round_trip: Duration) -> Duel<'a> {
        let server = cluster.server().trim_start_matches("https://").parse().expect("the server's URL is an address");
        let link = Link::open(server, round_trip).await;
        let home = tempfile::tempdir().expect("the temporary folder takes a folder");
        let text = fs::read_to_string(cluster.kubeconfig(&IDENTITY)).expect("the harness wrote the kubeconfig");
        let mut kubeconfig: Value = serde_json::from_str(&text).expect("the harness writes JSON");
        kubeconfig["clusters"][0]["cluster"]["server"] = format!("https://{}", link.address).into();
        fs::write(home.path().join("kubeconfig"), kubeconfig.to_string()).expect("the folder is writable");
        let duel = Duel { cluster, landfall, link, requests: Requests::of(cluster), home };
        run(duel.kubectl(&["api-resources"]), &[0]);
        duel
    }

    pub(crate) fn link(&self) -> &Link {
        &self.link
    }

    /// Plays every stage so many times with so many objects.
    pub(crate) async fn rounds(&mut self, objects: usize, rounds: usize) -> BTreeMap<Stage, Scores> {
        let mut scores: BTreeMap<Stage, Scores> = BTreeMap::new();
        for _ in 0..rounds {
            self.round(objects, &mut scores).await;
        }
        scores
    }

    async fn round(&mut self, objects: usize, scores: &mut BTreeMap<Stage, Scores>) {
        let ours = self.cluster.namespace("landfall").await.name;
        let theirs = self.cluster.namespace("kubectl").await.name;
        let repository = Repository::create(objects, &ours);
        for stage in Stage::ALL {
            if stage == Stage::PlanOfChanges {
                repository.change(stage.changed());
            }
            let scores = scores.entry(stage).or_default();
            let landfall = self.landfall(stage, &repository, objects).await;
            let kubectl = self.peer(stage, &repository, &theirs).await;
            tell(&format!("{objects} objects, {}: Landfall {landfall}, kubectl {kubectl}", stage.name()));
            scores.landfall.add(&landfall);
            scores.kubectl.add(&kubectl);
        }
    }

    async fn landfall(&mut self, stage: Stage, repository: &Repository, objects: usize) -> Sample {
        let arguments: &[&str] = if stage.is_plan() { &["plan"] } else { &["deploy", "--reason", "bench"] };
        let program = Program::new(self.landfall, arguments)
            .inside(repository.path())
            .with(KUBECONFIG_VARIABLE, self.kubeconfig());
        self.quiet().await;
        let run = run(program, &[0]);
        assert_found(stage, &run, objects);
        let requests = self.requests().await.len();
        // Without such a line there was nothing to apply.
        let work = run.said("objects applied").unwrap_or(run.took);
        Sample { work, whole: run.took, work_requests: None, whole_requests: requests }
    }

    async fn peer(&mut self, stage: Stage, repository: &Repository, namespace: &str) -> Sample {
        let source = repository.source();
        let files = ["--server-side", "-n", namespace, "-f", source.to_str().expect("the path is UTF-8")];
        // `kubectl diff` ends with 1 when there are differences.
        let (verb, code) = match stage {
            Stage::PlanOfTheSame => ("diff", 0),
            Stage::PlanOfChanges => ("diff", 1),
            Stage::FirstDeploy | Stage::DeployOfTheSame | Stage::DeployOfChanges => ("apply", 0),
        };
        self.quiet().await;
        let work = run(self.kubectl(&[&[verb], &files[..]].concat()), &[code]).took;
        let wait = if stage.is_plan() { Duration::ZERO } else { self.wait(namespace) };
        let requests = self.requests().await;
        let is_waiting = |request: &&AuditedRequest| request.resource == "deployments" && request.verb != "patch";
        let waiting = if stage.is_plan() { 0 } else { requests.iter().filter(is_waiting).count() };
        Sample {
            work,
            whole: work + wait,
            work_requests: Some(requests.len() - waiting),
            whole_requests: requests.len(),
        }
    }

    /// Waits for what `kubectl apply` left running.
    fn wait(&self, namespace: &str) -> Duration {
        run(self.kubectl(&["rollout", "status", "deployment", "-n", namespace, "-l", "app"]), &[0]).took
    }

    fn kubectl(&self, arguments: &[&str]) -> Program {
        Program::new(self.cluster.program(), &[&["kubectl"], arguments].concat())
            .with("KUBECONFIG", self.kubeconfig())
            .with("HOME", self.home.path())
    }

    fn kubeconfig(&self) -> PathBuf {
        self.home.path().join("kubeconfig")
    }

    /// Waits until the controllers have done what the last measurement gave them to do.
    async fn quiet(&mut self) {
        self.cluster.settle().await;
        self.requests.since(&IDENTITY);
    }

    /// Returns the requests of the measurement that just ended.
    async fn requests(&mut self) -> Vec<AuditedRequest> {
        self.cluster.settle().await;
        self.requests.since(&IDENTITY)
    }
}

/// A tool that did not find what there is to do is not fast.
fn assert_found(stage: Stage, run: &Run, objects: usize) {
    let [new, changed, same] = stage.expected(objects);
    let is_told = if stage.is_plan() {
        let counts = [(new, "new"), (changed, "changed"), (same, "same")];
        counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .all(|(count, what)| run.stdout.contains(&format!("{count} {what}")))
    } else {
        let words = format!("planned: {new} new, {changed} changed, 0 deleted, {same} the same");
        run.said(&words).is_some()
    };
    assert!(is_told, "{stage:?} of {objects} objects found something else:\n{}", run.stdout);
}
