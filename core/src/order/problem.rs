//! What is wrong with the order that annotations ask for, and what to do about it.

use miette::Diagnostic;
use thiserror::Error;

use crate::manifest::{ObjectId, Problems};

/// All problems of a set's order at once.
pub type OrderErrors = Problems<OrderProblem>;

/// What is wrong with an object's place in the order.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub enum OrderProblem {
    /// Objects that wait for each other.
    #[error("these wait for each other: {path}")]
    #[diagnostic(
        code(landfall::order::cycle),
        help(
            "take one of them out of `landfall.dev/after`, or give it another phase or wave: none could ever be sent"
        )
    )]
    Cycle {
        /// Each object with its file and line, the first one again at the end.
        path: String,
    },

    /// An object is to come after one that the set does not have.
    #[error("{object} comes after `{named}`, which is not in this set")]
    #[diagnostic(code(landfall::order::after_nothing), help("{}", help_for(meant.as_deref())))]
    AfterNothing {
        /// The object.
        object: ObjectId,
        /// What is named.
        named: String,
        /// What was probably meant.
        meant: Option<String>,
    },

    /// A phase that there is not.
    #[error("{object} is for the phase `{value}`, which there is not")]
    #[diagnostic(code(landfall::order::phase), help("write `pre`, `main` or `post`"))]
    Phase {
        /// The object.
        object: ObjectId,
        /// What is written.
        value: String,
    },

    /// A wave that is no number.
    #[error("{object} has the {annotation} `{value}`, which is no integer")]
    #[diagnostic(code(landfall::order::wave), help("write an integer in quotes: \"-1\" comes before \"0\""))]
    Wave {
        /// The object.
        object: ObjectId,
        /// The annotation.
        annotation: String,
        /// What is written.
        value: String,
    },
}

fn help_for(meant: Option<&str>) -> String {
    match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "name objects of this set as `Kind/name`, with a comma between two".to_owned(),
    }
}
