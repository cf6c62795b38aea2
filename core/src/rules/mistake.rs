//! What can be wrong with landfall.yaml, each mistake with its place and its next step. Does not look for mistakes.

use std::fmt;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use super::written::line_and_column;

/// Everything that is wrong with one landfall.yaml, in the order of the file. Never empty.
#[derive(Debug, Error, Diagnostic)]
#[diagnostic(code(rules::invalid))]
pub struct RulesErrors {
    #[source_code]
    source_code: NamedSource<String>,
    #[related]
    mistakes: Vec<Mistake>,
}

impl RulesErrors {
    pub(super) fn new(path: &str, text: &str, mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(Mistake::place);
        Self { source_code: NamedSource::new(path, text.to_owned()), mistakes }
    }

    /// Returns the mistakes, in the order of the file.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }
}

impl fmt::Display for RulesErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, text) = (self.source_code.name(), self.source_code.inner());
        match (self.mistakes.as_slice(), text.as_str()) {
            ([only], "") => write!(f, "{path}: {only}"),
            ([only], text) => {
                let (line, column) = line_and_column(text, only.place());
                write!(f, "{path}:{line}:{column}: {only}")
            }
            (several, _) => write!(f, "{path} has {} mistakes", several.len()),
        }
    }
}

/// One mistake in landfall.yaml.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum Mistake {
    /// It is not YAML.
    #[error("this is not YAML: {message}")]
    #[diagnostic(code(rules::syntax), help("mend the syntax here; nothing after this place was read"))]
    Syntax {
        /// What the YAML reader says.
        message: String,
        /// Where it stopped.
        #[label("here")]
        at: SourceSpan,
    },
    /// git-lfs keeps the content elsewhere.
    #[error("this is a pointer of git-lfs, not the file itself")]
    #[diagnostic(
        code(rules::lfs_pointer),
        help("keep it out of git-lfs: delete its line in `.gitattributes` and add it again")
    )]
    LfsPointer {
        /// The first line.
        #[label("a pointer")]
        at: SourceSpan,
    },
    /// There is nothing in it.
    #[error("the rules are empty")]
    #[diagnostic(
        code(rules::empty),
        help("write `app`, `clusters` and `environments`; `landfall schema` describes every key")
    )]
    Empty {
        /// The start of the file.
        #[label("nothing here")]
        at: SourceSpan,
    },
    /// A line that is too long to be shown.
    #[error("line {line} is too long to be read by people")]
    #[diagnostic(code(rules::long_line), help("write each key on a line of its own"))]
    LongLine {
        /// The line, counted from one.
        line: usize,
        /// The start of the file.
        at: SourceSpan,
    },
    /// YAML that these rules do without.
    #[error("{what} is not read here")]
    #[diagnostic(code(rules::unread), help("write every value out, in one document"))]
    Unread {
        /// What it is, with its article.
        what: &'static str,
        /// The place.
        #[label("{what}")]
        at: SourceSpan,
    },
    /// A key is written twice.
    #[error("`{key}` is written twice")]
    #[diagnostic(code(rules::duplicate_key), help("keep one of them"))]
    DuplicateKey {
        /// The key.
        key: String,
        /// The first one.
        #[label("first here")]
        first: SourceSpan,
        /// The second one.
        #[label("again here")]
        at: SourceSpan,
    },
    /// A key that does not exist.
    #[error("`{key}` is not a key of {level}")]
    #[diagnostic(code(rules::unknown_key))]
    UnknownKey {
        /// The key.
        key: String,
        /// What it is written in.
        level: String,
        /// The nearest key, or the keys that exist.
        #[help]
        help: String,
        /// The key's place.
        #[label("unknown key")]
        at: SourceSpan,
    },
    /// A key that this version does not build.
    #[error("`{key}` is not supported yet")]
    #[diagnostic(
        code(rules::not_supported),
        help("remove it: this version would not do what it asks for, and ignoring it would be worse")
    )]
    NotSupported {
        /// The key.
        key: String,
        /// The key's place.
        #[label("not supported yet")]
        at: SourceSpan,
    },
    /// A value of the wrong type.
    #[error("`{key}` is {found}, not {expected}")]
    #[diagnostic(code(rules::wrong_type), help("write {expected}{example}"))]
    WrongType {
        /// The key.
        key: String,
        /// What it should be, with its article.
        expected: String,
        /// What it is, with its article.
        found: String,
        /// An example after a separator, or empty.
        example: &'static str,
        /// The value's place.
        #[label("this is {found}")]
        at: SourceSpan,
    },
    /// A key that must be there.
    #[error("`{key}` is missing in {level}")]
    #[diagnostic(code(rules::missing_key), help("add `{key}`: {doc}"))]
    MissingKey {
        /// The key, or the keys of which one must be there.
        key: String,
        /// What it is missing in.
        level: String,
        /// What the key is for.
        doc: String,
        /// What it is missing in.
        #[label("`{key}` is missing here")]
        at: SourceSpan,
    },
    /// Two keys of which one must go.
    #[error("`{first}` and `{second}` exclude each other")]
    #[diagnostic(code(rules::excluding_keys), help("keep one of them"))]
    ExcludingKeys {
        /// The first key.
        first: &'static str,
        /// The second key.
        second: &'static str,
        /// The first key's place.
        #[label("this one")]
        first_at: SourceSpan,
        /// The second key's place.
        #[label("or this one")]
        at: SourceSpan,
    },
    /// Several branches or tags, and nothing that says which comes last.
    #[error("`{key}` takes several, and nothing says which of them is the newest")]
    #[diagnostic(
        code(rules::no_order),
        help(
            "add `order: semver` for versions, `order: latest_push`, or `order: ancestry` where each follows from the last"
        )
    )]
    NoOrder {
        /// The key.
        key: &'static str,
        /// The key's place.
        #[label("several of them go to one place")]
        at: SourceSpan,
    },
    /// A value that is of the right type but says nothing usable.
    #[error("`{key}` is not usable: {why}")]
    #[diagnostic(code(rules::bad_value))]
    BadValue {
        /// The key.
        key: String,
        /// Why, as a short clause.
        why: String,
        /// The next step.
        #[help]
        help: String,
        /// The value's place.
        #[label("{why}")]
        at: SourceSpan,
    },
    /// An expression that cannot be answered.
    #[error("`{key}` is not a usable expression: {why}")]
    #[diagnostic(code(rules::bad_expression))]
    BadExpression {
        /// The key.
        key: String,
        /// Why, as a short clause.
        why: String,
        /// The next step.
        #[help]
        help: String,
        /// The place in the expression.
        #[label("{why}")]
        at: SourceSpan,
    },
    /// A target on a cluster that the rules do not describe.
    #[error("there is no cluster `{cluster}`")]
    #[diagnostic(code(rules::unknown_cluster))]
    UnknownCluster {
        /// The name.
        cluster: String,
        /// The nearest cluster, or the ones that exist.
        #[help]
        help: String,
        /// The name's place.
        #[label("not under `clusters`")]
        at: SourceSpan,
    },
    /// Two targets that would fight over one inventory.
    #[error("`{first}` and `{second}` have the same target {place}")]
    #[diagnostic(
        code(rules::shared_target),
        help("give one of them its own namespace: each would delete what the other deploys")
    )]
    SharedTarget {
        /// The first environment.
        first: String,
        /// The second environment.
        second: String,
        /// The cluster and namespace.
        place: String,
        /// The first target.
        #[label("first here")]
        first_at: SourceSpan,
        /// The second target.
        #[label("again here")]
        at: SourceSpan,
    },
    /// A rule that no event can choose.
    #[error("nothing can ever choose `{environment}`: {why}")]
    #[diagnostic(code(rules::unreachable))]
    Unreachable {
        /// The environment.
        environment: String,
        /// Why, as a short clause.
        why: String,
        /// The next step.
        #[help]
        help: String,
        /// The place.
        #[label("{why}")]
        at: SourceSpan,
    },
    /// One credential for planning and deploying.
    #[error("`{variable}` is read for planning and for deploying")]
    #[diagnostic(
        code(rules::one_identity),
        help("give proposals a kubeconfig that may only dry-run, or remove `plan` to get offline plans")
    )]
    OneIdentity {
        /// The environment variable.
        variable: String,
        /// Where it is the plan identity.
        #[label("proposals would use this")]
        plan: SourceSpan,
        /// Where it is the deploy identity.
        #[label("which may write")]
        at: SourceSpan,
    },
}

