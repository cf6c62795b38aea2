//! The most work that an answer can take, known before it is asked for: the language has no loops but one inside
//! another (`all`, `exists`, `map`, `filter`) multiplies. Measures nothing while it runs.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr};
use serde_json::Value;

/// Most visits of a value that an answer may take: some seconds of the slowest machine.
const VISITS_MAX: u64 = 5_000_000;

/// What compiling a pattern costs, in visits: it is done anew for each value.
const PATTERN_VISITS: u64 = 100;

/// What an expression multiplies an object's size by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    /// How many loops lie inside each other.
    loops: u32,
    /// How many times longer than a list of the object, or than itself, a list can become in it.
    growth: u64,
    /// The longest list that it can hold itself.
    longest: u64,
    /// How much more a visit costs where patterns are compiled.
    patterns: u64,
}

impl Cost {
    pub(super) fn of(text: &str, expression: &IdedExpr) -> Self {
        let count = |sign: char| text.matches(sign).count() as u64;
        let patterns = if text.contains("matches") { PATTERN_VISITS } else { 1 };
        Self { loops: loops(&expression.expr), growth: count('+') + 1, longest: count(',') + 1, patterns }
    }

    /// Whether an object can be asked within the bound.
    pub(super) fn is_bearable(self, object: &Value) -> bool {
        let (values, longest) = size(object);
        let turns = (longest.max(self.longest) * self.growth).saturating_pow(self.loops);
        values.saturating_mul(turns).saturating_mul(self.patterns) <= VISITS_MAX
    }
}

/// Counts the values in a value, and the entries of its longest list or map.
fn size(value: &Value) -> (u64, u64) {
    let inner: Vec<(u64, u64)> = match value {
        Value::Array(items) => items.iter().map(size).collect(),
        Value::Object(fields) => fields.values().map(size).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let values = 1 + inner.iter().map(|(values, _)| values).sum::<u64>();
    let longest = inner.iter().map(|(_, longest)| *longest).max().unwrap_or(0).max(inner.len() as u64);
    (values, longest)
}

/// Counts the loops that lie inside each other. What a loop goes through is read once, before it.
fn loops(expression: &Expr) -> u32 {
    let Expr::Comprehension(each) = expression else {
        return children(expression).into_iter().map(|child| loops(&child.expr)).max().unwrap_or(0);
    };
    let inside = [&each.loop_cond, &each.loop_step, &each.accu_init, &each.result];
    let inside = inside.into_iter().map(|child| loops(&child.expr)).max().unwrap_or(0);
    (1 + inside).max(loops(&each.iter_range.expr))
}

/// Counts the longest chain of parts inside each other.
pub(super) fn steps(expression: &Expr) -> usize {
    1 + children(expression).into_iter().map(|child| steps(&child.expr)).max().unwrap_or(0)
}

/// Returns the parts of an expression; of a loop, every part.
pub(super) fn children(expression: &Expr) -> Vec<&IdedExpr> {
    match expression {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Comprehension(each) => {
            vec![&each.iter_range, &each.accu_init, &each.loop_cond, &each.loop_step, &each.result]
        }
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| of_entry(&entry.expr)).collect(),
        Expr::Select(select) => vec![&*select.operand],
        Expr::Struct(made) => made.entries.iter().flat_map(|entry| of_entry(&entry.expr)).collect(),
    }
}

fn of_entry(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}
