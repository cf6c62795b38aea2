//! Why a text is no expression that is worth asking: not the language, too long, or too deep for the stack.

use cel::{IdedExpr, ParseErrors};

use super::cost::steps;

/// Longest expression: a rule of readiness is a line that people read.
const EXPRESSION_BYTES_MAX: usize = 512;

/// Deepest nesting of brackets and choices (`a ? b : c`): the parser recurses through them in large steps, and twelve
/// overflow a thread of two MiB without optimisation.
const NESTING_MAX: usize = 8;

/// Longest chain of steps that wait for each other, as `a[0][0]` and `1 + 1 + 1` are: the evaluation recurses through them.
const STEPS_MAX: usize = 48;

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidExpression {
    /// Why, as a short clause.
    pub why: String,
    /// The next step.
    pub help: String,
    /// Where in the text, in bytes, and how long.
    pub at: (usize, usize),
}

/// Checks a text before it is parsed.
pub(super) fn check_text(text: &str) -> Result<(), InvalidExpression> {
    if text.len() > EXPRESSION_BYTES_MAX || text.contains(['\n', '\r']) {
        return Err(too_much(format!("it is longer than a line of {EXPRESSION_BYTES_MAX} bytes"), (0, text.len())));
    }
    match too_deep(text) {
        Some(at) => Err(too_much(format!("it is nested more than {NESTING_MAX} deep"), (at, 1))),
        None => Ok(()),
    }
}

/// Checks an expression before it is asked.
pub(super) fn check_steps(text: &str, expression: &IdedExpr) -> Result<(), InvalidExpression> {
    if steps(&expression.expr) <= STEPS_MAX {
        return Ok(());
    }
    Err(too_much(format!("it has a chain of more than {STEPS_MAX} steps"), (0, text.len())))
}

fn too_much(why: String, at: (usize, usize)) -> InvalidExpression {
    InvalidExpression { why, help: "ask for less; a condition or a phase says it best".to_owned(), at }
}

/// Returns where a text is nested too deeply. Brackets in a text count, too: nobody needs that many.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'(' | b'[' | b'{' | b'?' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > NESTING_MAX
    })
}

/// Explains what the parser says.
pub(super) fn syntax(text: &str, errors: &ParseErrors) -> InvalidExpression {
    let help = "write a CEL expression that is true or false, such as `status.phase == 'Up'`".to_owned();
    let first = errors.errors.first();
    let why = first.map_or_else(|| "it cannot be read".to_owned(), |error| plain(&error.msg));
    let column = first.and_then(|error| usize::try_from(error.pos.1).ok()).unwrap_or(1).saturating_sub(1);
    let start = text.char_indices().nth(column).map_or(text.len(), |(start, _)| start);
    InvalidExpression { why, help, at: (start, 0) }
}

/// Puts what the parser says into plain words: "mismatched input '<EOF>' expecting {...}".
fn plain(message: &str) -> String {
    let message = message.trim_start_matches("Syntax error: ").split(" expecting").next().unwrap_or_default();
    if message.contains("<EOF>") || message.starts_with("Incomplete") {
        return "it ends too early".to_owned();
    }
    let starts =
        ["mismatched input ", "extraneous input ", "token recognition error at: ", "no viable alternative at input "];
    let found = starts.iter().find_map(|start| message.strip_prefix(start));
    found.map_or_else(|| message.to_owned(), |found| format!("{found} does not belong here"))
}
