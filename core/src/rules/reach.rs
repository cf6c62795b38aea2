//! Whether any branch or tag could choose an environment. Does not know which ones the repository has.

use super::mistake::Mistake;
use super::tree::{Entry, Node};

/// Adds every environment whose branch or tag is written in a way that Git never names one.
pub(super) fn check(root: &Node, mistakes: &mut Vec<Mistake>) {
    for environment in root.children("environments") {
        for key in ["branch", "tag"] {
            if let Some(entry) = environment.node.entry(key) {
                mistakes.extend(unreachable(environment, key, entry));
            }
        }
    }
}

fn unreachable(environment: &Entry, key: &str, entry: &Entry) -> Option<Mistake> {
    let text = entry.node.text()?;
    let why = impossible(text)?;
    let help = match text.strip_prefix("refs/heads/").or_else(|| text.strip_prefix("refs/tags/")) {
        Some(short) => format!("write `{key}: {short}`"),
        None => format!(
            "write the {key}'s name as Git prints it, a glob such as `release/*`, or an expression such as `/v[0-9]+/`"
        ),
    };
    Some(Mistake::Unreachable { environment: environment.key.clone(), why: why.to_owned(), help, at: entry.node.at })
}

/// Says why no branch or tag has this name (git-check-ref-format), for names and globs; an expression is taken as it is.
fn impossible(text: &str) -> Option<&'static str> {
    if text.len() > 1 && text.starts_with('/') && text.ends_with('/') {
        return None;
    }
    if text.is_empty() {
        return Some("the name is empty");
    }
    if text.starts_with("refs/") {
        return Some("the name is compared without `refs/heads/` or `refs/tags/`");
    }
    let unnameable = |c: char| c.is_ascii_control() || matches!(c, ' ' | '~' | '^' | ':' | '\\');
    if text.contains(unnameable) {
        return Some("Git allows no such character in a name");
    }
    let part = |part: &str| part.is_empty() || part.starts_with('.') || part.strip_suffix(".lock").is_some();
    if text.split('/').any(part) || text.contains("..") || text.contains("@{") || text.ends_with('.') {
        return Some("Git allows no such name");
    }
    None
}
