//! The smallest events, rules and plans that the tests of trust and gates need.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::str::FromStr;

use landfall_core::diff::ObjectDiff;
use landfall_core::id::{InvalidName, TargetId};
use landfall_core::manifest::ObjectId;
use landfall_core::plan::{Change, Class, Plan};
use landfall_core::rules::{self, Environment};
use landfall_core::trigger::{Proposal, Push, Tag, Trigger};

pub(crate) const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(crate) const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

pub(crate) fn environment() -> Environment {
    environment_with("")
}

/// The environment `production`, which follows `main`, with more keys.
pub(crate) fn environment_with(keys: &str) -> Environment {
    let clusters = "clusters: {eu: {kubeconfig: {deploy: EU}}, us: {kubeconfig: {deploy: US}}}";
    let target = "target: {cluster: eu, namespace: shop}";
    let environment = format!("production: {{branch: main, source: deploy, {target}, {keys}}}");
    let text = format!("app: shop\n{clusters}\nenvironments: {{{environment}}}\n");
    rules::parse("landfall.yaml", &text).expect("the text above is valid").environments.remove(0)
}

pub(crate) fn target(cluster: &str) -> TargetId {
    TargetId {
        app: read("shop"),
        environment: read("production"),
        cluster: read(cluster),
        namespace: read("shop"),
        state: None,
    }
}

pub(crate) fn push(branch: &str, protected: bool) -> Trigger {
    let after = read(A);
    Trigger::Push(Push { branch: branch.to_owned(), before: None, after, forced: false, protected })
}

pub(crate) fn tag(name: &str, protected: bool) -> Trigger {
    Trigger::Tag(Tag { name: name.to_owned(), commit: read(A), protected })
}

pub(crate) fn proposal(base: &str, fork: bool) -> Trigger {
    Trigger::Proposal(Proposal {
        number: 1,
        title: "Change".to_owned(),
        head: read(A),
        head_branch: "change".to_owned(),
        base_branch: base.to_owned(),
        fork,
        draft: false,
        author: "ann".to_owned(),
    })
}

pub(crate) fn plan(cluster: &str, commit: &str, classes: Vec<Class>) -> Plan {
    let changes = classes.into_iter().enumerate().map(|(index, class)| change(index, class)).collect();
    Plan {
        target: target(cluster),
        commit: read(commit),
        deployed: None,
        unexplained: None,
        retired: None,
        changes,
        server: None,
    }
}

fn read<T: FromStr<Err = InvalidName>>(text: &str) -> T {
    text.parse().expect("the tests use valid names")
}

fn change(index: usize, class: Class) -> Change {
    let name = format!("c{index}");
    let id = ObjectId { group: String::new(), kind: "ConfigMap".to_owned(), namespace: Some("shop".to_owned()), name };
    let diff = ObjectDiff::default();
    Change {
        id,
        class,
        origin: None,
        diff,
        effect: String::new(),
        notes: Vec::new(),
        takeover: None,
        drift: None,
        body: None,
        uid: None,
    }
}
