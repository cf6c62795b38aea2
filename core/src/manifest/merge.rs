//! Merge keys: `<<: *defaults`.
//!
//! kubectl merges in document order, so a `<<` below an explicit key overrides it
//! (go-yaml v2.4 `decode.go`, `merge`); every other tool keeps the explicit key.

use serde_json::{Map, Value};

use super::Compat;
use super::build::{Builder, Stop};
use super::problem::ReadProblem;
use super::tree::{Kind, NodeId};

impl Builder<'_> {
    /// Merges the mappings in `value` into `map`, which holds the keys above the `<<`.
    pub(crate) fn merge(&mut self, key: NodeId, value: NodeId, map: &mut Map<String, Value>) -> Result<(), Stop> {
        let Some(sources) = self.sources(value) else {
            let span = self.span(value);
            self.report(ReadProblem::MergeValue, span, "neither");
            return Ok(());
        };
        let mut merged = Map::new();
        for source in sources {
            if let Value::Object(entries) = self.value(source)? {
                merged.extend(entries);
            }
        }
        self.check_order(key, &merged, map);
        map.extend(merged);
        Ok(())
    }

    /// Returns the mappings to merge, the strongest last.
    fn sources(&self, value: NodeId) -> Option<Vec<NodeId>> {
        if self.is_mapping(value) {
            return Some(vec![value]);
        }
        let Kind::Sequence(items) = &self.tree.node(value).kind else {
            return None;
        };
        let all = items.iter().all(|item| self.is_mapping(*item));
        all.then(|| items.iter().rev().copied().collect())
    }

    fn is_mapping(&self, id: NodeId) -> bool {
        match self.tree.node(id).kind {
            Kind::Mapping(_) => true,
            Kind::Alias(target) => matches!(self.tree.node(target).kind, Kind::Mapping(_)),
            _ => false,
        }
    }

    fn check_order(&mut self, key: NodeId, merged: &Map<String, Value>, above: &Map<String, Value>) {
        if self.mode == Compat::Kubectl {
            return;
        }
        let changed = merged.iter().find(|(name, value)| above.get(*name).is_some_and(|old| old != *value));
        if let Some((name, _)) = changed {
            let problem = ReadProblem::MergeOrder { key: name.clone() };
            let span = self.span(key);
            self.report(problem, span, "overrides what stands above it");
        }
    }
}
