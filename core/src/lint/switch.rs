//! What turns a lint off: an annotation for one object, the rules for an environment. Unknown codes are findings.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::finding::{At, Finding, Found};
use super::set::{Set, below};
use super::table::{LINTS, Lint};
use crate::manifest::{Manifest, ObjectId};
use crate::rules::suggest;

/// The annotation that names the lints that are off for its object, with commas between them.
pub const ANNOTATION: &str = "landfall.dev/lint-off";

/// What the rules say of a lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// It is not run.
    Off,
    /// It is run.
    Warn,
}

/// What is off, and where.
pub(super) struct Switches<'a> {
    rules: &'a BTreeMap<String, Switch>,
    objects: BTreeMap<ObjectId, BTreeSet<&'a str>>,
}

impl<'a> Switches<'a> {
    pub(super) fn of(set: &Set<'a>, rules: &'a BTreeMap<String, Switch>) -> Self {
        let off = |manifest: &'a Manifest| Some((ObjectId::of(&manifest.object)?, codes(manifest)?.collect()));
        Self { rules, objects: set.manifests.iter().filter_map(off).collect() }
    }

    pub(super) fn is_on(&self, lint: &Lint) -> bool {
        self.rules.get(lint.code) != Some(&Switch::Off)
    }

    pub(super) fn lets(&self, finding: &Finding) -> bool {
        self.objects.get(&finding.object).is_none_or(|off| !off.contains(finding.lint.code))
    }
}

/// Finds switches that switch nothing, because no lint has their name.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    let known: Vec<&str> = LINTS.iter().map(|lint| lint.code).collect();
    for manifest in set.manifests {
        for code in codes(manifest).into_iter().flatten().filter(|code| !known.contains(code)) {
            let title = format!("`{ANNOTATION}` names `{code}`, which is no lint: {}", suggest(code, &known));
            let pointer = below("/metadata/annotations", ANNOTATION);
            found.add(manifest, title, &[(At::Value(&pointer), "switches nothing")]);
        }
    }
}

fn codes(manifest: &Manifest) -> Option<impl Iterator<Item = &str>> {
    let text = manifest.object.pointer("/metadata/annotations")?.get(ANNOTATION)?.as_str()?;
    Some(text.split(',').map(str::trim).filter(|code| !code.is_empty()))
}
