//! What is deployed while it is killed: histories of commits, as data.

use crate::config_map;

const ACCOUNT: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n\
    spec: {selector: {app: web}, ports: [{port: 80}]}\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
    spec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
    spec: {serviceAccountName: web, containers: [{name: web, image: \"example.com/web:2\"}]}\n";
/// What selects its pods cannot change: another `api` is made in its place.
const API: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, annotations: {landfall.dev/allow: replace}}\n\
    spec:\n  selector: {matchLabels: {app: api-2}}\n  template:\n    metadata: {labels: {app: api-2}}\n    \
    spec: {containers: [{name: api, image: \"example.com/api:2\"}]}\n";
/// A Job that runs before anything else is written.
const MIGRATE: &str = "apiVersion: batch/v1\nkind: Job\n\
    metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}\n\
    spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: main, image: \"example.com/shop:2\"}]}}}\n";

pub(super) type Files = Vec<(&'static str, String)>;

/// A history of commits, of which the deploys of one are killed.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    /// Oldest first.
    pub(super) commits: Vec<Commit>,
    /// Which commit's deploys are killed; those before and after it are deployed undisturbed.
    pub(super) killed: usize,
    /// At how many calls `make test` kills it.
    pub(super) sample: usize,
}

/// What a commit has, where it goes, and how its deploy ends.
pub(super) struct Commit {
    /// The targets, by their numbers.
    pub(super) targets: &'static [usize],
    /// Those of earlier commits that end.
    pub(super) retired: &'static [usize],
    pub(super) files: Files,
    pub(super) ends: i32,
}

impl Commit {
    fn of(files: Files) -> Self {
        Self { targets: &[0], retired: &[], files, ends: 0 }
    }
}

/// An empty namespace gets its first set.
pub(super) fn first() -> Scenario {
    Scenario { name: "first deploy", commits: vec![Commit::of(newer())], killed: 0, sample: 6 }
}

/// Objects are made, changed, made anew, kept and deleted, and a migration runs before.
pub(super) fn update() -> Scenario {
    Scenario { name: "update", commits: vec![Commit::of(older()), Commit::of(newer())], killed: 1, sample: 5 }
}

/// Nearly everything leaves Git.
pub(super) fn prune() -> Scenario {
    let left = || newer().into_iter().filter(|(path, _)| path.contains("config") || path.contains("account")).collect();
    Scenario { name: "prune", commits: vec![Commit::of(newer()), Commit::of(left())], killed: 1, sample: 4 }
}

/// The update has a workload that does not become ready; the commit after it repairs that.
pub(super) fn failing() -> Scenario {
    let broken = || with(newer(), "deploy/web.yaml", &DEPLOYMENT.replace("web:2", "web:crash"));
    let broken = Commit { ends: 6, ..Commit::of(broken()) };
    Scenario {
        name: "failing update",
        commits: vec![Commit::of(older()), broken, Commit::of(newer())],
        killed: 1,
        sample: 4,
    }
}

/// One target ends, another comes, and what is deployed changes too.
pub(super) fn targets() -> Scenario {
    let small = |version: &str| {
        vec![
            ("deploy/config.yaml", config_map("settings", version)),
            ("deploy/secret.yaml", secret("key")),
            ("deploy/service.yaml", SERVICE.to_owned()),
        ]
    };
    let before = Commit { targets: &[0, 1], ..Commit::of(small("1")) };
    let after = Commit { targets: &[0, 2], retired: &[1], ..Commit::of(small("2")) };
    Scenario { name: "change of targets", commits: vec![before, after], killed: 1, sample: 4 }
}

fn newer() -> Files {
    vec![
        ("deploy/config.yaml", config_map("settings", "1")),
        ("deploy/secret.yaml", secret("key")),
        ("deploy/account.yaml", ACCOUNT.to_owned()),
        ("deploy/new-name.yaml", config_map("new-name", "1")),
        ("deploy/service.yaml", SERVICE.to_owned()),
        ("deploy/web.yaml", DEPLOYMENT.to_owned()),
        ("deploy/api.yaml", API.to_owned()),
        ("deploy/migrate.yaml", MIGRATE.to_owned()),
    ]
}

fn older() -> Files {
    vec![
        ("deploy/config.yaml", config_map("settings", "0")),
        ("deploy/account.yaml", ACCOUNT.to_owned()),
        ("deploy/old-name.yaml", config_map("old-name", "1")),
        ("deploy/old-key.yaml", secret("old-key")),
        ("deploy/service.yaml", SERVICE.replace("port: 80", "port: 8080")),
        ("deploy/web.yaml", DEPLOYMENT.replace("web:2", "web:1")),
        ("deploy/worker.yaml", DEPLOYMENT.replace("web", "worker").replace("AccountName: worker", "AccountName: web")),
        ("deploy/api.yaml", API.replace("api-2", "api-1")),
        ("deploy/migrate.yaml", MIGRATE.replace("shop:2", "shop:1")),
    ]
}

fn with(files: Files, path: &str, text: &str) -> Files {
    files.into_iter().map(|(at, old)| (at, if at == path { text.to_owned() } else { old })).collect()
}

fn secret(name: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\nstringData: {{key: opensesame}}\n")
}
