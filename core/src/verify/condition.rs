//! `> 0.99`: what a number must be.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

const OPERATORS: [(&str, Operator); 6] = [
    // The longer ones first: each begins with a shorter one.
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("==", Operator::Equal),
    ("!=", Operator::Unequal),
    (">", Operator::Above),
    ("<", Operator::Below),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    AtLeast,
    AtMost,
    Equal,
    Unequal,
    Above,
    Below,
}

/// A comparison with a finite number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Condition {
    operator: Operator,
    bound: f64,
}

// The bound is finite, so it equals itself.
impl Eq for Condition {}

/// A text that is no condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a condition")]
pub struct InvalidCondition;

impl Condition {
    /// Returns whether a value is as it must be. What is no number never is.
    #[expect(clippy::float_cmp, reason = "whoever writes `== 0` means it")]
    pub fn holds(self, value: f64) -> bool {
        match self.operator {
            Operator::AtLeast => value >= self.bound,
            Operator::AtMost => value <= self.bound,
            Operator::Equal => value == self.bound,
            Operator::Unequal => !value.is_nan() && value != self.bound,
            Operator::Above => value > self.bound,
            Operator::Below => value < self.bound,
        }
    }
}

impl FromStr for Condition {
    type Err = InvalidCondition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let found = OPERATORS.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)));
        let (operator, number) = found.ok_or(InvalidCondition)?;
        let bound: f64 = number.trim().parse().map_err(|_| InvalidCondition)?;
        if bound.is_finite() { Ok(Self { operator, bound }) } else { Err(InvalidCondition) }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = OPERATORS.iter().find(|(_, operator)| *operator == self.operator).map_or("", |(sign, _)| sign);
        write!(f, "{sign} {}", self.bound)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_a_sign_and_a_number() {
        for (text, shown) in [("> 0.99", "> 0.99"), ("<=5", "<= 5"), (" == 0 ", "== 0"), ("!= -1.50", "!= -1.5")] {
            assert_eq!(text.parse::<Condition>().unwrap().to_string(), shown);
        }
        for text in ["", "0.99", ">", "> x", "=> 1", "> NaN", "< inf", "> 1 2", "~ 1"] {
            assert!(text.parse::<Condition>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_never_holds() {
        for text in ["> 1", ">= 1", "< 1", "<= 1", "== 1", "!= 1"] {
            assert!(!text.parse::<Condition>().unwrap().holds(f64::NAN), "{text}");
        }
        let holds = |text: &str, value| text.parse::<Condition>().unwrap().holds(value);
        assert!(holds("> 1", 1.5) && !holds("> 1", 1.0) && holds(">= 1", 1.0));
        assert!(holds("< 1", 0.5) && !holds("< 1", 1.0) && holds("<= 1", 1.0));
        assert!(holds("!= 1", 2.0) && !holds("!= 1", 1.0) && holds("> 1", f64::INFINITY));
    }
}
