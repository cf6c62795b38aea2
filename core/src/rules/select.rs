//! Which environments an event is about. Does not ask whether it may write them.

use super::{Environment, Follows, Rules};
use crate::report::Skipped;
use crate::trigger::Trigger;

/// The environments of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection<'a> {
    /// Those that the event is about, in the order of the rules.
    pub chosen: Vec<&'a Environment>,
    /// The others, each with its reason.
    pub skipped: Vec<Skipped>,
}

/// Chooses the environments that follow what happened. A shell names no branch, so it chooses all of them.
pub fn select<'a>(rules: &'a Rules, trigger: &Trigger) -> Selection<'a> {
    let mut selection = Selection { chosen: Vec::new(), skipped: Vec::new() };
    for environment in &rules.environments {
        match passed_over(environment, trigger) {
            None => selection.chosen.push(environment),
            Some(why) => selection.skipped.push(Skipped { environment: environment.name.to_string(), why }),
        }
    }
    selection
}

fn passed_over(environment: &Environment, trigger: &Trigger) -> Option<String> {
    let follows = &environment.follows;
    let chosen = match trigger {
        Trigger::Proposal(proposal) => follows.branch(&proposal.base_branch),
        Trigger::Push(push) => follows.branch(&push.branch),
        Trigger::Tag(tag) => follows.tag(&tag.name),
        Trigger::Shell => true,
        Trigger::Nothing { why } => return Some(why.clone()),
    };
    if chosen { None } else { Some(format!("it follows {}", follows.words())) }
}

impl Follows {
    /// Returns the branch, where it is one alone.
    pub fn only_branch(&self) -> Option<&str> {
        match self {
            Self::Branch(pattern) => pattern.exact(),
            Self::Tag(_) => None,
        }
    }

    /// Returns whether a branch is followed.
    pub fn branch(&self, name: &str) -> bool {
        match self {
            Self::Branch(pattern) => pattern.matches(name),
            Self::Tag(_) => false,
        }
    }

    /// Returns whether a tag is followed.
    pub fn tag(&self, name: &str) -> bool {
        match self {
            Self::Tag(pattern) => pattern.matches(name),
            Self::Branch(_) => false,
        }
    }

    /// Returns what is followed, in words: "the branch `main`", "branches like `release/*`".
    pub fn words(&self) -> String {
        match self {
            Self::Branch(pattern) if pattern.exact().is_some() => format!("the branch `{pattern}`"),
            Self::Branch(pattern) => format!("branches like `{pattern}`"),
            Self::Tag(pattern) if pattern.exact().is_some() => format!("the tag `{pattern}`"),
            Self::Tag(pattern) => format!("tags like `{pattern}`"),
        }
    }
}
