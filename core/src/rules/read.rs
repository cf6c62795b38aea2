//! Turns the checked tree into rules, judging every value. Does not look for unknown or missing keys.

use std::collections::BTreeMap;
use std::str::FromStr;

use miette::SourceSpan;

use super::mistake::{Mistake, suggest};
use super::pattern::RefPattern;
use super::tree::{Entry, Node, Value};
use super::value::{self, Unusable};
use super::written::Written;
use super::{
    Access, Cluster, Environment, Follows, Gates, IMAGE_WAIT_SECONDS_DEFAULT, Mode, Retired, Rules, Target, Transform,
    conflicts, identity, kind, place, reach, render, verify, wait,
};
use crate::id::{ClusterName, EnvName, InvalidName};
use crate::lint::{LINTS, Switch};
use crate::manifest::Compat;
use crate::succession::Succession;

/// Reads the rules. None when a part could not be read, which is then in `mistakes`, or was put there by the check.
pub(super) fn rules(root: &Node, mistakes: &mut Vec<Mistake>) -> Option<Rules> {
    identity::check(root, mistakes);
    reach::check(root, mistakes);
    place::check(root, mistakes);
    let mut reader = Reader { mistakes };
    let app = reader.name(root, "app");
    let clusters = reader.clusters(root);
    let environments = reader.environments(root);
    Some(Rules { app: app?, clusters, environments })
}

/// Reads values, and keeps what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) mistakes: &'a mut Vec<Mistake>,
}

