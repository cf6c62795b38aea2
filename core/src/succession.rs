//! Which of two attempts at a target is the newer one, as far as their names tell. Does not ask Git.

use std::cmp::Ordering;

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::id::CommitSha;

/// What makes one commit newer than another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Succession {
    /// The older one is its ancestor.
    #[default]
    Ancestry,
    /// Its tag is the higher version (Semantic Versioning 2.0.0, precedence).
    Semver,
    /// It was pushed later.
    LatestPush,
}

/// One attempt at a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What it deploys.
    pub commit: CommitSha,
    /// The tag that it was started by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The host's number of the run, which grows from push to push; the same for every attempt of one run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<u64>,
}

impl Succession {
    /// Returns how old an attempt is beside another one; none where only Git can tell.
    pub fn compare(self, one: &Attempt, other: &Attempt) -> Option<Ordering> {
        if one.commit == other.commit {
            return Some(Ordering::Equal);
        }
        match self {
            Self::Ancestry => None,
            Self::Semver => {
                let version = |attempt: &Attempt| version(attempt.tag.as_deref()?);
                let order = version(one)?.cmp_precedence(&version(other)?);
                // A tag that was moved: two commits say that they are the same version.
                Some(order).filter(|order| order.is_ne())
            }
            Self::LatestPush => Some(one.run?.cmp(&other.run?)),
        }
    }
}

/// Returns the version at the end of a tag: of `v1.2.3`, `shop-1.2.3`, `shop/v1.2.3-rc.1`.
pub fn version(tag: &str) -> Option<Version> {
    let starts = tag.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at);
    let mut starts = starts.filter(|at| !tag[..*at].ends_with(|c: char| c.is_ascii_digit() || c == '.'));
    starts.find_map(|at| Version::parse(&tag[at..]).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(commit: char, tag: Option<&str>, run: Option<u64>) -> Attempt {
        let commit = commit.to_string().repeat(40).parse().unwrap();
        Attempt { commit, tag: tag.map(str::to_owned), run }
    }

    #[test]
    fn a_version_stands_at_the_end_of_a_tag() {
        for (tag, expected) in [
            ("1.2.3", Some("1.2.3")),
            ("v1.2.3", Some("1.2.3")),
            ("shop2-v1.2.3", Some("1.2.3")),
            ("team/shop@1.2.3-rc.1", Some("1.2.3-rc.1")),
            ("1.2.3-4.5.6", Some("1.2.3-4.5.6")),
            ("v1.2", None),
            ("1.2.3.4", None),
            ("latest", None),
        ] {
            assert_eq!(version(tag).map(|version| version.to_string()).as_deref(), expected, "{tag}");
        }
    }

    #[test]
    fn the_higher_version_is_newer_however_its_text_compares() {
        let order =
            |one, other| Succession::Semver.compare(&attempt('a', Some(one), None), &attempt('b', Some(other), None));
        assert_eq!(order("v1.10.0", "v1.9.0"), Some(Ordering::Greater));
        assert_eq!(order("v1.0.0-rc.1", "v1.0.0"), Some(Ordering::Less));
        assert_eq!(order("v1.0.0", "v1.0.0"), None, "a tag that was moved");
        assert_eq!(order("v1.0.0", "latest"), None);
    }

    #[test]
    fn the_later_run_is_newer_and_the_same_commit_never_is() {
        let (old, new) = (attempt('a', None, Some(7)), attempt('b', None, Some(10)));
        assert_eq!(Succession::LatestPush.compare(&new, &old), Some(Ordering::Greater));
        assert_eq!(Succession::LatestPush.compare(&new, &attempt('b', None, Some(12))), Some(Ordering::Equal));
        assert_eq!(Succession::LatestPush.compare(&new, &attempt('c', None, None)), None, "a shell has no run");
        assert_eq!(Succession::Ancestry.compare(&new, &old), None);
    }
}
