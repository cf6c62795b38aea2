//! Input that is wrong or missing: each is refused with its own words and code, and nothing is changed.

use landfall_fakehost::Change::{self, Delete, Write};
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::proxy::{Answer, Fault, Rule};
use landfall_test_cluster::shared;
use landfall_world::{MAIN, REPOSITORY, World};
use serde_json::{Value, json};

use crate::{binary, config_map, rules, world};

/// A commit that cannot be deployed: its name, its files, the exit code, and what is said.
type Case<'a> = (&'a str, &'a [(&'a str, Change<'a>)], i32, &'a [&'a str]);

const A: &str = "deploy/a.yaml";
const RULES: &str = "landfall.yaml";
const KUSTOMIZATION: &str = "deploy/kustomization.yaml";
const TWICE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n\
    apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

const CASES: [Case<'_>; 11] = [
    ("no rules", &[(RULES, Delete)], 2, &["has no landfall.yaml", "Add one"]),
    ("empty rules", &[(RULES, Write(""))], 2, &["landfall.yaml"]),
    ("broken rules", &[(RULES, Write("app: [shop\n"))], 2, &["landfall.yaml"]),
    ("misspelt key", &[(RULES, Write("app: shop\nenvironmnts: {}\n"))], 2, &["environmnts", "environments"]),
    ("no folder", &[(A, Delete), ("other/b.yaml", Write(""))], 3, &["deploy is not in the commit"]),
    (
        "no manifests",
        &[(A, Delete), ("deploy/README.md", Write("-"))],
        4,
        &["`deploy` renders no object", "allow_empty"],
    ),
    ("broken YAML", &[(A, Write("apiVersion: v1\nkind: [ConfigMap\n"))], 3, &["deploy/a.yaml"]),
    ("key twice", &[(A, Write("apiVersion: v1\nkind: ConfigMap\nkind: Secret\n"))], 3, &["deploy/a.yaml", "kind"]),
    ("object twice", &[(A, Write(TWICE))], 3, &["ConfigMap", "deploy/a.yaml"]),
    ("no object", &[(A, Write("- 1\n- 2\n"))], 3, &["deploy/a.yaml"]),
    ("kustomize", &[(KUSTOMIZATION, Write("resources: [b.yaml]\n"))], 3, &["deploy/kustomization.yaml:1 names b.yaml"]),
];

#[tokio::test]
async fn a_commit_that_cannot_be_rendered_says_why_and_changes_nothing() {
    let (mut world, namespace) = world(&[(A, &config_map("a", "1"))]).await;
    world.set_token("");
    assert_eq!(world.deploy().await.unwrap().code, 0);
    let rules = rules(&namespace);
    let manifest = config_map("a", "1");
    let whole = [(RULES, Write(rules.as_str())), (A, Write(manifest.as_str())), (KUSTOMIZATION, Delete)];
    for (name, files, code, said) in CASES {
        world.host.push_files(REPOSITORY, MAIN, files, name).await.unwrap();
        let job = world.deploy().await.unwrap();
        assert_eq!(job.code, code, "{name}: {}", job.everything());
        for part in said {
            assert!(job.stdout.contains(part), "{name} does not say {part}: {}", job.stdout);
        }
        let present = |(path, _): &&(&str, Change<'_>)| *path != KUSTOMIZATION || name == "kustomize";
        let mend: Vec<_> = whole.iter().filter(present).copied().collect();
        world.host.push_files(REPOSITORY, MAIN, &mend, "mend").await.unwrap();
    }
    assert_eq!(value_of(&namespace, "a").await, "1");
    let mended = world.deploy().await.unwrap();
    assert_eq!(mended.code, 0, "{}", mended.everything());
}

#[tokio::test]
async fn an_empty_render_is_held_and_deletes_nothing() {
    let (mut world, namespace) = world(&[(A, &config_map("a", "1"))]).await;
    world.set_token("");
    assert_eq!(world.deploy().await.unwrap().code, 0);
    world.host.push_files(REPOSITORY, MAIN, &[(A, Write("# nothing yet\n"))], "empty").await.unwrap();
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 4, "{}", job.everything());
    assert!(job.stdout.contains("renders no object, and 1 is deployed"), "{}", job.stdout);
    assert_eq!(value_of(&namespace, "a").await, "1");
}

#[tokio::test]
async fn a_branch_that_no_environment_follows_does_nothing_and_says_what_there_is() {
    let (mut world, _) = world(&[(A, &config_map("a", "1"))]).await;
    world.set_token("");
    let tip = world.host.push_files(REPOSITORY, "feature", &[("x", Write("x"))], "x").await.unwrap();
    let event = world.host.push_event(REPOSITORY, "feature", &"0".repeat(tip.len()), &tip).await.unwrap();
    let job = world.run(&event, "true").await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(job.stdout.contains("Passed over production: it follows the branch `main`"), "{}", job.stdout);
}

#[tokio::test]
async fn an_unprotected_branch_is_held() {
    let (mut world, namespace) = world(&[(A, &config_map("a", "1"))]).await;
    world.set_token("");
    let job = world.run(&push(&world).await, "false").await.unwrap();
    assert_eq!(job.code, 4, "{}", job.everything());
    assert!(job.stdout.contains("the host does not say that the branch `main` is protected"), "{}", job.stdout);
    assert_eq!(value_of(&namespace, "a").await, "");
}

#[tokio::test]
async fn the_first_proposal_with_rules_is_planned_without_the_cluster() {
    let world = World::with_files(binary(), &[("README.md", "shop\n")]).await.unwrap();
    let rules = rules("shop");
    let manifest = config_map("a", "1");
    let files = [(RULES, Write(rules.as_str())), (A, Write(manifest.as_str()))];
    let proposal = world.propose("landfall", "deploy with Landfall", &files).await.unwrap();
    let job = world.plan(proposal).await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    let comments = world.comments(proposal).await.unwrap();
    assert!(comments[0].contains("creates 1 object"), "{}", comments[0]);
    assert!(job.stdout.contains("Planned without the cluster: the target branch has no rules yet"), "{}", job.stdout);
}

#[tokio::test]
async fn a_proposal_of_a_fork_writes_nothing_and_asks_no_cluster() {
    let (mut world, _) = world(&[(A, &config_map("a", "1"))]).await;
    let proxy = shared().await.proxy(&Identity::Planner);
    world.set("LANDFALL_PLAN_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    let fork = world.host.fork(REPOSITORY, "mallory").await.unwrap();
    let changed = config_map("a", "2");
    world.host.push_files(&fork, "evil", &[(A, Write(changed.as_str()))], "evil").await.unwrap();
    let proposal = world.host.open_proposal(REPOSITORY, "mallory:evil", MAIN, "evil", "mallory").await.unwrap();
    let job = world.plan(proposal).await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(job.stdout.contains("a proposal from a fork gets no credentials"), "{}", job.stdout);
    assert_eq!(proxy.requests(), []);
    let writes = world.host.requests().into_iter().filter(|it| it.path.starts_with("/repos") && it.method != "GET");
    assert_eq!(writes.collect::<Vec<_>>(), []);
}

#[tokio::test]
async fn a_proposal_only_dry_runs() {
    let (world, namespace) = world(&[(A, &config_map("a", "1"))]).await;
    let changed = config_map("a", "2");
    let proposal = world.propose("change", "change", &[(A, Write(changed.as_str()))]).await.unwrap();
    let job = world.plan(proposal).await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    let audit = shared().await.audit();
    let asked: Vec<_> =
        audit.iter().filter(|it| it.namespace == namespace && it.user.starts_with("landfall-p")).collect();
    let writes: Vec<_> = asked.iter().filter(|it| !["get", "list", "watch"].contains(&it.verb.as_str())).collect();
    assert!(!writes.is_empty(), "the plan was made by dry runs");
    assert!(writes.iter().all(|it| it.dry_run), "{writes:?}");
    assert!(asked.iter().all(|it| it.code < 400 || it.code == 404), "{asked:?}");
}

#[tokio::test]
async fn an_api_server_that_cannot_be_reached_or_trusted_is_named() {
    let (mut world, _) = world(&[(A, &config_map("a", "1"))]).await;
    world.set_token("");
    let cluster = shared().await;
    let text = std::fs::read_to_string(cluster.kubeconfig(&Identity::Deployer)).unwrap();
    let good: Value = serde_json::from_str(&text).unwrap();
    let mut unreachable = good.clone();
    unreachable["clusters"][0]["cluster"]["server"] = json!("https://127.0.0.1:1");
    let mut distrusted = good.clone();
    distrusted["clusters"][0]["cluster"]["certificate-authority-data"] =
        good["users"][0]["user"]["client-certificate-data"].clone();
    let folder = tempfile::tempdir().unwrap();
    for (name, config, said) in [
        ("unreachable", unreachable, "failed to reach the API server https://127.0.0.1:1/"),
        ("distrusted", distrusted, "failed to reach the API server https://127.0.0.1"),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, config.to_string()).unwrap();
        world.set("LANDFALL_DEPLOY_KUBECONFIG", &file.display().to_string());
        let job = world.deploy().await.unwrap();
        assert_eq!(job.code, 8, "{name}: {}", job.everything());
        assert!(job.stdout.contains(said), "{name}: {}", job.stdout);
        // The client's own log would say it three times more.
        assert!(!job.stderr.contains("ERROR") && !job.stderr.contains('\u{1b}'), "{name}: {}", job.stderr);
        if name == "distrusted" {
            assert!(job.stdout.contains("certificate"), "{}", job.stdout);
        }
    }
}

#[tokio::test]
async fn a_forbidden_request_names_the_rule_that_would_allow_it() {
    let (mut world, namespace) = world(&[(A, &config_map("a", "1"))]).await;
    world.set_token("");
    let nobody = Identity::Other { user: "nobody".to_owned(), group: "nobodies".to_owned() };
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &shared().await.kubeconfig(&nobody).display().to_string());
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 8, "{}", job.everything());
    for part in ["cannot get resource \"leases\"", "coordination.k8s.io", "verbs: [\"get\"", &namespace, "Role"] {
        assert!(job.stdout.contains(part), "{part}: {}", job.stdout);
    }
}

