//! Two sets of thirty objects of nine kinds: from each to the other, objects are made, changed, kept and deleted.

use landfall_fakehost::Change;

use crate::config_map;

/// Which of the two sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    A,
    B,
}

impl Side {
    pub(super) fn other(self) -> Side {
        match self {
            Side::A => Side::B,
            Side::B => Side::A,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Side::A => "a",
            Side::B => "b",
        }
    }
}

/// Returns the files of a set.
pub(super) fn files(side: Side) -> Vec<(String, String)> {
    let name = side.name();
    let mut objects = vec![
        config_map("changed-1", name),
        config_map("changed-2", name),
        config_map("kept-1", "1"),
        config_map("kept-2", "1"),
        config_map(&format!("only-{name}-1"), "1"),
        config_map(&format!("only-{name}-2"), "1"),
        secret("changed", name),
        secret("kept", "1"),
        secret(&format!("only-{name}"), "1"),
        simple("v1", "ServiceAccount", "web", ""),
        simple("v1", "ServiceAccount", &format!("only-{name}"), ""),
        service("web", if side == Side::A { 80 } else { 8080 }),
        service("api", 80),
        service("worker", 80),
        service(&format!("only-{name}"), 80),
        deployment("web", name, 1),
        deployment("api", name, 0),
        deployment("worker", name, 0),
        deployment("kept", "1", 0),
        deployment(&format!("only-{name}"), "1", 0),
        simple("rbac.authorization.k8s.io/v1", "Role", "kept-1", "rules: []"),
        simple("rbac.authorization.k8s.io/v1", "Role", "kept-2", "rules: []"),
        simple(
            "policy/v1",
            "PodDisruptionBudget",
            "web",
            "spec: {minAvailable: 0, selector: {matchLabels: {app: web}}}",
        ),
        simple("networking.k8s.io/v1", "NetworkPolicy", "web", "spec: {podSelector: {matchLabels: {app: web}}}"),
    ];
    let pod = |version: &str| {
        format!("{{restartPolicy: Never, containers: [{{name: main, image: \"example.com/job:{version}\"}}]}}")
    };
    for (cron, version) in [("changed", name), ("kept", "1")] {
        let job = format!(
            "spec: {{schedule: \"0 0 1 1 *\", suspend: true, jobTemplate: {{spec: {{template: {{spec: {}}}}}}}}}",
            pod(version)
        );
        objects.push(simple("batch/v1", "CronJob", cron, &job));
    }
    for number in 1..=4 {
        objects.push(config_map(&format!("setting-{number}"), if number == 1 { name } else { "1" }));
    }
    objects.into_iter().enumerate().map(|(number, text)| (format!("deploy/{number:02}.yaml"), text)).collect()
}

/// Returns what a commit that changes to a set writes.
pub(super) fn changes(files: &[(String, String)]) -> Vec<(&str, Change<'_>)> {
    files.iter().map(|(path, text)| (path.as_str(), Change::Write(text))).collect()
}

fn simple(version: &str, kind: &str, name: &str, more: &str) -> String {
    format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}\n{more}\n")
}

fn secret(name: &str, value: &str) -> String {
    simple("v1", "Secret", name, &format!("stringData: {{key: \"a secret of {value}\"}}"))
}

fn service(name: &str, port: u16) -> String {
    simple("v1", "Service", name, &format!("spec: {{selector: {{app: {name}}}, ports: [{{port: {port}}}]}}"))
}

fn deployment(name: &str, version: &str, replicas: usize) -> String {
    let spec = format!(
        "spec:\n  replicas: {replicas}\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    \
         metadata: {{labels: {{app: {name}}}}}\n    \
         spec: {{containers: [{{name: main, image: \"example.com/{name}:{version}\"}}]}}"
    );
    simple("apps/v1", "Deployment", name, &spec)
}
