//! Who may write a target: the one way to a permit. Does not ask whether what would be written is any good.

use crate::gate::Hold;
use crate::id::{CommitSha, TargetId};
use crate::inventory::Inventory;
use crate::rules::Environment;
use crate::trigger::{Push, Tag, Trigger};

/// The right to write one target, for as long as the value lives.
///
/// It comes only from [`permit`], and cannot be copied, made up, or read from anywhere.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    target: TargetId,
    basis: Basis,
}

/// The right to write, in a permit's target, the one commit that was deployed there before the permitted one.
///
/// That commit had a permit of its own when it was deployed. It comes only from [`Permit::way_back`].
#[derive(Debug, PartialEq, Eq)]
pub struct WayBack<'a> {
    permit: &'a Permit,
    to: CommitSha,
}

/// Why a permit was given.
#[derive(Debug, PartialEq, Eq)]
enum Basis {
    Protected { commit: CommitSha },
    BreakGlass { reason: String },
}

/// What a permit rests on, for the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A protected branch or tag carries the commit.
    Protected {
        /// The commit that the branch or tag carries.
        commit: &'a CommitSha,
    },
    /// A person at a shell takes the responsibility.
    BreakGlass {
        /// Their reason.
        reason: &'a str,
    },
}

impl Permit {
    /// Returns the only target that may be written.
    pub fn target(&self) -> &TargetId {
        &self.target
    }

    /// Returns what the permit rests on.
    pub fn kind(&self) -> Kind<'_> {
        match &self.basis {
            Basis::Protected { commit } => Kind::Protected { commit },
            Basis::BreakGlass { reason } => Kind::BreakGlass { reason },
        }
    }

    /// Returns the way back from the permitted commit, by the record that it was attempted in. None when that is another
    /// target's, has another attempt, or has nothing else deployed.
    pub fn way_back(&self, inventory: &Inventory) -> Option<WayBack<'_>> {
        let is_here = inventory.app == self.target.app && inventory.environment == self.target.environment;
        let attempted = inventory.attempted.as_ref().map(|attempt| &attempt.commit);
        let attempted = attempted.filter(|attempted| is_here && self.covers(attempted))?;
        let to = inventory.deployed.clone().filter(|deployed| deployed != attempted)?;
        Some(WayBack { permit: self, to })
    }

    /// Returns whether a commit may be written: the one that is protected, or any that a person answers for.
    pub(crate) fn covers(&self, wanted: &CommitSha) -> bool {
        match &self.basis {
            Basis::Protected { commit } => commit == wanted,
            Basis::BreakGlass { .. } => true,
        }
    }
}

impl WayBack<'_> {
    /// Returns the only commit that it leads to.
    pub fn to(&self) -> &CommitSha {
        &self.to
    }

    /// Returns the permit that it comes from.
    pub fn permit(&self) -> &Permit {
        self.permit
    }
}

/// Gives the permit to write a target of an environment, or says what is missing for it.
///
/// `reason` is what a person gave at a shell; it opens nothing for any other event.
pub fn permit(
    trigger: &Trigger,
    target: &TargetId,
    environment: &Environment,
    reason: Option<&str>,
) -> Result<Permit, Hold> {
    if environment.name != target.environment {
        return Err(elsewhere(target, environment));
    }
    let basis = match trigger {
        Trigger::Push(push) => branch(push, environment)?,
        Trigger::Tag(tag) => tagged(tag, environment)?,
        Trigger::Shell => shell(reason)?,
        Trigger::Proposal(_) => return Err(proposal()),
        Trigger::Nothing { why } => return Err(nothing(why)),
    };
    Ok(Permit { target: target.clone(), basis })
}

fn branch(push: &Push, environment: &Environment) -> Result<Basis, Hold> {
    if !environment.follows.branch(&push.branch) {
        return Err(unfollowed(environment, &format!("the branch `{}`", push.branch)));
    }
    if !push.protected {
        return Err(unprotected("protected_branch", "branch", &push.branch));
    }
    Ok(Basis::Protected { commit: push.after.clone() })
}

fn tagged(tag: &Tag, environment: &Environment) -> Result<Basis, Hold> {
    if !environment.follows.tag(&tag.name) {
        return Err(unfollowed(environment, &format!("the tag `{}`", tag.name)));
    }
    if !tag.protected {
        return Err(unprotected("protected_tag", "tag", &tag.name));
    }
    Ok(Basis::Protected { commit: tag.commit.clone() })
}

fn shell(reason: Option<&str>) -> Result<Basis, Hold> {
    match reason.map(str::trim).filter(|reason| !reason.is_empty()) {
        Some(reason) => Ok(Basis::BreakGlass { reason: reason.to_owned() }),
        None => Err(hold(
            "reason",
            "a shell cannot prove that the branch is protected",
            "Say why you deploy by hand with `--reason`; it goes into the record.",
        )),
    }
}

fn proposal() -> Hold {
    hold("proposal", "a proposal is planned, never deployed", "Merge it: the push to the branch deploys.")
}

fn nothing(why: &str) -> Hold {
    hold("event", why, "Nothing to do: this event deploys nothing.")
}

fn unprotected(gate: &'static str, noun: &str, name: &str) -> Hold {
    let why = format!("the host does not say that the {noun} `{name}` is protected");
    let help = format!("Protect the {noun} on the host, then run this again.");
    hold(gate, &why, &help)
}

fn unfollowed(environment: &Environment, what: &str) -> Hold {
    let why = format!("{what} is not what `{}` follows: it follows {}", environment.name, environment.follows.words());
    hold("followed", &why, "Push to what the environment follows, or change its rule.")
}

fn elsewhere(target: &TargetId, environment: &Environment) -> Hold {
    let why = format!("the target is of `{}`, the rule is of `{}`", target.environment, environment.name);
    hold("followed", &why, "Report this: a target met another environment's rule.")
}

fn hold(gate: &'static str, why: &str, help: &str) -> Hold {
    Hold { gate, why: why.to_owned(), help: help.to_owned(), opens_by_itself: false }
}