#[tokio::test]
async fn a_read_that_the_api_server_fails_at_is_asked_again_and_named_where_it_fails_on() {
    let (mut world, _) = world(&[("deploy/a.yaml", &config_map("a", "1"))]).await;
    let proxy = shared().await.proxy(&Identity::Deployer);
    world.set("LANDFALL_DEPLOY_KUBECONFIG", &proxy.kubeconfig().display().to_string());
    let failure = Answer { status: 500, retry_after_seconds: None, body: "etcdserver: leader changed".to_owned() };
    let rule = || Rule::always(Fault::Answer(failure.clone())).method("GET").containing("/configmaps?");
    proxy.add(rule().first(3));
    // After that it says that there is none, which is an answer.
    let inventory = "/configmaps/landfall-shop-production";
    proxy.add(Rule::always(Fault::Answer(failure.clone())).method("GET").containing(inventory).nth(1));
    let outlived = world.deploy().await.unwrap();
    assert_eq!(outlived.code, 0, "{}", outlived.everything());
    let asked = proxy.requests().into_iter().filter(|it| it.method == "GET" && it.uri.ends_with(inventory));
    assert_eq!(asked.count(), 2);
    proxy.reset();
    proxy.add(rule());
    let failed = world.deploy().await.unwrap();
    assert_eq!(failed.code, 8, "{}", failed.everything());
    assert!(failed.stdout.contains("the API server answered GET /api/v1/namespaces/"), "{}", failed.everything());
    assert!(failed.stdout.contains("/configmaps with 500: etcdserver: leader changed"), "{}", failed.everything());
}

