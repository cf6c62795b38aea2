//! Everything that can be wrong with a template or its values, and what to do about it.

use miette::Diagnostic;
use thiserror::Error;

/// More names than a person reads.
const NAMES_MAX: usize = 12;

/// What is wrong with a template or with the values that it gets.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub enum TemplateProblem {
    /// A name without a value.
    #[error("`{name}` has no value")]
    #[diagnostic(
        code(landfall::template::undefined),
        help("{}", undefined(.name, .names))
    )]
    Undefined {
        /// The variable or field.
        name: String,
        /// The names that have a value there.
        names: Vec<String>,
    },

    /// A filter, function, test, component or template that is not there.
    #[error("there is no {what} `{name}`")]
    #[diagnostic(code(landfall::template::unknown), help("{}", unknown(.what, .name, .names)))]
    Unknown {
        /// What was looked for.
        what: String,
        /// Its name.
        name: String,
        /// What there is, as far as that is known.
        names: Vec<String>,
    },

    /// The text is no template.
    #[error("this is not a template: {0}")]
    #[diagnostic(
        code(landfall::template::syntax),
        help("correct it; for a text with braces in it write `{{% raw %}}` before it and `{{% endraw %}}` behind it")
    )]
    Syntax(String),

    /// Templates that include or extend each other in a circle.
    #[error("it {how} itself: {chain}")]
    #[diagnostic(code(landfall::template::circle), help("take one of them out"))]
    Circle {
        /// `includes` or `extends`.
        how: &'static str,
        /// The templates, one after the other.
        chain: String,
    },

    /// Whatever else the template engine says.
    #[error("{0}")]
    #[diagnostic(code(landfall::template::failed), help("correct the template, or the value that it is given"))]
    Failed(String),

    /// The dump of all variables.
    #[error("`__tera_context` is not available: its order changes from run to run")]
    #[diagnostic(code(landfall::template::dump), help("name the values that are needed, as in `labels | to_yaml`"))]
    Dump,

    /// Rendering does not end, or needs too much.
    #[error("{0}")]
    #[diagnostic(
        code(landfall::template::limit),
        help("look for a loop, or a text that grows in a loop, in this template and in those that it includes")
    )]
    Limit(String),

    /// A file of values sets what Landfall sets.
    #[error("`{name}` cannot be set: it is a value that Landfall itself gives to templates")]
    #[diagnostic(code(landfall::template::reserved), help("choose another name for it"))]
    Reserved {
        /// The name.
        name: String,
    },

    /// A file of values is a list or a scalar.
    #[error("a file of values must be a mapping")]
    #[diagnostic(code(landfall::template::values), help("write `name: value` lines"))]
    NotAMapping,

    /// A file of values has several documents.
    #[error("a file of values must be one document")]
    #[diagnostic(code(landfall::template::values), help("delete the `---` between them"))]
    SeveralDocuments,
}

impl TemplateProblem {
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::Undefined { .. } => "no value",
            Self::Unknown { .. } => "unknown",
            Self::Reserved { .. } => "this name",
            Self::NotAMapping => "not a mapping",
            Self::SeveralDocuments => "a second one",
            Self::Syntax(_) | Self::Circle { .. } | Self::Failed(_) | Self::Dump | Self::Limit(_) => "here",
        }
    }
}

fn known(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMES_MAX);
    let shown = names.iter().take(NAMES_MAX).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match (shown.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!("there are {shown}: "),
        (false, more) => format!("there are {shown} and {more} more: "),
    }
}

/// Returns the next step for a name without a value: that of the one that was probably meant comes first.
fn undefined(name: &str, names: &[String]) -> String {
    let (above, last) = name.rsplit_once('.').unwrap_or(("", name));
    let set = "in a file of `render.tera.values`";
    match near(last, names) {
        Some(near) if above.is_empty() => format!("write `{near}` if that is meant, or set `{name}` {set}"),
        Some(near) => format!("write `{above}.{near}` if that is meant, or set `{name}` {set}"),
        None => format!("{}set it {set}, or write `| default(value=…)` behind it", known(names)),
    }
}

/// Returns the name that is nearly the same: one slip of the fingers, and one more for every four letters.
fn near<'a>(name: &str, names: &'a [String]) -> Option<&'a str> {
    let slips = |other: &String| strsim::osa_distance(name, other);
    let nearest = names.iter().filter(|other| *other != name).min_by_key(|other| slips(other))?;
    (slips(nearest) <= 1 + name.chars().count() / 4).then_some(nearest)
}

fn unknown(what: &str, name: &str, names: &[String]) -> String {
    if let Some(near) = near(name, names) {
        return format!("did you mean `{near}`?");
    }
    let help = match what {
        "template" => "name it by its path from the source folder, with its whole ending: `parts/_labels.tera`",
        "component" => "define it with `{% component … %}` in any template of the source folder",
        _ => "use what docs/tera.md lists",
    };
    help.to_owned()
}
