//! Whether a proposal would ever use an identity that may write. Does not read what the variables hold.

use super::mistake::Mistake;
use super::tree::Node;

/// Adds every plan identity that is the deploy identity of any cluster.
pub(super) fn check(root: &Node, mistakes: &mut Vec<Mistake>) {
    let deploys: Vec<&Node> = identities(root, "deploy").collect();
    for plan in identities(root, "plan") {
        if let Some(deploy) = deploys.iter().find(|deploy| deploy.text() == plan.text()) {
            let variable = plan.text().unwrap_or_default().to_owned();
            mistakes.push(Mistake::OneIdentity { variable, plan: plan.at, at: deploy.at });
        }
    }
}

fn identities<'a>(root: &'a Node, key: &'a str) -> impl Iterator<Item = &'a Node> {
    let access = root.children("clusters").iter().filter_map(|cluster| cluster.node.entry("kubeconfig"));
    let named = access.filter_map(move |access| access.node.entry(key)).map(|entry| &entry.node);
    named.filter(|node| node.text().is_some())
}
