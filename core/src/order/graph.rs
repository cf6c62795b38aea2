//! Objects that come before others: who waits for whom, how deep, and whether that can ever end. Reads no bodies.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What each object waits for, by number.
pub(super) type Edges = Vec<BTreeSet<usize>>;

/// Returns a shortest cycle through each knot of objects that wait for each other, each object in one at most.
pub(super) fn cycles(edges: &Edges) -> Vec<Vec<usize>> {
    let knotted = knotted(edges);
    let mut told: BTreeSet<usize> = BTreeSet::new();
    let mut cycles = Vec::new();
    for start in &knotted {
        if told.contains(start) {
            continue;
        }
        let Some(cycle) = way_back(edges, *start).filter(|cycle| cycle.iter().all(|at| !told.contains(at))) else {
            continue;
        };
        told.extend(&cycle);
        cycles.push(cycle);
    }
    cycles
}

/// Returns what is left when everything that waits for nothing is taken away, again and again.
fn knotted(edges: &Edges) -> BTreeSet<usize> {
    let mut waiters: Edges = vec![BTreeSet::new(); edges.len()];
    for (at, needs) in edges.iter().enumerate() {
        for need in needs {
            waiters[*need].insert(at);
        }
    }
    let mut open: Vec<usize> = edges.iter().map(BTreeSet::len).collect();
    let mut free: Vec<usize> = (0..edges.len()).filter(|at| open[*at] == 0).collect();
    let mut left: BTreeSet<usize> = (0..edges.len()).collect();
    while let Some(at) = free.pop() {
        left.remove(&at);
        for waiter in &waiters[at] {
            open[*waiter] -= 1;
            if open[*waiter] == 0 {
                free.push(*waiter);
            }
        }
    }
    left
}

/// Returns the shortest way from an object over what it waits for back to itself.
fn way_back(edges: &Edges, start: usize) -> Option<Vec<usize>> {
    let mut from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for need in &edges[at] {
            if *need == start {
                let mut way = vec![at];
                while let Some(before) = way.last().filter(|at| **at != start).and_then(|at| from.get(at)) {
                    way.push(*before);
                }
                way.reverse();
                return Some(way);
            }
            if !from.contains_key(need) {
                from.insert(*need, at);
                queue.push_back(*need);
            }
        }
    }
    None
}

/// Returns the depth of each object: the longest way over what counts. `cost` is what a step from one to what it waits
/// for counts; none where it does not.
pub(super) fn depths(edges: &Edges, cost: impl Fn(usize, usize) -> Option<usize>) -> Vec<usize> {
    let mut depths: Vec<Option<usize>> = vec![None; edges.len()];
    for start in 0..edges.len() {
        // Without recursion: a chain may be as long as a set.
        let mut stack = vec![start];
        while let Some(at) = stack.last().copied() {
            let counted = || edges[at].iter().filter_map(|need| Some((*need, cost(at, *need)?)));
            let open: Vec<usize> = counted().map(|(need, _)| need).filter(|need| depths[*need].is_none()).collect();
            if depths[at].is_none() && !open.is_empty() {
                stack.extend(open);
                continue;
            }
            let depth = counted().filter_map(|(need, step)| Some(depths[need]? + step)).max();
            depths[at] = Some(depth.unwrap_or(0));
            stack.pop();
        }
    }
    depths.into_iter().map(Option::unwrap_or_default).collect()
}
