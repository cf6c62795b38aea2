//! The mistakes of a set of templates, with their places. Tera ends at the first: here every template is asked.

use std::collections::BTreeMap;

use tera::{Error, ErrorKind};

use super::wire::{Place, Wrong};
use super::worker::engine;

/// Returns every mistake that keeps the templates from being loaded.
///
/// A wrong template is emptied, and the rest tried again: as often as there are templates, at most.
pub(super) fn of(templates: &BTreeMap<String, String>) -> Vec<Wrong> {
    let mut left = templates.clone();
    let mut found = Vec::new();
    for (name, text) in templates {
        if let Err(error) = engine().add_raw_template(name, text)
            && matches!(error.kind(), ErrorKind::SyntaxError(_))
        {
            found.extend(wrong(name, &error));
            left.insert(name.clone(), String::new());
        }
    }
    while let Err(error) = engine().add_raw_templates(&left) {
        let next = wrong(&named_in(&error.to_string(), templates), &error);
        // What a template was emptied of is missing elsewhere: that is no mistake.
        let (known, is_first) = (emptied(&left), found.is_empty());
        found.extend(next.iter().filter(|wrong| is_first || !wrong.message.starts_with("Block `")).cloned());
        let is_wrong = |name: &String| next.iter().any(|wrong| wrong.template == *name);
        left.iter_mut().filter(|(name, _)| is_wrong(name)).for_each(|(_, text)| text.clear());
        if emptied(&left) == known {
            break;
        }
    }
    found
}

fn emptied(templates: &BTreeMap<String, String>) -> usize {
    templates.values().filter(|text| text.is_empty()).count()
}

/// Returns the first template that a message names.
fn named_in(message: &str, templates: &BTreeMap<String, String>) -> String {
    templates.keys().find(|name| message.contains(&format!("`{name}`"))).cloned().unwrap_or_default()
}

/// Returns what an error says, and where: in the template that was asked for, unless it knows better.
pub(super) fn wrong(template: &str, error: &Error) -> Vec<Wrong> {
    let whole =
        |template: &str, message: String| vec![Wrong { template: template.to_owned(), place: Place::Whole, message }];
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => vec![Wrong {
            template: report.filename().to_owned(),
            place: Place::Bytes(report.span().range.clone()),
            message: report.message().to_owned(),
        }],
        ErrorKind::CircularExtend { tpl, inheritance_chain } => {
            whole(tpl, format!("extends itself: {}", inheritance_chain.join(" → ")))
        }
        ErrorKind::CircularInclude { tpl, include_chain } => {
            whole(tpl, format!("includes itself: {}", include_chain.join(" → ")))
        }
        ErrorKind::MissingParent { current, parent } => whole(current, format!("Unknown template `{parent}`")),
        ErrorKind::Msg(text) => {
            let reports: Vec<Wrong> = reports(text);
            if reports.is_empty() { whole(template, text.clone()) } else { reports }
        }
        other => whole(template, other.to_string()),
    }
}

/// Reads what Tera prints of several mistakes at once: message, place, and a line that is underlined.
fn reports(text: &str) -> Vec<Wrong> {
    let mut found: Vec<Wrong> = Vec::new();
    let mut message = None;
    for line in text.lines() {
        let words = line.trim_start();
        if let Some(said) = line.strip_prefix("error: ") {
            message = Some(said.to_owned());
        } else if let Some((template, place)) = words.strip_prefix("--> ").and_then(place)
            && let Some(message) = message.take()
        {
            found.push(Wrong { template, place, message });
        } else if let Some(underline) = words.strip_prefix("| ")
            && let Some(Wrong { place: Place::Line { chars, .. }, .. }) = found.last_mut()
        {
            *chars = underline.matches('^').count();
        }
    }
    found
}

/// Reads `file:line:column`.
fn place(text: &str) -> Option<(String, Place)> {
    let mut parts = text.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some((parts.next()?.to_owned(), Place::Line { line, column, chars: 1 }))
}
