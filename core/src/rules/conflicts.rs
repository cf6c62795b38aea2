//! Who wins fields that somebody else owns too. Does not look at objects: core `ownership` does.

use super::kind;
use super::mistake::Mistake;
use super::read::Reader;
use super::tree::Node;
use super::value::Unusable;
use crate::ownership::{Resolve, Rule};

/// Fields that name an object or that the server alone writes: nobody owns them.
const UNOWNED: [&str; 12] = [
    "apiVersion",
    "kind",
    "metadata.creationTimestamp",
    "metadata.deletionTimestamp",
    "metadata.generation",
    "metadata.managedFields",
    "metadata.name",
    "metadata.namespace",
    "metadata.resourceVersion",
    "metadata.selfLink",
    "metadata.uid",
    "status",
];

/// Reads an environment's `conflicts`.
pub(super) fn conflicts(environment: &Node, reader: &mut Reader<'_>) -> Vec<Rule> {
    let items = environment.entry("conflicts").map_or(&[][..], |entry| entry.node.items());
    let mut rules: Vec<Rule> = Vec::new();
    for item in items {
        let Some(rule) = rule(item, reader) else { continue };
        if rules.iter().any(|known| is_same(known, &rule)) {
            reader.mistakes.extend(again(item));
        } else {
            rules.push(rule);
        }
    }
    rules
}

fn rule(item: &Node, reader: &mut Reader<'_>) -> Option<Rule> {
    let kind = reader.text(item, "kind", kind::kind);
    let path = reader.text(item, "path", path);
    let manager = reader.text(item, "manager", manager);
    let resolve = match item.entry("resolve")?.node.text()? {
        "ours" => Resolve::Ours,
        "theirs" => Resolve::Theirs,
        "ignore" => Resolve::Ignore,
        _ => return None,
    };
    // A rule whose kind or manager is not usable would be about everything.
    let is_read = |key: &str, read: bool| read || item.entry(key).is_none();
    (is_read("kind", kind.is_some()) && is_read("manager", manager.is_some()))
        .then_some(())
        .and(path)
        .map(|path| Rule { kind, path, manager, resolve })
}

fn path(text: &str) -> Result<String, Unusable> {
    let bad = |why: &str| {
        let help =
            "write it as a plan shows it: `spec.replicas`, `data.key`, `spec.template.spec.containers[web].image`";
        Err((why.to_owned(), help.to_owned()))
    };
    let path = text.strip_prefix('.').unwrap_or(text);
    if path.is_empty() || path.chars().any(char::is_control) {
        return bad("it names no field");
    }
    if path.starts_with('/') {
        return bad("it is a pointer, not a path");
    }
    if path.contains(".*") || path.trim() != path || path.contains("..") || path.ends_with('.') || !is_balanced(path) {
        return bad("it is no path");
    }
    let is_in = |own: &str| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    if UNOWNED.iter().any(|own| is_in(own)) {
        return bad("nobody owns it, so nobody disagrees about it");
    }
    Ok(path.to_owned())
}

fn is_balanced(path: &str) -> bool {
    let mut open = false;
    for c in path.chars() {
        match c {
            '[' if open => return false,
            ']' if !open => return false,
            '[' => open = true,
            ']' => open = false,
            _ => {}
        }
    }
    !open && !path.contains("[]")
}

/// The API server takes 128 printable characters (apimachinery, `meta/v1/validation`).
const MANAGER_CHARS_MAX: usize = 128;

fn manager(text: &str) -> Result<String, Unusable> {
    if !text.is_empty() && text.chars().count() <= MANAGER_CHARS_MAX && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    let help = "write it as a plan names it, such as `kube-controller-manager`".to_owned();
    Err(("it is not the name of a field manager".to_owned(), help))
}

fn is_same(one: &Rule, other: &Rule) -> bool {
    (&one.kind, &one.path, &one.manager) == (&other.kind, &other.path, &other.manager)
}

fn again(item: &Node) -> Option<Mistake> {
    let at = item.entry("path")?.node.at;
    let (why, help) = ("an earlier rule is about this field".to_owned(), "keep one of the two".to_owned());
    Some(Mistake::BadValue { key: "path".to_owned(), why, help, at })
}
