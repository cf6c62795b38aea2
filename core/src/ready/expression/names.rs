//! Which names an expression may use: the top fields of an object, and the language's own functions.

use cel::common::ast::Expr;
use cel::{IdedExpr, Program};
use serde_json::Value;

use super::InvalidExpression;
use super::cost::children;
use crate::rules::{nearest, suggest};

/// The object as a whole.
const SELF: &str = "self";

/// The fields at the top of objects. One that an object lacks reads as an empty map, so that what is asked of it is
/// "not there yet" rather than a mistake.
const FIELDS: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status", "data", "type"];

/// The language's types, which are values, too.
const TYPES: &[&str] = &["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];

/// The language's functions; the last ones are loops and tests that the parser has replaced where they are used well.
const FUNCTIONS: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "string",
    "int",
    "uint",
    "double",
    "bool",
    "bytes",
    "type",
    "dyn",
    "max",
    "min",
];

const MACROS: &[&str] = &["has", "all", "exists", "exists_one", "map", "filter"];

/// Returns what an expression's names stand for in an object.
pub(super) fn bindings(object: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    static EMPTY: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| Value::Object(serde_json::Map::new()));
    let field = move |name: &&'static str| (*name, object.get(*name).unwrap_or(&EMPTY));
    FIELDS.iter().filter(|name| **name != "type" || object.get("type").is_some()).map(field).chain([(SELF, object)])
}

/// Finds the first name that nothing stands for.
pub(super) fn check(text: &str, program: &Program) -> Result<(), InvalidExpression> {
    Checker { text, program }.expression(program.expression(), &mut Vec::new())
}

struct Checker<'a> {
    text: &'a str,
    program: &'a Program,
}

impl<'a> Checker<'a> {
    fn expression(&self, node: &'a IdedExpr, bound: &mut Vec<&'a str>) -> Result<(), InvalidExpression> {
        match &node.expr {
            Expr::Ident(name) => self.variable(node, name, bound)?,
            Expr::Call(call) => self.function(node, &call.func_name)?,
            Expr::Struct(made) => return Err(self.unknown(node, &made.type_name, "a type", TYPES)),
            _ => {}
        }
        let outer = bound.len();
        if let Expr::Comprehension(each) = &node.expr {
            bound.extend([each.iter_var.as_str(), each.accu_var.as_str()]);
            bound.extend(each.iter_var2.as_deref());
        }
        for child in children(&node.expr) {
            self.expression(child, bound)?;
        }
        bound.truncate(outer);
        Ok(())
    }

    fn variable(&self, node: &IdedExpr, name: &str, bound: &[&str]) -> Result<(), InvalidExpression> {
        let known =
            name.starts_with('@') || name == SELF || [FIELDS, TYPES, bound].iter().any(|some| some.contains(&name));
        if known {
            return Ok(());
        }
        let help = match nearest(name, FIELDS) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("write a text in quotes: `'{name}'`; the fields are {}", FIELDS.join(", ")),
        };
        let why = format!("`{name}` is not a field at the top of an object");
        Err(InvalidExpression { why, help, at: self.place(node, name) })
    }

    fn function(&self, node: &IdedExpr, name: &str) -> Result<(), InvalidExpression> {
        let is_operator = !name.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_operator || FUNCTIONS.contains(&name) {
            return Ok(());
        }
        if MACROS.contains(&name) {
            let help = "write `has(status.phase)`, or `status.conditions.exists(c, c.type == 'Ready')`".to_owned();
            return Err(InvalidExpression {
                why: format!("`{name}` is not used like this"),
                help,
                at: self.place(node, name),
            });
        }
        Err(self.unknown(node, name, "a function of the language", &[FUNCTIONS, MACROS].concat()))
    }

    fn unknown(&self, node: &IdedExpr, name: &str, what: &str, known: &[&str]) -> InvalidExpression {
        let why = format!("`{name}` is not {what}");
        InvalidExpression { why, help: suggest(name, known), at: self.place(node, name) }
    }

    /// Returns where a name stands; a call's own place is its parenthesis.
    fn place(&self, node: &IdedExpr, name: &str) -> (usize, usize) {
        let offset = self.program.source_info().offset_for(node.id).map_or(0, |(start, _)| start as usize);
        let start = self.text.char_indices().nth(offset).map_or(self.text.len(), |(start, _)| start);
        let before = self.text[..start].rfind(name);
        let start = if self.text[start..].starts_with(name) { start } else { before.unwrap_or(start) };
        (start, name.len())
    }
}
