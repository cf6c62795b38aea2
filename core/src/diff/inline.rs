//! The difference of one value as rows, however deep it is. Does not open sections: `sections` does.

use serde_json::{Map, Value};
use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff_slices};

use super::items;
use super::rows::{self, Row, Side};
use super::yaml;

/// Returns the rows of two maps, entry by entry.
pub(crate) fn maps(before: &Map<String, Value>, after: &Map<String, Value>, indent: usize) -> Vec<Row> {
    let mut all = before.clone();
    all.extend(after.clone());
    rows::keys(&all).into_iter().flat_map(|key| entry(key, before.get(key), after.get(key), indent)).collect()
}

/// Returns the rows of one entry of a map.
pub(crate) fn entry(key: &str, before: Option<&Value>, after: Option<&Value>, indent: usize) -> Vec<Row> {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {
            rows::on(Side::Both, rows::of_entry(key, after, indent)).collect()
        }
        (Some(Value::Object(before)), Some(Value::Object(after))) if !before.is_empty() && !after.is_empty() => {
            under(format!("{}:", yaml::key(key)), indent, maps(before, after, indent + 2))
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) if !before.is_empty() && !after.is_empty() => {
            under(format!("{}:", yaml::key(key)), indent, lists(key, before, after, indent + 2))
        }
        (Some(Value::String(before)), Some(Value::String(after)))
            if yaml::is_block(before) && yaml::is_block(after) =>
        {
            texts(key, before, after, indent)
        }
        (before, after) => {
            let lines = |value: &Value| rows::of_entry(key, value, indent);
            one_after_the_other(before.map(lines), after.map(lines))
        }
    }
}

fn lists(list: &str, before: &[Value], after: &[Value], indent: usize) -> Vec<Row> {
    if let Some(pairs) = items::pair(list, before, after) {
        return pairs.into_iter().flat_map(|pair| item(pair.before, pair.after, indent)).collect();
    }
    let texts = |items: &[Value]| items.iter().map(Value::to_string).collect::<Vec<_>>();
    let ops = capture_diff_slices(Algorithm::Myers, &texts(before), &texts(after));
    ops.iter().flat_map(|op| by_position(op, before, after, indent)).collect()
}

fn by_position(op: &DiffOp, before: &[Value], after: &[Value], indent: usize) -> Vec<Row> {
    let (old, new) = (&before[op.old_range()], &after[op.new_range()]);
    (0..old.len().max(new.len())).flat_map(|at| item(old.get(at), new.get(at), indent)).collect()
}

fn item(before: Option<&Value>, after: Option<&Value>, indent: usize) -> Vec<Row> {
    match (before, after) {
        (Some(before), Some(after)) if before == after => rows::on(Side::Both, rows::of_item(after, indent)).collect(),
        (Some(Value::Object(before)), Some(Value::Object(after))) if !before.is_empty() && !after.is_empty() => {
            dashed(maps(before, after, indent + 2), indent)
        }
        (before, after) => {
            let lines = |value: &Value| rows::of_item(value, indent);
            one_after_the_other(before.map(lines), after.map(lines))
        }
    }
}

fn texts(key: &str, before: &str, after: &str, indent: usize) -> Vec<Row> {
    let mark = |text| vec![(indent, format!("{}: {}", yaml::key(key), yaml::block_mark(text)))];
    let mut rows: Vec<Row> = if yaml::block_mark(before) == yaml::block_mark(after) {
        rows::on(Side::Both, mark(after)).collect()
    } else {
        one_after_the_other(Some(mark(before)), Some(mark(after)))
    };
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    for change in TextDiff::from_slices(&old, &new).iter_all_changes() {
        let side = match change.tag() {
            ChangeTag::Equal => Side::Both,
            ChangeTag::Delete => Side::Before,
            ChangeTag::Insert => Side::After,
        };
        rows.push(Row { side, indent: indent + 2, text: change.value().to_owned() });
    }
    rows
}

fn one_after_the_other(before: Option<Vec<(usize, String)>>, after: Option<Vec<(usize, String)>>) -> Vec<Row> {
    let before = rows::on(Side::Before, before.unwrap_or_default());
    before.chain(rows::on(Side::After, after.unwrap_or_default())).collect()
}

fn under(heading: String, indent: usize, mut rows: Vec<Row>) -> Vec<Row> {
    rows.insert(0, Row { side: Side::Both, indent, text: heading });
    rows
}

/// Gives the item's first line its dash, on each side where the sides begin apart.
fn dashed(mut rows: Vec<Row>, indent: usize) -> Vec<Row> {
    let shared = rows.iter().position(|row| row.side == Side::Both).unwrap_or(rows.len());
    let after = rows[..shared].iter().position(|row| row.side == Side::After);
    for at in [Some(0), after.filter(|at| *at > 0)].into_iter().flatten() {
        rows[at].text = format!("- {}", rows[at].text);
        rows[at].indent = indent;
    }
    rows
}
