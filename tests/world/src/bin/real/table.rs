//! One row of the table in docs/real-repositories.md, and everything behind it.

use std::fmt;

use serde_json::Value;

use crate::checkout::Checkout;
use crate::differences::Set;
use crate::removal::Removal;
use crate::stages::Told;

const HEAD: &str = "\
| repository | commit | source | objects | plan | deploy | re-plan | plan the removal | prune | gone | rendered | applied |
|:--|:--|:--|--:|:--|:--|:--|:--|:--|:--|:--|:--|";

const RENDERED_HEAD: &str = "\
| repository | commit | source | objects | rendered |
|:--|:--|:--|--:|:--|";

/// Classes of a plan, in the words of its table.
const CLASSES: [(&str, &str); 8] = [
    ("create", "new"),
    ("change", "changed"),
    ("replace", "replaced"),
    ("delete", "deleted"),
    ("same", "same"),
    ("keep", "kept"),
    ("blocked", "blocked"),
    ("unverified", "unverified"),
];

pub(crate) struct Row {
    repository: String,
    commit: String,
    source: String,
    objects: usize,
    /// What kubectl complains about, in the reference's apply.
    pub(crate) complaint: String,
    pub(crate) jobs: Vec<Told>,
    pub(crate) rendered: Vec<String>,
    pub(crate) applied: Vec<String>,
    /// None where no file can be removed alone.
    pub(crate) removed: Option<Removal>,
    /// What Landfall's cluster had, before the removal, of what must go.
    pub(crate) before: Set,
    /// What it had of that afterwards.
    pub(crate) left: Set,
}

impl Row {
    pub(crate) fn new(checkout: &Checkout, objects: usize) -> Self {
        Self {
            repository: checkout.name.clone(),
            commit: checkout.commit.clone(),
            source: checkout.source.clone(),
            objects,
            complaint: String::new(),
            jobs: Vec::new(),
            rendered: Vec::new(),
            applied: Vec::new(),
            removed: None,
            before: Set::new(),
            left: Set::new(),
        }
    }

    /// Whether every job succeeded and nothing differs.
    pub(crate) fn is_clean(&self) -> bool {
        let nothing = self.rendered.is_empty() && self.applied.is_empty() && self.left.is_empty();
        let went = self.removed.as_ref().is_none_or(|removal| self.before.len() == removal.gone.len());
        nothing && went && self.jobs.iter().all(|told| told.job.code == 0)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { repository, commit, source, objects, .. } = self;
        if self.jobs.is_empty() {
            let differ = differ(&self.rendered);
            writeln!(to, "{RENDERED_HEAD}\n| {repository} | `{commit}` | `{source}` | {objects} | {differ} |")?;
            return section(to, "Differences of what is rendered", &self.rendered);
        }
        write!(to, "{HEAD}\n| {repository} | `{commit}` | `{source}` | {objects} |")?;
        for told in &self.jobs {
            write!(to, " {}: {} |", told.job.code, counts(&told.job.stdout))?;
        }
        match &self.removed {
            Some(Removal { gone, .. }) => {
                write!(to, " {} of {} |", self.before.len().saturating_sub(self.left.len()), gone.len())?;
            }
            None => write!(to, " - | - | - |")?,
        }
        writeln!(to, " {} | {} |", differ(&self.rendered), differ(&self.applied))?;
        let removed = self.removed.as_ref().map_or("nothing: no file can be removed alone", |removal| &removal.file);
        writeln!(to, "\nRemoved: {removed}")?;
        section(to, "kubectl complains", &self.complaint.lines().map(str::to_owned).collect::<Vec<_>>())?;
        section(to, "Differences of what is rendered", &self.rendered)?;
        section(to, "Differences of what is applied", &self.applied)?;
        section(to, "Still there", &self.left.keys().cloned().collect::<Vec<_>>())?;
        for Told { stage, job, comment } in &self.jobs {
            write!(to, "\n## {stage}: {}\n{}\n{comment}\n", job.code, job.stderr)?;
        }
        Ok(())
    }
}

fn differ(lines: &[String]) -> String {
    match lines.len() {
        0 => "the same".to_owned(),
        1 => "1 difference".to_owned(),
        many => format!("{many} differences"),
    }
}

fn section(to: &mut fmt::Formatter<'_>, title: &str, lines: &[String]) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n{title}:\n- {}", lines.join("\n- "))
}

/// Counts the classes in a report of one target; without a plan, says why there is none.
fn counts(stdout: &str) -> String {
    let report: Value = serde_json::from_str(stdout).unwrap_or_default();
    let Some(changes) = report["report"]["targets"][0]["plan"]["changes"].as_array() else {
        return report["reason"].to_string();
    };
    let of = |class: &str| changes.iter().filter(|change| change["class"]["class"] == class).count();
    let counted = CLASSES.iter().map(|(class, word)| (of(class), word)).filter(|(count, _)| *count > 0);
    counted.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}
