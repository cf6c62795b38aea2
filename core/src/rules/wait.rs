//! How long an environment is waited for, and when its kinds are ready. Does not judge objects: core `ready` does.

use miette::SourceSpan;

use super::kind;
use super::mistake::Mistake;
use super::read::Reader;
use super::tree::Node;
use super::{OnFailure, WAIT_SECONDS_DEFAULT, Wait, value};
use crate::ready::{Expression, InvalidExpression, Rule};

/// Reads an environment's `wait`.
pub(super) fn wait(environment: &Node, reader: &mut Reader<'_>) -> Wait {
    let Some(entry) = environment.entry("wait") else { return Wait::default() };
    let timeout = reader.text(&entry.node, "timeout", value::duration);
    let items = entry.node.entry("ready").map_or(&[][..], |entry| entry.node.items());
    let mut ready: Vec<Rule> = Vec::new();
    for item in items {
        let Some(rule) = rule(item, reader) else { continue };
        if ready.iter().any(|known| known.group == rule.group && known.kind == rule.kind) {
            reader.mistakes.extend(again(item));
        } else {
            ready.push(rule);
        }
    }
    let on_failure = match entry.node.entry("on_failure").and_then(|entry| entry.node.text()) {
        Some("rollback") => OnFailure::Rollback,
        _ => OnFailure::Keep,
    };
    Wait { timeout_seconds: timeout.unwrap_or(WAIT_SECONDS_DEFAULT), ready, on_failure }
}

fn rule(item: &Node, reader: &mut Reader<'_>) -> Option<Rule> {
    let kind = reader.text(item, "kind", kind::kind);
    let when = expression(item, "when", reader);
    let failed = expression(item, "failed", reader);
    let (group, kind) = kind?;
    Some(Rule { group, kind, when: when?, failed })
}

fn expression(item: &Node, key: &str, reader: &mut Reader<'_>) -> Option<Expression> {
    let entry = item.entry(key)?;
    let text = entry.node.text()?;
    let mistake = |invalid: InvalidExpression| {
        let at = inside(entry.node.at, text, invalid.at);
        Mistake::BadExpression { key: key.to_owned(), why: invalid.why, help: invalid.help, at }
    };
    Expression::compile(text).map_err(|invalid| reader.mistakes.push(mistake(invalid))).ok()
}

/// Returns the place of a part of a text: exact where the text is written as it is, with or without quotes; the whole
/// text where it is folded or has escapes.
fn inside(at: SourceSpan, text: &str, (start, length): (usize, usize)) -> SourceSpan {
    let quotes = match at.len().checked_sub(text.len()) {
        Some(0) => 0,
        Some(2) => 1,
        Some(_) | None => return at,
    };
    (at.offset() + quotes + start, length).into()
}

fn again(item: &Node) -> Option<Mistake> {
    let at = item.entry("kind")?.node.at;
    let (why, help) = ("an earlier rule is about this kind".to_owned(), "join the two: `a || b`".to_owned());
    Some(Mistake::BadValue { key: "kind".to_owned(), why, help, at })
}
