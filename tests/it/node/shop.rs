//! A repository whose production is a namespace of the real node, and its reports with a word for what varies.

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use landfall_fakehost::Change;
use landfall_test_cluster::identity::Identity;
use landfall_world::{Job, World};
use regex::Regex;

use super::{Yard, yard};
use crate::{binary, rules};

/// Names and numbers that the cluster chooses, and the word that stands for each.
const VARYING: [(&str, &str); 8] = [
    (r"\((\d+ min( [0-9.]+ s)?|[0-9.]+ s)\)", "(@@TIME@@)"),
    (r"\b(web|migrate)-[a-z0-9]{5,10}(-[a-z0-9]{5})?", "@@POD@@"),
    (r"(, available: | was using )\d+[KMG]?i?", "${1}@@SIZE@@"),
    (r"10\.231\.\d+\.\d+", "@@ADDRESS@@"),
    (r"\blandfall-\d+\b", "@@NODE@@"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "@@UID@@"),
    (r"\b[0-9a-f]{40,64}\b", "@@DIGEST@@"),
    (r"\b[0-9a-f]{7}\b", "@@COMMIT@@"),
];

static PATTERNS: LazyLock<Vec<(Regex, &str)>> =
    LazyLock::new(|| VARYING.map(|(pattern, word)| (Regex::new(pattern).unwrap(), word)).into());

/// Between two tries of a pod.
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// What an API server knows a moment after it has it.
const REFUSES_PODS: [&str; 4] =
    ["kind: Validating", "kind: LimitRange", "kind: ResourceQuota", "pod-security.kubernetes.io/"];

/// A repository with one file of objects, and the namespace that it is deployed to.
pub(super) struct Shop {
    pub(super) world: World,
    pub(super) namespace: String,
    yard: &'static Yard,
}

impl Shop {
    /// Opens a shop whose deploys wait like this: `timeout: 90s`. `@@REGISTRY@@` in its objects is the registry's address.
    pub(super) async fn open(objects: &str, wait: &str) -> Shop {
        Shop::open_in(yard().await, objects, wait).await
    }

    /// The same, in another yard.
    pub(super) async fn open_in(yard: &'static Yard, objects: &str, wait: &str) -> Shop {
        let namespace = yard.cluster.namespace("shop").await.name;
        let keys = format!("source: deploy, wait: {{{wait}}},");
        let rules = rules(&namespace).replace("source: deploy,", &keys);
        let objects = yard.with_registry(objects);
        let files = [("landfall.yaml", rules.as_str()), ("deploy/objects.yaml", &objects)];
        let mut world = World::with_files(binary(), &files).await.unwrap();
        world.set("LANDFALL_PLAN_KUBECONFIG", &yard.cluster.kubeconfig(&Identity::Planner).display().to_string());
        world.set("LANDFALL_DEPLOY_KUBECONFIG", &yard.cluster.kubeconfig(&Identity::Deployer).display().to_string());
        world.set_token("");
        Shop { world, namespace, yard }
    }

    /// Applies what a cluster's administrator has there, and waits until the API server refuses pods where it says so.
    pub(super) async fn given(&self, objects: &str) {
        let yard = self.yard;
        let authority = STANDARD.encode(yard.cluster.certificate_authority());
        let objects = objects
            .replace("@@NAMESPACE@@", &self.namespace)
            .replace("@@WEBHOOK@@", &yard.webhook)
            .replace("@@AUTHORITY@@", &authority);
        let applied = yard.cluster.kubectl_with_input(&["apply", "-f", "-"], &objects);
        assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
        let pod = include_str!("probe.yaml");
        let try_it = ["create", "--dry-run=server", "-f", "-", "--namespace", &self.namespace];
        while REFUSES_PODS.iter().any(|kind| objects.contains(kind))
            && yard.cluster.kubectl_with_input(&try_it, pod).status.success()
        {
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }

    /// Merges other objects and deploys them.
    pub(super) async fn merge(&self, objects: &str) -> Job {
        let objects = self.yard.with_registry(objects);
        let files = [("deploy/objects.yaml", Change::Write(objects.as_str()))];
        let proposal = self.world.propose("change", "change the shop", &files).await.unwrap();
        self.world.merge(proposal).await.unwrap()
    }

    /// Returns a report with a word for everything that varies.
    pub(super) fn report(&self, job: &Job) -> String {
        let said = job.stdout.replace(&self.namespace, "@@NAMESPACE@@");
        let said = said.replace(&self.yard.with_registry("@@REGISTRY@@"), "@@REGISTRY@@");
        PATTERNS.iter().fold(said, |said, (pattern, word)| pattern.replace_all(&said, *word).into_owned())
    }
}

impl Yard {
    /// The registry's address is known when it runs.
    fn with_registry(&self, objects: &str) -> String {
        objects.replace("@@REGISTRY@@", self.registry.address())
    }
}
