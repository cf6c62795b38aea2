//! Names that cross a boundary, each with one way in. Does not look anything up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A name that is not what its place asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidName {
    /// What was given.
    pub text: String,
    /// What the place asks for, with its article: "a full commit SHA".
    pub expected: &'static str,
}

/// Most characters of a Kubernetes label value (API conventions), which every name must fit in.
pub const NAME_CHARS_MAX: usize = 63;

/// Returns whether `text` is an RFC 1123 label: lower-case letters, digits and inner hyphens.
pub fn is_dns_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty()
        && text.len() <= NAME_CHARS_MAX
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_full_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                if $valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidName { text: text.to_owned(), expected: $expected })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    };
}

name!(
    /// A commit, by its full object name (40 or 64 lower-case hexadecimal digits).
    CommitSha, "a full commit SHA", is_full_sha
);
name!(
    /// An application: names its inventory.
    AppName, "a name of lower-case letters, digits and hyphens", is_dns_label
);
name!(
    /// An environment of landfall.yaml.
    EnvName, "a name of lower-case letters, digits and hyphens", is_dns_label
);
name!(
    /// A cluster of landfall.yaml.
    ClusterName, "a name of lower-case letters, digits and hyphens", is_dns_label
);
name!(
    /// A Kubernetes namespace (RFC 1123 label).
    Namespace, "a namespace name of lower-case letters, digits and hyphens", is_dns_label
);

impl CommitSha {
    /// Returns the seven digits that people read.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }
}

/// One cluster and namespace of an environment: the unit that is planned, locked and deployed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TargetId {
    /// The application whose inventory the target keeps.
    pub app: AppName,
    /// The environment that the target belongs to.
    pub environment: EnvName,
    /// The cluster, by its name in the rules.
    pub cluster: ClusterName,
    /// The namespace that objects without one go to.
    pub namespace: Namespace,
    /// Where the inventory and the lease are instead, because the set brings its own namespace; none where they are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Namespace>,
}

impl TargetId {
    /// Returns the namespace of the inventory and the lease.
    pub fn home(&self) -> &Namespace {
        self.state.as_ref().unwrap_or(&self.namespace)
    }

    /// Returns the name of the inventory's `ConfigMap` and of the lease.
    ///
    /// Two targets of one namespace may share it ("a-b" in "c", "a" in "b-c"): reading then says that it is foreign.
    pub fn object_name(&self) -> String {
        let name = format!("landfall-{}-{}", self.app, self.environment);
        // Several targets may keep their state in one namespace.
        if self.state.is_none() { name } else { format!("{name}-{}", self.namespace) }
    }
}

impl fmt::Display for TargetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}/{}", self.environment, self.cluster, self.namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_what_it_prints() {
        let sha = "c0ffee1c0ffee1c0ffee1c0ffee1c0ffee1c0ffe";
        assert_eq!(sha.parse::<CommitSha>().map(|s| s.to_string()), Ok(sha.to_owned()));
        assert_eq!("shop-2".parse::<AppName>().map(|s| s.to_string()), Ok("shop-2".to_owned()));
    }

    #[test]
    fn a_short_or_upper_case_sha_is_refused() {
        for text in ["c0ffee1", "", "C0FFEE1C0FFEE1C0FFEE1C0FFEE1C0FFEE1C0FFE"] {
            assert!(text.parse::<CommitSha>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_that_no_label_could_hold_is_refused() {
        for text in ["", "Shop", "-shop", "shop-", "a/b", &"x".repeat(64)] {
            assert!(text.parse::<EnvName>().is_err(), "{text}");
        }
    }
}
