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
    /// A finished hook stays, although it asks to go.
    HookStays {
        /// The object, as `Job/shop-migrate`.
        object: String,
        /// Where it is written.
        origin: Origin,
        /// The delete policies that are not followed.
        policies: Vec<String>,
    },
    /// A hook of several phases runs in one of them.
    HookOnce {
        /// The object, as `Job/shop-check`.
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
            Self::HookStays { object, origin, policies } => {
                let policies = policies.join("`, `");
                write!(
                    f,
                    "`{object}` of {origin} stays when it has ended, whatever its delete policy `{policies}` says: "
                )?;
                f.write_str("the finished Job is how the next deploy knows what ran")
            }
            Self::HookOnce { object, origin, events } => {
                let events = events.join("`, `");
                write!(f, "`{object}` of {origin} runs once in a deploy, in the first phase of its hook `{events}`")
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