impl Reader<'_> {
    fn clusters(&mut self, root: &Node) -> BTreeMap<ClusterName, Cluster> {
        let entries = root.children("clusters");
        let read = entries.iter().filter_map(|entry| self.cluster(entry));
        read.map(|cluster| (cluster.name.clone(), cluster)).collect()
    }

    fn cluster(&mut self, entry: &Entry) -> Option<Cluster> {
        let name: Option<ClusterName> = self.key_name(entry);
        let access = &entry.node.entry("kubeconfig")?.node;
        let plan = self.text(access, "plan", value::variable);
        let deploy = self.text(access, "deploy", value::variable);
        Some(Cluster { name: name?, access: Access::Kubeconfig { plan, deploy: deploy? } })
    }

    fn environments(&mut self, root: &Node) -> Vec<Environment> {
        let entries = root.children("environments");
        let known: Vec<&str> = root.children("clusters").iter().map(|entry| entry.key.as_str()).collect();
        entries.iter().filter_map(|entry| self.environment(entry, &known)).collect()
    }

    fn environment(&mut self, entry: &Entry, clusters: &[&str]) -> Option<Environment> {
        let node = &entry.node;
        let name: Option<EnvName> = self.key_name(entry);
        let follows = self.follows(node);
        let order = self.order(node, follows.as_ref());
        let source = self.text(node, "source", value::folder);
        let render = render::render(node, self);
        let images = self.names(node, "images", value::image);
        let image_wait = self.text(node, "image_wait", value::duration);
        let transform = self.transform(node);
        let lint = self.lints(node);
        let targets = self.targets(node, clusters);
        let adopt = self.texts(node, "adopt", value::predecessor);
        let allow_delete = self.texts(node, "allow_delete", kind::deletion);
        let wait = wait::wait(node, self);
        let verify = verify::verify(node, self);
        let conflicts = conflicts::conflicts(node, self);
        let url = self.text(node, "url", value::url);
        Some(Environment {
            name: name?,
            follows: follows?,
            order,
            source: source?,
            render,
            compat: compat(node),
            images,
            image_wait_seconds: image_wait.unwrap_or(IMAGE_WAIT_SECONDS_DEFAULT),
            transform,
            lint,
            targets,
            adopt,
            allow_delete,
            gates: gates(node),
            wait,
            verify,
            conflicts,
            url,
            mode: mode(node),
            written: Written::of(node),
        })
    }

    fn follows(&mut self, node: &Node) -> Option<Follows> {
        self.excluding(node, "branch", "tag");
        let branch = self.text(node, "branch", pattern).map(Follows::Branch);
        let tag = self.text(node, "tag", pattern).map(Follows::Tag);
        branch.or(tag)
    }

    /// Several branches or tags that go to one place have no common history that says which comes last.
    fn order(&mut self, node: &Node, follows: Option<&Follows>) -> Succession {
        match node.entry("order").and_then(|entry| entry.node.text()) {
            Some("semver") => Succession::Semver,
            Some("latest_push") => Succession::LatestPush,
            Some(_) => Succession::Ancestry,
            None => {
                let key = match follows {
                    Some(Follows::Branch(pattern)) if pattern.exact().is_none() => "branch",
                    Some(Follows::Tag(pattern)) if pattern.exact().is_none() => "tag",
                    Some(_) | None => return Succession::Ancestry,
                };
                let at = node.entry(key).map(|entry| entry.at);
                self.mistakes.extend(at.map(|at| Mistake::NoOrder { key, at }));
                Succession::Ancestry
            }
        }
    }

    fn lints(&mut self, node: &Node) -> BTreeMap<String, Switch> {
        let known: Vec<&str> = LINTS.iter().map(|lint| lint.code).collect();
        for entry in node.children("lint").iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let (key, level, help) = (entry.key.clone(), "`lint`".to_owned(), suggest(&entry.key, &known));
            self.mistakes.push(Mistake::UnknownKey { key, level, help, at: entry.at });
        }
        self.names(node, "lint", |word| Ok(if word == "off" { Switch::Off } else { Switch::Warn }))
    }

    fn transform(&mut self, node: &Node) -> Transform {
        let Some(Entry { node, .. }) = node.entry("transform") else { return Transform::default() };
        for entry in node.children("labels").iter().chain(node.children("annotations")) {
            self.usable(&entry.key, entry.at, value::label_key(&entry.key));
        }
        let namespace =
            matches!(node.entry("namespace"), Some(Entry { node: Node { value: Value::Flag(true), .. }, .. }));
        let labels = self.names(node, "labels", value::label);
        let annotations = self.names(node, "annotations", |text| Ok(text.to_owned()));
        Transform { namespace, labels, annotations }
    }

    fn targets(&mut self, node: &Node, clusters: &[&str]) -> Vec<Target> {
        self.excluding(node, "target", "targets");
        let nodes = place::targets(node);
        let all = retired(node);
        nodes.into_iter().filter_map(|node| self.target(node, clusters, all)).collect()
    }

    fn target(&mut self, node: &Node, clusters: &[&str], all: Option<Retired>) -> Option<Target> {
        let cluster = self.known_cluster(node, clusters);
        let namespace = self.name(node, "namespace");
        let wave = self.wave(node);
        let state = node.entry("state").and_then(|entry| self.name(&entry.node, "namespace"));
        let retired = retired(node).or(all);
        Some(Target { cluster: cluster?, namespace: namespace?, state, wave: wave?, retired })
    }

    fn known_cluster(&mut self, node: &Node, clusters: &[&str]) -> Option<ClusterName> {
        let entry = node.entry("cluster")?;
        let name = entry.node.text()?;
        if clusters.contains(&name) {
            return name.parse().ok();
        }
        let help = suggest(name, clusters);
        self.mistakes.push(Mistake::UnknownCluster { cluster: name.to_owned(), help, at: entry.node.at });
        None
    }

    fn wave(&mut self, node: &Node) -> Option<u32> {
        let Some(entry) = node.entry("wave") else { return Some(1) };
        let Value::Count(count) = entry.node.value else { return None };
        let wave = u32::try_from(count).map_err(|_| ("it is too large".to_owned(), "number waves from 1".to_owned()));
        self.usable("wave", entry.node.at, wave)
    }

    fn excluding(&mut self, node: &Node, first: &'static str, second: &'static str) {
        if let (Some(one), Some(other)) = (node.entry(first), node.entry(second)) {
            self.mistakes.push(Mistake::ExcludingKeys { first, second, first_at: one.at, at: other.at });
        }
    }

    /// Reads a key's text; none when it is absent, mistyped (the check says so) or unusable.
    pub(super) fn text<T>(
        &mut self,
        node: &Node,
        key: &str,
        read: impl FnOnce(&str) -> Result<T, Unusable>,
    ) -> Option<T> {
        let entry = node.entry(key)?;
        self.usable(key, entry.node.at, read(entry.node.text()?))
    }

    /// Reads a key's list of texts.
    pub(super) fn texts<T>(&mut self, node: &Node, key: &str, read: fn(&str) -> Result<T, Unusable>) -> Vec<T> {
        let items = node.entry(key).map_or(&[][..], |entry| entry.node.items());
        items.iter().filter_map(|item| self.usable(key, item.at, read(item.text()?))).collect()
    }

    /// Reads a key's map of names that the user chooses.
    pub(super) fn names<T>(
        &mut self,
        node: &Node,
        key: &str,
        read: fn(&str) -> Result<T, Unusable>,
    ) -> BTreeMap<String, T> {
        let entries = node.children(key).iter();
        let read = entries.filter_map(|entry| {
            let value = self.usable(&entry.key, entry.node.at, read(entry.node.text()?))?;
            Some((entry.key.clone(), value))
        });
        read.collect()
    }

    fn name<T: FromStr<Err = InvalidName>>(&mut self, node: &Node, key: &str) -> Option<T> {
        self.text(node, key, name)
    }

    fn key_name<T: FromStr<Err = InvalidName>>(&mut self, entry: &Entry) -> Option<T> {
        self.usable(&entry.key, entry.at, name(&entry.key))
    }

    pub(super) fn usable<T>(&mut self, key: &str, at: SourceSpan, read: Result<T, Unusable>) -> Option<T> {
        read.map_err(|(why, help)| self.mistakes.push(Mistake::BadValue { key: key.to_owned(), why, help, at })).ok()
    }
}

