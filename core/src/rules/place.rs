//! Whether two environments would fight over one cluster and namespace. Does not ask whether the cluster exists.

use super::mistake::Mistake;
use super::tree::{Entry, Node};

/// Adds every target that an earlier one already has. All targets share one application, hence one inventory each.
pub(super) fn check(root: &Node, mistakes: &mut Vec<Mistake>) {
    let mut seen: Vec<Place<'_>> = Vec::new();
    for environment in root.children("environments") {
        for place in targets(&environment.node).into_iter().filter_map(|node| Place::of(environment, node)) {
            match seen.iter().find(|known| known.is(&place)) {
                Some(known) => mistakes.push(known.shared_with(&place)),
                None => seen.push(place),
            }
        }
    }
}

/// Returns the nodes of an environment's targets, however it writes them.
pub(super) fn targets(environment: &Node) -> Vec<&Node> {
    let one = environment.entry("target").map(|entry| &entry.node);
    let many = environment.entry("targets").map_or(&[][..], |entry| entry.node.items());
    one.into_iter().chain(many).collect()
}

struct Place<'a> {
    environment: &'a str,
    cluster: &'a str,
    namespace: &'a Node,
}

impl<'a> Place<'a> {
    fn of(environment: &'a Entry, target: &'a Node) -> Option<Self> {
        let cluster = target.entry("cluster")?.node.text()?;
        let namespace = &target.entry("namespace")?.node;
        namespace.text()?;
        Some(Self { environment: &environment.key, cluster, namespace })
    }

    fn is(&self, other: &Self) -> bool {
        self.cluster == other.cluster && self.namespace.text() == other.namespace.text()
    }

    fn shared_with(&self, second: &Self) -> Mistake {
        Mistake::SharedTarget {
            first: self.environment.to_owned(),
            second: second.environment.to_owned(),
            place: format!("{}/{}", self.cluster, self.namespace.text().unwrap_or_default()),
            first_at: self.namespace.at,
            at: second.namespace.at,
        }
    }
}
