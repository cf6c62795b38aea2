//! A question about an object, written in the Common Expression Language (cel.dev). Compiled when the rules are read,
//! answered within a bound. Knows no kinds.

mod cost;
mod names;
mod value;

use std::fmt;
use std::sync::{Arc, LazyLock};

use cel::{Context, Env, ExecutionError, Program};
use serde::{Serialize, Serializer};

use cost::Cost;

/// Longest expression: a rule of readiness is a line that people read.
const EXPRESSION_BYTES_MAX: usize = 512;

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A question about an object, with yes or no as its answer.
#[derive(Clone)]
pub struct Expression {
    text: String,
    program: Arc<Program>,
    cost: Cost,
}

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

/// What an object says to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// It cannot be said; why, as a clause. Never a value of the object: it may be a Secret.
    Unknown(String),
}

impl Expression {
    /// Compiles an expression, and finds every name in it that no object has.
    ///
    /// # Errors
    ///
    /// When it is not an expression, or can never be answered.
    pub fn compile(text: &str) -> Result<Self, InvalidExpression> {
        let invalid = |why: &str, help: &str, at| InvalidExpression { why: why.to_owned(), help: help.to_owned(), at };
        if text.len() > EXPRESSION_BYTES_MAX || text.contains(['\n', '\r']) {
            let why = format!("it is longer than a line of {EXPRESSION_BYTES_MAX} bytes");
            return Err(invalid(&why, "ask for less; a condition or a phase says it best", (0, text.len().min(1))));
        }
        let program = ENVIRONMENT.compile(text).map_err(|errors| syntax(text, &errors))?;
        names::check(text, &program)?;
        let cost = Cost::of(text, program.expression());
        Ok(Self { text: text.to_owned(), program: Arc::new(program), cost })
    }

    /// Asks an object.
    pub(super) fn ask(&self, object: &serde_json::Value) -> Answer {
        if !self.cost.is_bearable(object) {
            return Answer::Unknown("the object is too large to be asked".to_owned());
        }
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        for (name, value) in names::bindings(object) {
            context.add_variable_from_value(name, value::of(value));
        }
        match self.program.execute(&context) {
            Ok(cel::Value::Bool(true)) => Answer::Yes,
            Ok(cel::Value::Bool(false)) => Answer::No,
            Ok(_) => Answer::Unknown("its answer is neither true nor false".to_owned()),
            Err(error) => Answer::Unknown(unknown(&error)),
        }
    }
}

/// The error's own text may hold values of the object.
fn unknown(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => format!("there is no `{key}` yet"),
        ExecutionError::IndexOutOfBounds(_) => "a list is shorter than it asks for".to_owned(),
        ExecutionError::NoSuchOverload(_)
        | ExecutionError::UnexpectedType { .. }
        | ExecutionError::ValuesNotComparable(..)
        | ExecutionError::UnsupportedBinaryOperator(..) => "a field is of another type than it asks for".to_owned(),
        _ => "it cannot be answered".to_owned(),
    }
}

fn syntax(text: &str, errors: &cel::ParseErrors) -> InvalidExpression {
    let help = "write a CEL expression that is true or false, such as `status.phase == 'Up'`".to_owned();
    let first = errors.errors.first();
    let why = first.map_or("it cannot be read", |error| error.msg.split(" expecting").next().unwrap_or_default());
    let why = why.trim_start_matches("Syntax error: ").replace("<EOF>", "the end");
    let column = first.and_then(|error| usize::try_from(error.pos.1).ok()).unwrap_or(1).saturating_sub(1);
    let start = text.char_indices().nth(column).map_or(text.len(), |(start, _)| start);
    InvalidExpression { why, help, at: (start, 0) }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.text).finish()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
