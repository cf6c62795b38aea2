//! What was changed in a manifest before it was planned, so that nothing happens in silence.

use std::fmt;

use super::{ObjectId, Origin};

/// One change to one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The object.
    pub object: ObjectId,
    /// Where it is written.
    pub origin: Origin,
    /// What was changed.
    pub change: Change,
}

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A cluster-scoped object named a namespace.
    NamespaceDropped {
        /// The namespace as written.
        namespace: String,
    },
    /// Fields only the server may set were written.
    ServerFieldsDropped {
        /// The fields' paths.
        fields: Vec<String>,
    },
    /// Keys were written twice in one mapping, and the last counts.
    RepeatedKeysDropped {
        /// The keys' JSON pointers.
        fields: Vec<String>,
    },
    /// Fields were null.
    NullsDropped {
        /// The fields' JSON pointers.
        fields: Vec<String>,
    },
    /// Values are encrypted.
    KnownAtDeploy,
    /// Two renders of one commit differ.
    Undetermined {
        /// The fields' JSON pointers.
        fields: Vec<String>,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NamespaceDropped { namespace } => {
                write!(f, "namespace `{namespace}` ignored: this kind lives in no namespace")
            }
            Self::ServerFieldsDropped { fields } => {
                write!(f, "fields that the server sets ignored: {}", fields.join(", "))
            }
            Self::RepeatedKeysDropped { fields } => {
                write!(f, "written twice, and only the last counts: {}", fields.join(", "))
            }
            Self::NullsDropped { fields } => write!(f, "fields without value ignored: {}", fields.join(", ")),
            Self::KnownAtDeploy => f.write_str("encrypted by SOPS, so its values are known at deploy alone"),
            Self::Undetermined { fields } => {
                write!(f, "different in every render, so every deploy changes it: {}", fields.join(", "))
            }
        }
    }
}