impl Mistake {
    fn place(&self) -> usize {
        match self {
            Self::Syntax { at, .. }
            | Self::LfsPointer { at }
            | Self::Empty { at }
            | Self::LongLine { at, .. }
            | Self::Unread { at, .. }
            | Self::DuplicateKey { at, .. }
            | Self::UnknownKey { at, .. }
            | Self::NotSupported { at, .. }
            | Self::WrongType { at, .. }
            | Self::MissingKey { at, .. }
            | Self::ExcludingKeys { at, .. }
            | Self::NoOrder { at, .. }
            | Self::BadValue { at, .. }
            | Self::BadExpression { at, .. }
            | Self::UnknownCluster { at, .. }
            | Self::SharedTarget { at, .. }
            | Self::Unreachable { at, .. }
            | Self::OneIdentity { at, .. } => at.offset(),
        }
    }
}

/// How alike two names must be (Jaro-Winkler, 0 to 1) to be worth suggesting; `clap` uses the same.
const NEAR: f64 = 0.7;

/// Writes the help for a name that does not exist: the nearest that does, or all of them.
pub(crate) fn suggest(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.is_empty() => "there is none yet".to_owned(),
        None => format!("it can be one of: {}", known.join(", ")),
    }
}

/// Returns the known name that was probably meant.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(word, name);
    let nearest = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(nearest) > NEAR).then_some(nearest)
}
