//! What the lints found, each finding once for all targets that share it. Finds nothing itself.

use std::collections::{BTreeMap, BTreeSet};

use super::words::count;
use super::{Finding, Report};
use crate::lint::Severity;

/// What to do with a finding that is not meant, for a terminal.
pub(crate) const HINT: &str =
    "Nothing of this holds a deploy. docs/lints.md explains each code, and how to switch it off.";

/// A finding, and where it holds.
pub(crate) struct Shared<'a> {
    pub(crate) finding: &'a Finding,
    /// The environments that have it; empty where all have it.
    pub(crate) environments: Vec<&'a str>,
}

/// Returns every finding once, in the order of the targets.
pub(crate) fn list(report: &Report) -> Vec<Shared<'_>> {
    let all: BTreeSet<&str> = report.targets.iter().map(|target| target.target.environment.as_str()).collect();
    let mut shared: Vec<Shared<'_>> = Vec::new();
    let mut places: BTreeMap<&Finding, usize> = BTreeMap::new();
    for target in &report.targets {
        let environment = target.target.environment.as_str();
        for finding in &target.findings {
            let at = *places.entry(finding).or_insert(shared.len());
            if at == shared.len() {
                shared.push(Shared { finding, environments: Vec::new() });
            }
            if shared[at].environments.last() != Some(&environment) {
                shared[at].environments.push(environment);
            }
        }
    }
    for one in shared.iter_mut().filter(|one| one.environments.len() == all.len()) {
        one.environments.clear();
    }
    shared
}

/// Returns "2 warnings and 1 notice"; none without findings.
pub(crate) fn numbers(findings: &[Shared<'_>]) -> Option<String> {
    let of = |severity| findings.iter().filter(|one| one.finding.severity == severity).count();
    match (of(Severity::Warning), of(Severity::Notice)) {
        (0, 0) => None,
        (warnings, 0) => Some(count(warnings, "warning")),
        (0, notices) => Some(count(notices, "notice")),
        (warnings, notices) => Some(format!("{} and {}", count(warnings, "warning"), count(notices, "notice"))),
    }
}
