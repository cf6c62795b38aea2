//! A question about an object, written in the Common Expression Language (cel.dev). Compiled when the rules are read,
//! answered within a bound. Knows no kinds.

mod cost;
mod invalid;
mod names;
mod value;

use std::fmt;
use std::sync::{Arc, LazyLock};

use cel::{Context, Env, ExecutionError, Program};
use serde::{Serialize, Serializer};

use cost::Cost;
pub use invalid::InvalidExpression;

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A question about an object, with yes or no as its answer.
#[derive(Clone)]
pub struct Expression {
    text: String,
    program: Arc<Program>,
    cost: Cost,
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
        invalid::check_text(text)?;
        let program = ENVIRONMENT.compile(text).map_err(|errors| invalid::syntax(text, &errors))?;
        invalid::check_steps(text, program.expression())?;
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
            Err(error) => Answer::Unknown(self.unknown(&error)),
        }
    }

    /// The error's own text may hold values of the object; a key may be one, unless the expression names it.
    fn unknown(&self, error: &ExecutionError) -> String {
        let words = match error {
            ExecutionError::NoSuchKey(key) if self.text.contains(key.as_str()) => {
                return format!("there is no `{key}` yet");
            }
            ExecutionError::NoSuchKey(_) => "a field is not there yet",
            ExecutionError::IndexOutOfBounds(_) => "a list is shorter than it asks for",
            ExecutionError::NoSuchOverload(_)
            | ExecutionError::UnexpectedType { .. }
            | ExecutionError::ValuesNotComparable(..)
            | ExecutionError::UnsupportedBinaryOperator(..) => "a field is of another type than it asks for",
            _ => "it cannot be answered",
        };
        words.to_owned()
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Answer, Expression};

    /// Texts that recurse or multiply as far as they are let.
    fn hostile() -> Vec<String> {
        let around = |open: &str, close: &str| open.repeat(8) + "1" + &close.repeat(8);
        let brackets = [("(", ")"), ("[", "]"), ("{1: ", "}"), ("size(", ")"), ("status.l.map(x, ", ")")];
        let mut texts: Vec<String> = brackets.iter().map(|(open, close)| around(open, close)).collect();
        let chains = ["1 + ", "!", "-", "true && ", "status.a.a.a.", "true ? 1 : ", "1 < ", "status[0][0]."];
        for chain in chains {
            texts.extend([8, 20, 45, 60].map(|times| chain.repeat(times) + "self"));
        }
        texts
    }

    #[test]
    fn no_expression_overflows_the_stack_of_a_thread() {
        let object = json!({"status": {"l": [], "a": {}}});
        for text in hostile() {
            let answer = Expression::compile(&text).map(|it| it.ask(&object));
            assert_ne!(answer, Ok(Answer::Yes), "{text}");
        }
    }

    #[test]
    fn loops_in_loops_are_not_begun_where_they_would_not_end() {
        let list: Vec<u32> = (0..2_000).collect();
        let object = json!({"status": {"l": list}});
        for text in [
            "status.l.all(a, status.l.all(b, a + b >= 0))",
            "status.l.map(x, status.l).map(y, y + y + y + y).size() > 0",
            "status.l.all(a, string(a).matches('(a{100}){100}'))",
        ] {
            let answer = Expression::compile(text).unwrap().ask(&object);
            assert_eq!(answer, Answer::Unknown("the object is too large to be asked".to_owned()), "{text}");
        }
        assert_eq!(Expression::compile("status.l.all(a, a >= 0)").unwrap().ask(&object), Answer::Yes);
    }

    #[test]
    fn what_cannot_be_answered_shows_no_value() {
        let object = json!({"data": {"password": "hunter2"}});
        for text in
            ["data.password > 1", "data.password[0] == 1", "data[data.password] == 1", "int(data.password) == 1"]
        {
            let Answer::Unknown(why) = Expression::compile(text).unwrap().ask(&object) else { panic!("{text}") };
            assert!(!why.contains("hunter2"), "{why}");
        }
    }
}
