//! The place of each object: what it asks for itself, and what others ask of it.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Edges, cycles, depths};
use super::kinds::{Stage, stage};
use super::marks::{self, AFTER};
use super::needs::Index;
use super::problem::OrderProblem;
use super::{Occasion, Phase, Place, Round};
use crate::manifest::secret::is_secret;
use crate::manifest::{Located, Manifest, ObjectId, push_step};
use crate::rules::nearest;

const ORDINARY: Place = Place { phase: Phase::Main, wave: 0 };

/// What the annotations of a set ask for.
pub(super) struct Asked {
    /// The own place of each object; none where it does not say.
    own: Vec<Option<Place>>,
    /// What must be ready before each object is sent, by name.
    after: Edges,
    pub(super) problems: Vec<Located<OrderProblem>>,
}

/// The place of each object, and all that comes before it.
pub(super) struct Plan {
    own: Vec<Option<Place>>,
    place: Vec<Place>,
    after: Edges,
    /// What comes before each object in any way.
    pub(super) before: Edges,
}

impl Asked {
    pub(super) fn of(ids: &[ObjectId], manifests: &[Manifest], index: &Index<'_>, occasion: Occasion) -> Self {
        let (mut own, mut after, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for (id, manifest) in ids.iter().zip(manifests) {
            let marks = marks::read(id, &manifest.object, occasion);
            problems.extend(marks.problems.into_iter().map(|(key, problem)| located(manifest, key, problem)));
            own.push(marks.place);
            let mut named = BTreeSet::new();
            for name in marks.after {
                let found = index.called(&name);
                if found.is_empty() {
                    let problem =
                        OrderProblem::AfterNothing { object: id.clone(), meant: meant(&name, ids), named: name };
                    problems.push(located(manifest, AFTER, problem));
                }
                named.extend(found);
            }
            after.push(named);
        }
        Self { own, after, problems }
    }
}

impl Plan {
    /// Finds a place for every object. What has none of its own goes with the first that needs it, and never before
    /// what it comes after.
    pub(super) fn of(asked: Asked, needs: &Edges) -> Self {
        let Asked { own, after, .. } = asked;
        let mut place: Vec<Place> = own.iter().map(|own| own.unwrap_or(ORDINARY)).collect();
        let before: Edges = needs.iter().zip(&after).map(|(needs, after)| needs | after).collect();
        settle(&before, |at, need| move_to(&mut place, need, at, own[need], |to, from| to < from));
        settle(&after, |at, need| move_to(&mut place, at, need, own[at], |to, from| to > from));
        Self { own, place, after, before }
    }

    /// Returns the cycles of the order as problems. A place is one too: a later one waits for all of an earlier one.
    pub(super) fn cycles(&self, ids: &[ObjectId], manifests: &[Manifest]) -> Vec<Located<OrderProblem>> {
        let mut found = cycles(&self.before);
        if found.is_empty() {
            let all = self.before.iter().enumerate().flat_map(|(at, needs)| needs.iter().map(move |need| (at, *need)));
            found.extend(all.filter(|(at, need)| self.is_late(*at, *need)).map(|(at, need)| vec![at, need]));
        }
        let problem = |cycle: Vec<usize>| {
            let first = cycle.iter().find(|at| !self.after[**at].is_empty()).unwrap_or(&cycle[0]);
            located(&manifests[*first], AFTER, OrderProblem::Cycle { path: path(&cycle, ids, manifests) })
        };
        found.into_iter().map(problem).collect()
    }

    /// Returns whether an object would be sent before what it needs. Who places both, and only names one in the other,
    /// may want that: the first deploy fails, and every later one finds it.
    fn is_late(&self, at: usize, need: usize) -> bool {
        let must_wait = self.own[need].is_none() || self.after[at].contains(&need);
        must_wait && self.place[at] < self.place[need]
    }

    /// Returns the rounds of an order without cycles.
    pub(super) fn rounds(&self, ids: &[ObjectId]) -> Vec<Round> {
        let here = |at: usize, need: usize| self.place[at] == self.place[need];
        let step = |at: usize, need: usize| usize::from(self.after[at].contains(&need));
        let turns = depths(&self.before, |at, need| here(at, need).then(|| step(at, need)));
        let stages: Vec<Stage> = ids.iter().map(stage).collect();
        let beside = |at: usize, need: usize| here(at, need) && turns[at] == turns[need] && stages[at] == stages[need];
        let levels = depths(&self.before, |at, need| beside(at, need).then_some(1));
        let mut sorted: BTreeMap<(Place, usize), Levels> = BTreeMap::new();
        for at in 0..ids.len() {
            let round = sorted.entry((self.place[at], turns[at])).or_default();
            round.entry((stages[at], levels[at])).or_default().push(at);
        }
        let mut rounds: Vec<Round> = Vec::new();
        for ((place, _), levels) in sorted {
            let own = levels.values().flatten().flat_map(|at| &self.after[*at]).map(|need| ids[*need].clone());
            let mut awaits: BTreeSet<ObjectId> = own.collect();
            if let Some(last) = rounds.last().map(|last| last.place).filter(|last| *last != place) {
                let of_last = rounds.iter().filter(|round| round.place == last);
                awaits.extend(of_last.flat_map(|round| round.ids().cloned()));
            }
            let sorted = |level: Vec<usize>| level.into_iter().map(|at| ids[at].clone()).collect::<BTreeSet<_>>();
            let levels = levels.into_values().map(|level| sorted(level).into_iter().collect()).collect();
            rounds.push(Round { place, awaits, levels });
        }
        rounds
    }
}

/// What is sent of a round, by when.
type Levels = BTreeMap<(Stage, usize), Vec<usize>>;

/// Repeats what is done for every edge until nothing changes.
fn settle(edges: &Edges, mut done: impl FnMut(usize, usize) -> bool) {
    loop {
        let mut is_changed = false;
        for (at, needs) in edges.iter().enumerate() {
            for need in needs {
                is_changed |= done(at, *need);
            }
        }
        if !is_changed {
            return;
        }
    }
}

/// Moves an object to the place of another, where it has none of its own and that one lies as asked.
fn move_to(
    place: &mut [Place],
    moved: usize,
    other: usize,
    own: Option<Place>,
    is_asked: impl Fn(Place, Place) -> bool,
) -> bool {
    let is_moved = own.is_none() && is_asked(place[other], place[moved]);
    if is_moved {
        place[moved] = place[other];
    }
    is_moved
}

/// Returns "`Job/a` (deploy/a.yaml:1) -> `Deployment/b` (deploy/b.yaml:3) -> `Job/a`".
fn path(cycle: &[usize], ids: &[ObjectId], manifests: &[Manifest]) -> String {
    let named = cycle.iter().map(|at| format!("{} ({})", ids[*at], manifests[*at].origin));
    let first = cycle.iter().take(1).map(|at| ids[*at].to_string());
    named.chain(first).collect::<Vec<_>>().join(" -> ")
}

fn meant(name: &str, ids: &[ObjectId]) -> Option<String> {
    let known: Vec<String> = ids.iter().map(ObjectId::to_string).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    nearest(name, &known).map(str::to_owned)
}

/// Points at an annotation, and never into a Secret.
fn located(manifest: &Manifest, annotation: &str, problem: OrderProblem) -> Located<OrderProblem> {
    let mut pointer = "/metadata/annotations".to_owned();
    push_step(&mut pointer, annotation);
    let span = manifest.spans.nearest(&pointer).unwrap_or(0..0);
    let error = Located::new(&manifest.text, problem, manifest.text.first_line(span), "here");
    if is_secret(&manifest.object) { error.without_text() } else { error }
}
