//! What a renderer did or could not do, and no object of the set shows.

use std::fmt;

use super::{Note, Origin};

/// Most templates that are named; a chart has one helper that it calls everywhere, or a few.
const TEMPLATES_MAX: usize = 8;

/// One thing that a person should know about a set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// A hook was left out, because it never runs in a deploy.
    HookLeftOut {
        /// The object's kind.
        kind: String,
        /// Where it is written.
        origin: Origin,
        /// When the hook would run.
        events: Vec<String>,
    },
    /// A hook is a Job of the set, as every other one.
    HookKept {
        /// The object, as `Job/shop-migrate`.
        object: String,
        /// Where it is written.
        origin: Origin,
        /// When the hook would run.
        events: Vec<String>,
    },
    /// Templates ask a cluster that cannot be asked while they are rendered.
    LookupEmpty {
        /// The templates.
        templates: Vec<String>,
    },
    /// A scalar of a kustomization's file that kubectl reads otherwise.
    TwoReadings {
        /// Where it is written.
        origin: Origin,
        /// What is written.
        text: String,
        /// What Kustomize reads.
        kustomize: &'static str,
        /// What kubectl reads.
        kubectl: &'static str,
    },
    /// A note on an object that is not in the set under that name.
    Noted(Note),
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HookLeftOut { kind, origin, events } => {
                write!(f, "the {kind} of {origin} is left out: no deploy runs its hook `{}`", events.join("`, `"))
            }
            Self::HookKept { object, origin, events } => {
                let events = events.join("`, `");
                write!(
                    f,
                    "`{object}` of {origin} runs as an ordinary Job, not as the hook `{events}`: its delete policy is "
                )?;
                f.write_str("not followed, so a change of its template is refused until the Job is deleted")
            }
            Self::LookupEmpty { templates } => {
                let named = templates.iter().take(TEMPLATES_MAX).cloned().collect::<Vec<_>>().join(", ");
                write!(f, "`lookup` finds nothing while a chart is rendered, but is called in {named}")?;
                match templates.len().saturating_sub(TEMPLATES_MAX) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
            Self::TwoReadings { origin, text, kustomize, kubectl } => {
                write!(
                    f,
                    "`{text}` in {origin} is {kustomize} for Kustomize, and for kubectl {kubectl}: put it in quotes"
                )
            }
            Self::Noted(note) => write!(f, "`{}` of {}: {}", note.object, note.origin, note.change),
        }
    }
}