#[tokio::test]
async fn an_event_file_that_is_missing_or_cut_short_is_named() {
    let (mut world, _) = world(&[(A, &config_map("a", "1"))]).await;
    world.set_token("");
    let event = push(&world).await;
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("event.json");
    std::fs::write(&cut, &event.to_string()[..40]).unwrap();
    let cut = cut.display().to_string();
    let cases = [("/nonexistent/event.json", "cannot be read"), (&cut, "is not a whole push event")];
    for (path, said) in cases {
        let job =
            world.run_with(&event, &[("GITHUB_EVENT_PATH", path), ("GITHUB_REF_PROTECTED", "true")]).await.unwrap();
        assert_eq!(job.code, 2, "{}", job.everything());
        assert!(job.stdout.contains(path) && job.stdout.contains(said), "{}", job.stdout);
    }
}

#[tokio::test]
async fn a_shallow_checkout_whose_host_cannot_be_reached_is_told_how_to_check_out_more() {
    let (mut world, namespace) = world(&[(A, &config_map("a", "1"))]).await;
    world.set_token("");
    assert_eq!(world.deploy().await.unwrap().code, 0);
    let changed = config_map("a", "2");
    let proposal = world.propose("change", "change", &[(A, Write(changed.as_str()))]).await.unwrap();
    world.host.push_files(REPOSITORY, MAIN, &[(A, Write(changed.as_str()))], "change").await.unwrap();
    // Nothing listens there, so Git and Landfall reach no host; the checkout was made without it.
    world.set("http_proxy", "http://127.0.0.1:1");
    for job in [world.plan(proposal).await.unwrap(), world.deploy().await.unwrap()] {
        assert_eq!(job.code, 8, "{}", job.everything());
        for said in ["is not in this checkout and cannot be fetched", "fetch-depth: 0"] {
            assert!(job.stdout.contains(said), "{said}: {}", job.stdout);
        }
    }
    assert_eq!(value_of(&namespace, "a").await, "1");
    world.set("http_proxy", "");
    let next = world.deploy().await.unwrap();
    assert_eq!(next.code, 0, "{}", next.everything());
    assert_eq!(value_of(&namespace, "a").await, "2");
}

async fn push(world: &World) -> Value {
    let tip = world.host.tip(REPOSITORY, MAIN).await.unwrap();
    world.host.push_event(REPOSITORY, MAIN, &"0".repeat(tip.len()), &tip).await.unwrap()
}

/// Returns a `ConfigMap`'s one value; nothing when there is no such object.
pub(crate) async fn value_of(namespace: &str, name: &str) -> String {
    let jsonpath = "jsonpath={.data.key}";
    let output = shared().await.kubectl(&["get", "configmap", name, "-n", namespace, "-o", jsonpath]);
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn a_version_that_the_cluster_serves_no_more_is_blocked_with_the_one_to_write() {
    let old = "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: web}\n";
    let (world, _) = world(&[("deploy/a.yaml", old)]).await;
    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 4, "{}", job.everything());
    for part in ["the cluster does not serve extensions/v1beta1 Ingress", "rite apiVersion `networking.k8s.io/v1`"] {
        assert!(job.stdout.contains(part), "does not say {part}: {}", job.stdout);
    }
}
