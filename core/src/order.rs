//! In which order objects are sent and deleted: phases, in them waves, in them levels. Sends nothing and waits for nothing.
//!
//! Three things make the order. Kinds and references say what is *sent* before what; `landfall.dev/after`, a phase and a
//! wave say what must be *ready* before that. What says nothing of its own place goes with the first that needs it.

mod graph;
mod kinds;
mod marks;
mod needs;
mod place;
mod problem;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use kinds::{goes_with, is_custom, prune_order};
pub use marks::{elsewhere, is_job, policies_not_followed, run_last, runs_once, several_phases};
pub use problem::{OrderErrors, OrderProblem};

use crate::manifest::{Manifest, ObjectId, Problems};

/// A part of a deploy; the next one starts when everything in it is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Before anything else changes: migrations.
    Pre,
    /// The deploy itself.
    Main,
    /// After all of it is ready: smoke tests.
    Post,
}

/// Where in a deploy an object is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The phase.
    pub phase: Phase,
    /// The wave within it, lowest first.
    pub wave: i64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::Pre => "phase pre",
            Phase::Main => "phase main",
            Phase::Post => "phase post",
        };
        if self.wave == 0 { f.write_str(phase) } else { write!(f, "{phase}, wave {}", self.wave) }
    }
}

/// Whether anything was deployed before: Helm's hooks are of an installation or of an upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Nothing was.
    First,
    /// Something was.
    Later,
}

/// Objects that are sent without waiting for readiness in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Where in the deploy it is.
    pub place: Place,
    /// What must be ready before it starts.
    pub awaits: BTreeSet<ObjectId>,
    /// What is sent, one level after the other, those of one level at once.
    pub levels: Vec<Vec<ObjectId>>,
}

/// The order of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What is sent, one round after the other.
    pub rounds: Vec<Round>,
    /// What each object needs, whether sent or ready; objects that need nothing are left out.
    needs: BTreeMap<ObjectId, BTreeSet<ObjectId>>,
    /// Objects that make pods.
    pods: BTreeSet<ObjectId>,
}

/// Puts a normalised set in order, or says everything that is wrong with the order it asks for.
pub fn of(manifests: &[Manifest], occasion: Occasion) -> Result<Order, OrderErrors> {
    let ids: Vec<ObjectId> = manifests.iter().filter_map(|manifest| ObjectId::of(&manifest.object)).collect();
    let index = needs::Index::of(&ids, manifests);
    let asked = place::Asked::of(&ids, manifests, &index, occasion);
    if !asked.problems.is_empty() {
        return Err(Problems::new(asked.problems));
    }
    let needs: Vec<_> = (0..ids.len()).map(|at| index.needs(at)).collect();
    let plan = place::Plan::of(asked, &needs);
    let problems = plan.cycles(&ids, manifests);
    if !problems.is_empty() {
        return Err(Problems::new(problems));
    }
    let named = |all: &BTreeSet<usize>| all.iter().map(|at| ids[*at].clone()).collect::<BTreeSet<_>>();
    let all_needs = ids.iter().enumerate().map(|(at, id)| (id.clone(), named(&plan.before[at])));
    let makes_pods = |manifest: &&Manifest| needs::makes_pods(&manifest.object);
    Ok(Order {
        rounds: plan.rounds(&ids),
        needs: all_needs.filter(|(_, needs)| !needs.is_empty()).collect(),
        pods: manifests.iter().filter(makes_pods).filter_map(|manifest| ObjectId::of(&manifest.object)).collect(),
    })
}

/// Says everything that is wrong with the order that a set asks for, on whichever occasion.
pub fn check(manifests: &[Manifest]) -> Result<(), OrderErrors> {
    // Kinds and references alone are never wrong, and most sets have nothing else.
    if !manifests.iter().any(|manifest| marks::is_marked(&manifest.object)) {
        return Ok(());
    }
    of(manifests, Occasion::First)?;
    of(manifests, Occasion::Later).map(drop)
}

impl Round {
    /// Returns every object that is sent in it.
    pub fn ids(&self) -> impl Iterator<Item = &ObjectId> {
        self.levels.iter().flatten()
    }
}

impl Order {
    /// Returns whether an object must not be sent, because of what failed or was not sent itself.
    pub fn is_stopped(&self, id: &ObjectId, missing: &BTreeSet<ObjectId>) -> bool {
        let needs = self.needs.get(id);
        let lacks_need = needs.is_some_and(|needs| needs.iter().any(|need| missing.contains(need)));
        lacks_need || (self.pods.contains(id) && missing.iter().any(needs::judges_pods))
    }
}
