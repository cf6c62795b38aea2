//! Lines with their depth: how a value reads in YAML, and which lines stand around a difference. Does not compare.

use serde_json::{Map, Value};

use super::Line;
use super::yaml;

/// How many equal lines are shown on each side of a difference.
const CONTEXT_LINES: usize = 2;

/// Which side a row is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Both,
    Before,
    After,
}

/// One line with its depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) side: Side,
    pub(crate) indent: usize,
    pub(crate) text: String,
}

/// Returns the lines of a map, each with its depth.
pub(crate) fn of_map(map: &Map<String, Value>, indent: usize) -> Vec<(usize, String)> {
    keys(map).into_iter().flat_map(|key| of_entry(key, &map[key], indent)).collect()
}

/// Returns the lines of one entry of a map.
pub(crate) fn of_entry(key: &str, value: &Value, indent: usize) -> Vec<(usize, String)> {
    let key = yaml::key(key);
    let mut lines = match value {
        Value::Object(map) if !map.is_empty() => of_map(map, indent + 2),
        Value::Array(items) if !items.is_empty() => items.iter().flat_map(|item| of_item(item, indent + 2)).collect(),
        Value::String(text) if yaml::is_block(text) => {
            let mut lines = of_block(text, indent + 2);
            lines.insert(0, (indent, format!("{key}: {}", yaml::block_mark(text))));
            return lines;
        }
        scalar => return vec![(indent, format!("{key}: {}", yaml::scalar(scalar)))],
    };
    lines.insert(0, (indent, format!("{key}:")));
    lines
}

/// Returns the lines of one item of a list, the first with its dash.
pub(crate) fn of_item(item: &Value, indent: usize) -> Vec<(usize, String)> {
    match item {
        Value::Object(map) if !map.is_empty() => dashed(of_map(map, indent + 2), indent),
        Value::Array(items) if !items.is_empty() => {
            dashed(items.iter().flat_map(|item| of_item(item, indent + 2)).collect(), indent)
        }
        Value::String(text) if yaml::is_block(text) => {
            let mut lines = of_block(text, indent + 2);
            lines.insert(0, (indent, format!("- {}", yaml::block_mark(text))));
            lines
        }
        scalar => vec![(indent, format!("- {}", yaml::scalar(scalar)))],
    }
}

/// Returns a map's keys, the name first as people write it.
pub(crate) fn keys(map: &Map<String, Value>) -> Vec<&String> {
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort_by_key(|key| (key.as_str() != "name", *key));
    keys
}

/// Puts lines on a side.
pub(crate) fn on(side: Side, lines: Vec<(usize, String)>) -> impl Iterator<Item = Row> {
    lines.into_iter().map(move |(indent, text)| Row { side, indent, text })
}

/// Returns a line with its depth as spaces.
pub(crate) fn indented(indent: usize, text: &str) -> String {
    format!("{:indent$}{text}", "")
}

/// Returns the lines worth showing: every difference, a few lines around it, and the keys above it.
pub(crate) fn around_differences(rows: &[Row]) -> Vec<Line> {
    let keep = kept(rows);
    let mut lines = Vec::new();
    let mut last = None;
    for (at, row) in rows.iter().enumerate().filter(|(at, _)| keep[*at]) {
        if last.is_some_and(|last| at > last + 1) {
            lines.push(Line::Context(indented(row.indent, "…")));
        }
        lines.push(line(row));
        last = Some(at);
    }
    lines
}

fn kept(rows: &[Row]) -> Vec<bool> {
    let mut keep = vec![false; rows.len()];
    for at in (0..rows.len()).filter(|at| rows[*at].side != Side::Both) {
        let end = (at + CONTEXT_LINES).min(rows.len() - 1);
        keep[at.saturating_sub(CONTEXT_LINES)..=end].fill(true);
        let mut depth = rows[at].indent;
        for above in (0..at).rev().take_while(|_| depth > 0).collect::<Vec<_>>() {
            if rows[above].indent < depth {
                depth = rows[above].indent;
                keep[above] = true;
            }
        }
    }
    keep
}

fn line(row: &Row) -> Line {
    let text = indented(row.indent, &row.text);
    match row.side {
        Side::Both => Line::Context(text),
        Side::Before => Line::Removed(text),
        Side::After => Line::Added(text),
    }
}

fn of_block(text: &str, indent: usize) -> Vec<(usize, String)> {
    text.lines().map(|line| (indent, line.to_owned())).collect()
}

fn dashed(mut lines: Vec<(usize, String)>, indent: usize) -> Vec<(usize, String)> {
    if let Some(first) = lines.first_mut() {
        *first = (indent, format!("- {}", first.1));
    }
    lines
}
