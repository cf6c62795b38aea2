//! Everything that can be wrong with an object's envelope, and what to do about it.

use miette::Diagnostic;
use thiserror::Error;

/// What is wrong with an object's envelope.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub enum ObjectProblem {
    /// A scalar or a list where an object belongs.
    #[error("a manifest must be an object, not {found}")]
    #[diagnostic(
        code(landfall::manifest::not_an_object),
        help("write `apiVersion: ..`, `kind: ..` and `metadata: ..` at the start of the document")
    )]
    NotAnObject {
        /// What was found.
        found: &'static str,
    },

    /// A value that only a Secret may have.
    #[error("`{field}` is encrypted by SOPS, and only the values of a Secret can be")]
    #[diagnostic(
        code(landfall::manifest::encrypted),
        help(
            "the cluster would show it to everybody: move the value to a Secret, or leave it as it is; in the file of \
             a Secret encrypt with `--encrypted-regex '^(data|stringData)$'`"
        )
    )]
    Encrypted {
        /// The field's JSON pointer.
        field: String,
    },

    /// A field is missing or empty.
    #[error("`{field}` is missing")]
    #[diagnostic(code(landfall::manifest::missing_field), help("add `{field}` to this object"))]
    Missing {
        /// Path of the field.
        field: &'static str,
    },

    /// A field that must be text is something else.
    #[error("`{field}` must be text, not {found}")]
    #[diagnostic(
        code(landfall::manifest::not_text),
        help("put the value in quotes: YAML reads yes, on, 1.10 and 0644 as something else")
    )]
    NotText {
        /// Path of the field.
        field: String,
        /// What was found.
        found: &'static str,
    },

    /// A field that must be a mapping is something else.
    #[error("`{field}` must be a mapping, not {found}")]
    #[diagnostic(code(landfall::manifest::not_a_mapping), help("write `key: value` below it"))]
    NotAMapping {
        /// Path of the field.
        field: &'static str,
        /// What was found.
        found: &'static str,
    },

    /// An object whose name the server would invent.
    #[error("`generateName` gives the object a new name on every deploy")]
    #[diagnostic(
        code(landfall::manifest::generate_name),
        help(
            "set `metadata.name`; for a job that runs on every deploy, use a hook or put the \
              revision in the name"
        )
    )]
    GenerateName,

    /// A name the API server refuses.
    #[error("`{name}` is not a valid {what}")]
    #[diagnostic(
        code(landfall::manifest::invalid_name),
        help(
            "use at most {chars_max} lower-case letters, digits{signs}, starting and \
              ending with a letter or digit"
        )
    )]
    Name {
        /// The name as written.
        name: String,
        /// What it names.
        what: &'static str,
        /// Longest allowed name.
        chars_max: usize,
        /// Which signs are allowed besides letters and digits, in words.
        signs: &'static str,
    },

    /// An apiVersion with more than one slash.
    #[error("`{text}` is not an apiVersion")]
    #[diagnostic(code(landfall::manifest::api_version), help("write `v1` or `group/version`, such as `apps/v1`"))]
    ApiVersion {
        /// The text as written.
        text: String,
    },
}
