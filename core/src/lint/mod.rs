//! What is likely wrong with a set, although it renders: findings with their place. Blocks nothing and asks no cluster.
//!
//! A finding has to be true and of use where it is shown: a lint that cannot know stays silent.

mod api_version;
mod api_versions;
mod autoscaler;
mod backend;
mod docs;
mod fields;
mod finding;
mod image_tag;
mod immutable;
mod label_selector;
mod own_selector;
mod plain_secret;
mod pod;
mod pod_disruption;
mod port_name;
mod reference;
mod repeated_item;
mod schema;
mod sealed_secret;
mod service_pods;
mod set;
mod switch;
mod table;
mod two_readings;
mod unknown_field;
mod webhook;
mod wrong_type;

use std::collections::BTreeMap;

use crate::manifest::Manifest;

pub use api_version::replacement;
pub use docs::docs;
pub use finding::{Finding, Severity};
pub use switch::{ANNOTATION, Switch};
pub use table::{LINTS, Lint};

use finding::Found;
use set::Set;
use switch::Switches;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The normalised set.
    pub manifests: &'a [Manifest],
    /// The normalised set that it takes the place of; empty where that is not known.
    pub before: &'a [Manifest],
    /// The version of the cluster ("v1.36.3"); none where no cluster was asked.
    pub version: Option<&'a str>,
    /// What the rules of the environment switch, by code.
    pub switches: &'a BTreeMap<String, Switch>,
}

/// Returns what the lints find, in the order of the files.
pub fn lint(input: &Input<'_>) -> Vec<Finding> {
    let set = Set::of(input.manifests, input.before, input.version);
    let switches = Switches::of(&set, input.switches);
    let mut findings = Vec::new();
    for lint in LINTS.iter().filter(|lint| switches.is_on(lint)) {
        let mut found = Found::of(lint);
        (lint.check)(&set, &mut found);
        findings.extend(found.findings.into_iter().filter(|finding| switches.lets(finding)));
    }
    let secrets: Vec<_> = set.of_kind("", "Secret").map(|secret| &secret.text.content).collect();
    for finding in &mut findings {
        finding.hide(&secrets);
    }
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    findings
}
