//! Bases of a kustomization in another repository: fetched at a full commit, where the rules list the repository.

use landfall_fakehost::{Change, FakeHost};
use serde_json::Value;

use crate::checkout::Checkout;
use crate::config_map;

const OTHER: &str = "platform/bases";

struct Host {
    host: FakeHost,
    commit: String,
}

impl Host {
    /// A host with a repository of bases, one of which needs another one.
    async fn start() -> Self {
        let host = FakeHost::start().await.unwrap();
        let map = config_map("a", "1");
        let files = [
            ("web/kustomization.yaml", "resources: [../common]\nnamePrefix: web-\n"),
            ("common/kustomization.yaml", "resources: [a.yaml]\n"),
            ("common/a.yaml", map.as_str()),
            ("wild/kustomization.yaml", "resources: [/etc]\n"),
        ];
        host.repository(OTHER, &files).await.unwrap();
        let commit = host.tip(OTHER, "main").await.unwrap();
        Self { host, commit }
    }

    fn address(&self) -> String {
        self.host.clone_url(OTHER).trim_end_matches(".git").to_owned()
    }

    /// A repository with a kustomization that names a folder of the other one.
    fn checkout(&self, folder: &str, revision: &str, listed: &str) -> Checkout {
        let kustomization = format!("resources:\n- {}//{folder}?ref={revision}\nnameSuffix: -x\n", self.address());
        let rules = format!("render: {{kustomize: {{repositories: [\"{listed}\"]}}}},");
        Checkout::ruled(&rules, &[("deploy/kustomization.yaml", &kustomization)])
    }
}

#[tokio::test]
async fn a_base_of_a_listed_repository_is_built_at_its_commit_and_at_no_other() {
    let host = Host::start().await;
    let changed = config_map("a", "2");
    host.host.push_files(OTHER, "main", &[("common/a.yaml", Change::Write(&changed))], "later").await.unwrap();
    let objects = host.checkout("web", &host.commit, &host.address()).objects();
    let found: Vec<[&Value; 2]> =
        objects.iter().map(|object| [&object["metadata"]["name"], &object["data"]["key"]]).collect();
    assert_eq!(found, [["web-a-x", "1"]]);
}

#[tokio::test]
async fn a_base_that_is_not_listed_not_pinned_or_not_there_is_refused_with_its_line() {
    let host = Host::start().await;
    let (address, commit) = (host.address(), host.commit.as_str());
    let nowhere = "0123456789abcdef0123456789abcdef01234567";
    for (folder, revision, listed, said) in [
        ("web", "main", address.as_str(), "without a full commit"),
        ("web", commit, "https://host.example/other", ", an address that the rules do not list"),
        ("web", nowhere, &address, "which cannot be fetched: git fetch failed: "),
    ] {
        let said =
            format!("deploy/kustomization.yaml:2 names {address}//{folder}?ref={revision} {said}").replace(" ,", ",");
        host.checkout(folder, revision, listed).refused(&[&said]);
    }
    let at = format!("{address}@{}//", &commit[..7]);
    let wild = format!("{at}wild/kustomization.yaml");
    host.checkout("wild", commit, &address).refused(&[&wild, "names /etc, which is not in the commit"]);
    let absent = format!("names {at}wbe, which is not in the commit");
    host.checkout("wbe", commit, &address).refused(&[&absent, "orrect the path"]);
    host.checkout("web", nowhere, &address).refused(&["ame a commit that is in that repository"]);
}
