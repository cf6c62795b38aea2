//! Which fault happens at which call of which deploy, and how many were met. Every fault happens once at every call.

use std::collections::BTreeMap;

use super::kinds::Kind;
use super::thirty::Side;

/// Faults of one deploy; they are this many calls apart, so that each is over before the next.
const FAULTS_OF_A_DEPLOY: usize = 4;
const CALLS_APART: usize = 10;
/// A call that a deploy did not make this often is one that only some deploys make.
const TRIES: u8 = 3;

/// One call of an undisturbed deploy, by a name that every place shares.
pub(super) struct Call {
    /// What the deploy goes from.
    pub(super) from: Side,
    pub(super) method: String,
    pub(super) place: String,
    /// Which of the deploy's calls of this name.
    pub(super) nth: usize,
}

/// A fault at a call, both by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) call: usize,
    pub(super) kind: usize,
    from: Side,
    tries: u8,
}

/// What became of one kind of fault.
#[derive(Default, Clone)]
pub(super) struct Count {
    pub(super) outlived: usize,
    pub(super) told: usize,
    pub(super) mended: usize,
    pub(super) never_met: usize,
}

/// What is still to happen, and what did.
pub(super) struct Queue {
    left: Vec<Pair>,
    pub(super) counts: Vec<Count>,
}

/// Numbers the calls of a deploy that have the same name.
pub(super) fn calls(from: Side, requests: &[(String, String)]) -> Vec<Call> {
    let mut seen: BTreeMap<&(String, String), usize> = BTreeMap::new();
    let numbered = requests.iter().map(|request| {
        let nth = seen.entry(request).or_default();
        *nth += 1;
        Call { from, method: request.0.clone(), place: request.1.clone(), nth: *nth }
    });
    numbered.collect()
}

/// Returns every fault at every call that can meet it.
pub(super) fn pairs(calls: &[Call], kinds: &[Kind]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (kind, fault) in kinds.iter().enumerate() {
        for (number, call) in calls.iter().enumerate() {
            if !fault.of_watches || call.place.contains("watch=true") {
                pairs.push(Pair { call: number, kind, from: call.from, tries: 0 });
            }
        }
    }
    pairs
}

impl Queue {
    pub(super) fn of(left: Vec<Pair>, kinds: usize) -> Self {
        Self { left, counts: vec![Count::default(); kinds] }
    }

    /// Takes faults for a deploy from one side. When only the other side has some left, a deploy goes there without any.
    pub(super) fn take(&mut self, from: Side) -> Option<Vec<Pair>> {
        if self.left.is_empty() {
            return None;
        }
        let mut taken: Vec<Pair> = Vec::new();
        self.left.retain(|pair| {
            let is_apart = taken.iter().all(|other| other.call.abs_diff(pair.call) >= CALLS_APART);
            // What was not met among others twice is tried alone.
            let is_alone = taken.iter().any(|other| other.tries > 1) || (pair.tries > 1 && !taken.is_empty());
            let is_next = pair.from == from && taken.len() < FAULTS_OF_A_DEPLOY && is_apart && !is_alone;
            if is_next {
                taken.push(*pair);
            }
            !is_next
        });
        Some(taken)
    }

    /// Counts what a deploy met, and which fault ended it. What it did not meet is tried again.
    pub(super) fn ended(&mut self, taken: &[Pair], met: &[Pair], by: Option<Pair>) {
        for pair in taken {
            let count = &mut self.counts[pair.kind];
            match met.contains(pair) {
                true if by == Some(*pair) => count.told += 1,
                true => count.outlived += 1,
                false if pair.tries + 1 >= TRIES => count.never_met += 1,
                false => self.left.push(Pair { tries: pair.tries + 1, ..*pair }),
            }
        }
    }

    /// Counts that the next run mended what a fault had ended.
    pub(super) fn mended(&mut self, by: Pair) {
        self.counts[by.kind].mended += 1;
    }
}