fn name<T: FromStr<Err = InvalidName>>(text: &str) -> Result<T, Unusable> {
    let help = "use 1 to 63 lower-case letters, digits and inner hyphens, as in `shop-eu`";
    text.parse().map_err(|error: InvalidName| (format!("this is not {}", error.expected), help.to_owned()))
}

fn pattern(text: &str) -> Result<RefPattern, Unusable> {
    let help = "write a name, a glob such as `release/*`, or an expression between slashes such as `/v[0-9]+/`";
    text.parse().map_err(|error: super::InvalidPattern| (error.to_string(), help.to_owned()))
}

fn compat(node: &Node) -> Compat {
    match node.entry("compat").and_then(|entry| entry.node.text()) {
        Some("kubectl") => Compat::Kubectl,
        _ => Compat::Strict,
    }
}

fn mode(node: &Node) -> Mode {
    match node.entry("mode").and_then(|entry| entry.node.text()) {
        Some("observe") => Mode::Observe,
        _ => Mode::Deploy,
    }
}

fn retired(node: &Node) -> Option<Retired> {
    match node.entry("retired").and_then(|entry| entry.node.text()) {
        Some("delete") => Some(Retired::Delete),
        Some("orphan") => Some(Retired::Orphan),
        _ => None,
    }
}

fn gates(node: &Node) -> Gates {
    let value = |key| node.entry("gates").and_then(|entry| entry.node.entry(key)).map(|entry| &entry.node.value);
    let mut gates = Gates::default();
    if let Some(Value::Count(count)) = value("max_deletions") {
        gates.max_deletions = usize::try_from(*count).unwrap_or(usize::MAX);
    }
    if let Some(Value::Flag(flag)) = value("allow_empty") {
        gates.allow_empty = *flag;
    }
    if let Some(Value::Flag(flag)) = value("explained") {
        gates.explained = *flag;
    }
    gates
}
